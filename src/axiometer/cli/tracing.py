"""`axiometer trace`: where a rule comes from, call by call."""

from __future__ import annotations

import datetime
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from axiometer.cli import options
from axiometer.cli.console import say, say_json
from axiometer.errors import InputError
from axiometer.messages import t

if TYPE_CHECKING:
    from collections.abc import Mapping

    from axiometer.build.corpus.trace import Event, History, TracedCall

PLACE = Path("corpora")
SHOWN = 120


def trace(
    id_: Annotated[str, typer.Argument(metavar="ID", help=t("Id of a rule or text, or its first digits."))],
    corpus: Annotated[
        Path | None, typer.Option("--corpus", help=t("Folder of the corpus (default: those under corpora/)."))
    ] = None,
    prompts: Annotated[bool, typer.Option("--prompts", help=t("Show the whole prompt of every call."))] = False,
    as_json: options.AsJson = False,
) -> None:
    history = _history(id_, corpus)
    if as_json:
        say_json(asdict(history))
        return
    say(t("{kind} {id}", kind=t(history.kind), id=history.id))
    if history.text is not None:
        _say_text(history.text)
    for event in history.events:
        _say_event(event, prompts)


def _history(wanted: str, corpus: Path | None) -> History:
    """Looks in the named corpus, else in each one under `corpora/`."""
    from axiometer.build.corpus.options import FILE
    from axiometer.build.corpus.trace import NotFound
    from axiometer.build.corpus.trace import trace as trace_in

    if corpus is not None:
        return trace_in(corpus, wanted)
    folders = sorted(path.parent for path in PLACE.glob(f"*/{FILE}"))
    if not folders:
        raise InputError("there is no corpus under {place}", mend="name one with --corpus DIR", place=PLACE)
    for folder in folders:
        try:
            return trace_in(folder, wanted)
        except NotFound:
            continue
    raise NotFound("there is no row {id}... in the corpora under {place}", id=wanted, place=PLACE)


def _say_text(text: Mapping[str, object]) -> None:
    said = [str(text[name]) for name in ("source", "outlet", "nation", "date", "url") if text.get(name)]
    say(f"  {t('source text')} {text['id']} [{text['lang']}]: {', '.join(said)}")
    for line in str(text["text"]).splitlines() or [""]:
        say(f"    {line}")


def _say_event(event: Event, prompts: bool) -> None:
    reason = f" ({t(event.reason)})" if event.reason else ""
    say(f"{event.step}: {event.id[:12]} {t(event.status)}{reason}")
    if event.note:
        say(f"  {t('note')}: {event.note}")
    for call in event.calls:
        _say_call(call, prompts)
    if event.raw is not None:
        say(f"  {t('answer that could not be used')}: {event.raw}")
    for row in event.rows:
        _say_row(row)


def _say_call(call: TracedCall, prompts: bool) -> None:
    when = datetime.datetime.fromtimestamp(call.at, datetime.UTC).isoformat(timespec="seconds")
    tokens = t("{n} tokens in, {m} out", n=call.tokens_in, m=call.tokens_out)
    say(f"  {t('call')} {call.key[:12]} {call.model}, {when}, {call.seconds:.2f} s, {tokens}")
    if prompts:
        for line in call.prompt.splitlines():
            say(f"    > {line}")
    say(f"    {t('answer')}: {' '.join(call.answer.split())}")


def _say_row(row: Mapping[str, object]) -> None:
    values = row.get("values")
    said = [f"{t('values')}: {', '.join(map(str, values))}"] if isinstance(values, list) and values else []
    if row.get("label") is not None:
        said.append(f"{t('label')}: {row['label']}")
    if row.get("rewritten_from"):
        said.append(t("rewritten from {id}", id=str(row["rewritten_from"])[:12]))
    words = " ".join(str(row["text"]).split())
    shown = words if len(words) <= SHOWN else f"{words[:SHOWN]}…"  # the whole source text stands at the top
    say(f"  -> {str(row['id'])[:12]} {shown}{' | ' if said else ''}{'; '.join(said)}")
