"""The peer: an Inspect `Task` over the same prompts, at its defaults but for the number of connections.

python benchmarks/inspect_task.py BASE_URL PROMPTS.json IN_FLIGHT LOG_DIR     (in the peers' environment)
"""

import json
import os
import sys
from pathlib import Path

from inspect_ai import Task
from inspect_ai import eval as inspect_eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.scorer import match
from inspect_ai.solver import generate


def main(base_url: str, prompts: Path, in_flight: int, logs: str) -> None:
    os.environ["FAKE_BASE_URL"], os.environ["FAKE_API_KEY"] = base_url, "none"
    samples = [Sample(input=prompt, target="A") for prompt in json.loads(prompts.read_text(encoding="utf-8"))]
    task = Task(dataset=MemoryDataset(samples), solver=generate(), scorer=match(location="begin"))
    (log,) = inspect_eval(
        task,
        model="openai-api/fake/fake",
        max_connections=in_flight,
        temperature=0,
        max_tokens=256,
        log_dir=logs,
        display="none",
    )
    if log.status != "success":
        raise SystemExit(f"inspect: {log.status}: {log.error}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
