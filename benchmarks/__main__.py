"""`python -m benchmarks`: all benchmarks, or those that are named."""

from __future__ import annotations

import argparse
import importlib
import inspect
import os
import platform
from pathlib import Path

PEERS = Path(".venv-peers/bin/python")

# Name -> the module that holds a function of the same name (hyphens as underscores). Imported when it is run.
KNOWN = {
    "throughput": "throughput",
    "memory": "memory",
    "bradley-terry": "bradley_terry",
    "analysis": "analysis",
    "ingest": "ingest",
    "ingest-screen": "ingest_screen",
    "corpus-cost": "corpus_cost",
    "dedup": "dedup",
    "embedding": "embedding",
    "conflicts": "conflicts",
    "dilemmas": "dilemmas",
    "translations": "translations",
    "expression-score": "expression_score",
    "topics": "topics",
    "reduction": "reduction",
    "attribution": "attribution",
    "expression-transformer": "expression_transformer",
    "explorer": "explorer",
    "expression-training": "expression_training",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"{', '.join(KNOWN)}; all by default")
    parser.add_argument("--peers", help="a Python that has what is compared with (default: .venv-peers, where it is)")
    parser.add_argument("--small", action="store_true", help="sizes for trying out, where a benchmark has them")
    parser.add_argument("--device", choices=("cpu", "cuda"), help="where PyTorch computes, in benchmarks that need it")
    parser.add_argument("--data", help="labelled texts, for expression-training (default: synthetic ones)")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(KNOWN)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(KNOWN)}")
    peers = arguments.peers or (str(PEERS) if PEERS.exists() else None)
    given = {"peers": peers, "small": arguments.small, "device": arguments.device, "data": arguments.data}
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores", flush=True)
    for name, module in KNOWN.items():
        if not arguments.names or name in arguments.names:
            bench = getattr(importlib.import_module(f"benchmarks.{module}"), module)
            wanted = inspect.signature(bench).parameters
            bench(**{key: value for key, value in given.items() if key in wanted})


if __name__ == "__main__":
    main()
