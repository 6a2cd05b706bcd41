"""The pattern of published scripts: a thread pool, submit 100, wait for all of them, append to a CSV, again.

python -m benchmarks.barrier_pool BASE_URL ITEMS PRESENTATIONS IN_FLIGHT OUTPUT.csv
"""

from __future__ import annotations

import csv
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from openai import OpenAI

from benchmarks.prompts_of import prompts_of


def main(base_url: str, items: Path, count: int, in_flight: int, output: Path) -> None:
    client = OpenAI(base_url=base_url, api_key="none", max_retries=0)
    prompts = islice(prompts_of(items), count)

    def ask(prompt: str) -> str:
        reply = client.chat.completions.create(
            model="fake", messages=[{"role": "user", "content": prompt}], temperature=0, max_tokens=256
        )
        return reply.choices[0].message.content or ""

    with ThreadPoolExecutor(in_flight) as pool:
        while batch := list(islice(prompts, in_flight)):
            answers = list(pool.map(ask, batch))
            with output.open("a", newline="", encoding="utf-8") as handle:
                csv.writer(handle).writerows(zip(batch, answers, strict=True))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5]))
