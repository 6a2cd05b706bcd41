"""The fake server as a process: prints its base URL as the first line and serves until it is ended.

`GET /__counts__` gives the counts as JSON, `GET /__counts__?each` those of every distinct request too.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import threading

from axiometer.errors import InputError
from axiometer.testing.behaviour import Behaviour, Dialect, Fault, FaultKind, Filter, FilterForm, Reasoning
from axiometer.testing.fake_server import FakeServer


def behaviour_of(arguments: argparse.Namespace) -> Behaviour:
    """The behaviour that the command line asks for."""
    faults = [
        Fault(FaultKind(kind), rate=float(share), wait=arguments.retry_after)
        for kind, share in _pairs(arguments.fault, FaultKind)
    ]
    faults += [
        Fault(FaultKind(kind), first=int(count), wait=arguments.retry_after)
        for kind, count in _pairs(arguments.first, FaultKind)
    ]
    return Behaviour(
        seed=arguments.seed,
        latency=arguments.latency,
        latency_spread=arguments.latency_spread,
        tokens_per_second=arguments.tokens_per_second,
        rulewriter=arguments.rulewriter,
        mix=((arguments.text, 1.0),) if arguments.text else (),
        faults=tuple(faults),
        filters=tuple(Filter(FilterForm(form), float(share)) for form, share in _pairs(arguments.filter, FilterForm)),
        reasoning=Reasoning(arguments.reasoning),
        served_models=tuple((int(since), name) for since, name in (_split(pair) for pair in arguments.served_model)),
        logprobs=not arguments.no_logprobs,
        dialect=Dialect(arguments.dialect),
        key=arguments.key,
        models=tuple(arguments.model),
        context_tokens=arguments.context_tokens,
        max_in_flight=arguments.max_in_flight,
        per_second=arguments.per_second,
        retry_after=arguments.retry_after,
    )


def _split(pair: str) -> tuple[str, str]:
    name, sign, value = pair.partition("=")
    if not sign:
        raise InputError(f"{pair!r} is not NAME=NUMBER")
    return name, value


def _pairs(given: list[str], allowed: type[FaultKind] | type[FilterForm]) -> list[tuple[str, str]]:
    pairs = [_split(pair) for pair in given]
    for name, _ in pairs:
        if name not in [member.value for member in allowed]:
            raise InputError(f"{name!r} is not known", mend="one of " + ", ".join(member.value for member in allowed))
    return pairs


def parser() -> argparse.ArgumentParser:
    """The options of the process."""
    made = argparse.ArgumentParser(prog="python -m axiometer.testing", description=__doc__)
    made.add_argument("--host", default="127.0.0.1")
    made.add_argument("--port", type=int, default=0, help="0: any free port")
    made.add_argument("--seed", type=int, default=0)
    made.add_argument("--latency", type=float, default=0.0, metavar="SECONDS")
    made.add_argument("--latency-spread", type=float, default=0.0, metavar="FRACTION")
    made.add_argument("--tokens-per-second", type=float)
    made.add_argument("--text", help="answer; {letter} stands for the drawn letter")
    made.add_argument("--rulewriter", action="store_true", help="play the model of `axiometer build corpus`")
    made.add_argument("--fault", action="append", default=[], metavar="KIND=RATE", help="per attempt")
    made.add_argument("--first", action="append", default=[], metavar="KIND=N", help="on the first N attempts")
    made.add_argument("--filter", action="append", default=[], metavar="FORM=SHARE", help="of the distinct requests")
    made.add_argument("--retry-after", type=float, default=1.0, metavar="SECONDS")
    made.add_argument("--max-in-flight", type=int, help="429 above that")
    made.add_argument("--per-second", type=float, help="429 above that many requests a second")
    made.add_argument("--reasoning", choices=[kind.value for kind in Reasoning], default="none")
    made.add_argument("--served-model", action="append", default=[], metavar="SINCE=NAME", help="from that answer on")
    made.add_argument("--no-logprobs", action="store_true")
    made.add_argument("--dialect", choices=[kind.value for kind in Dialect], default="vllm")
    made.add_argument("--key", help="the only key that is accepted")
    made.add_argument("--model", action="append", default=[], help="the only models there are")
    made.add_argument("--context-tokens", type=int)
    return made


async def _serve(server: FakeServer) -> None:
    ready = threading.Event()
    serving = asyncio.create_task(server.serve(ready))
    while not ready.is_set():
        await asyncio.sleep(0.005)
    if not serving.done():
        sys.stdout.write(server.base_url + "\n")
        sys.stdout.flush()
    await serving


def main() -> int:
    arguments = parser().parse_args()
    try:
        server = FakeServer(behaviour_of(arguments), arguments.port, host=arguments.host, keep=0)
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_serve(server))
        server.check()
    except (InputError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
