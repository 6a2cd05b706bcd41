"""`python -m benchmarks`: all benchmarks, or those that are named."""

from __future__ import annotations

import argparse
import os
import platform

from benchmarks.analysis import analysis
from benchmarks.bradley_terry import bradley_terry
from benchmarks.memory import memory
from benchmarks.throughput import throughput


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help="throughput, memory, bradley-terry, analysis; all by default")
    parser.add_argument("--peers", help="a Python that has inspect-ai (make bench-peers)")
    arguments = parser.parse_args()
    known = {
        "throughput": lambda: throughput(arguments.peers),
        "memory": memory,
        "bradley-terry": bradley_terry,
        "analysis": analysis,
    }
    unknown = set(arguments.names) - set(known)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    for name, bench in known.items():
        if not arguments.names or name in arguments.names:
            bench()


if __name__ == "__main__":
    main()
