"""The baseline: a bare loop over the `openai` SDK with its aiohttp transport. No journal, no parsing, no table.

python -m benchmarks.bare_loop BASE_URL ITEMS PRESENTATIONS IN_FLIGHT
"""

from __future__ import annotations

import asyncio
import sys
from itertools import islice
from pathlib import Path

from openai import AsyncOpenAI, DefaultAioHttpClient

from benchmarks.prompts_of import prompts_of


async def main(base_url: str, items: Path, count: int, in_flight: int) -> None:
    client = AsyncOpenAI(base_url=base_url, api_key="none", max_retries=0, http_client=DefaultAioHttpClient())
    prompts = islice(prompts_of(items), count)

    async def worker() -> None:
        for prompt in prompts:
            reply = await client.chat.completions.create(
                model="fake",
                messages=[{"role": "user", "content": prompt}],
                temperature=0,
                max_tokens=256,
            )
            assert reply.choices[0].message.content

    await asyncio.gather(*[worker() for _ in range(in_flight)])
    await client.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
