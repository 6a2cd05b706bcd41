"""The fake server as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request

import openai


def test_the_process_prints_its_base_url_first_and_gives_its_counts() -> None:
    command = [sys.executable, "-m", "axiometer.testing", "--first", "server-error=1", "--served-model", "0=m-1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            with openai.OpenAI(api_key="k", base_url=url, max_retries=1) as client:
                answer = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hello"}])
            with urllib.request.urlopen(url.removesuffix("/v1") + "/__counts__?each") as response:
                counts = json.load(response)
        finally:
            process.terminate()
    assert answer.model == "m-1"
    assert (counts["attempts"], counts["answered"], counts["repeated"]) == (2, 1, 0)
    assert counts["each"] == {answer.id.removeprefix("chatcmpl-"): [2, 1]}


def test_an_unknown_fault_is_refused_in_one_line() -> None:
    command = [sys.executable, "-m", "axiometer.testing", "--fault", "flood=0.5"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert "rate-limit" in done.stderr
