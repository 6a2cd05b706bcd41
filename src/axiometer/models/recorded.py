"""Recorded answers as a respondent: a table of answers is put to the items again, presentation by presentation.

`recorded/<answers file or folder>` or, where the table holds several respondents, `recorded/<file>#<model>`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axiometer.errors import InputError
from axiometer.models.protocols import BadRequest, Reply, Request
from axiometer.models.simulated import read_plain
from axiometer.records.rows import Answer, Mode, Outcome
from axiometer.records.tables import parquet_files, read_rows

PUBLISHED = "published"


@dataclass(slots=True)
class RecordedRespondent:
    """A `ChatModel` that replays.

    A presentation that was recorded exactly (item, mode, order, wording, repeat) is answered by its raw text. An answer
    of an imported table, whose presentation is not known, is answered by the letter of the option it chose, in whatever
    order the item is shown. Anything else is an error, never a guess.
    """

    name: str
    digest: str
    exact: Mapping[tuple[object, ...], str]
    by_option: Mapping[tuple[str, int], Answer]
    wants_meta: bool = True
    continues: bool = False
    concurrency: int | None = 512
    _identity: Mapping[str, object] = field(init=False)

    def __post_init__(self) -> None:
        self._identity = {"provider": "recorded", "name": self.name.rpartition("#")[2], "digest": self.digest}

    @property
    def identity(self) -> Mapping[str, object]:
        return self._identity

    async def send(self, request: Request) -> bytes:
        meta = request.meta
        if meta is None or "item" not in meta:
            raise BadRequest(f"{self.name} answers only presentations of items")
        raw = self.exact.get(_presented(meta, request.repeat))
        if raw is None:
            raw = self._by_option(meta, request.repeat)
        if raw is None:
            raise BadRequest(f"{self.name}: no recorded answer to this presentation of item {meta['item']}")
        return json.dumps({"text": raw}, ensure_ascii=False).encode()

    def read(self, raw: bytes) -> Reply:
        return read_plain(raw, self.name)

    async def close(self) -> None:
        return

    def _by_option(self, meta: Mapping[str, Any], repeat: int) -> str | None:
        answer = self.by_option.get((str(meta["item"]), repeat))
        if answer is None or meta["mode"] != Mode.CHOICE:
            return None
        if answer.outcome is not Outcome.CHOSEN or answer.option is None:
            return answer.raw
        slot = list(meta["order"]).index(answer.option)
        return str(meta["letters"][slot])


def load_recorded(target: str) -> RecordedRespondent:
    """The respondent `recorded/<target>`. Raises `InputError` where the file or the model in it is missing."""
    file, _, wanted = target.partition("#")
    path = Path(file)
    answers = list(read_rows(path, Answer))
    models = sorted({answer.model for answer in answers})
    if wanted not in models and f"recorded/{wanted}" in models:
        wanted = f"recorded/{wanted}"
    if wanted and wanted not in models:
        raise InputError(
            "no answers of {name!r}", file=path, mend="it holds: {present}", name=wanted, present=", ".join(models)
        )
    if not wanted and len(models) > 1:
        raise InputError(
            "answers of {n} respondents",
            file=path,
            mend="name one: {name}",
            n=len(models),
            name=f"recorded/{file}#{models[0]}",
        )
    mine = [answer for answer in answers if answer.model == (wanted or models[0])] if models else []
    if not mine:
        raise InputError("the table holds no answers", file=path)
    digest = hashlib.sha256(b"".join(part.read_bytes() for part in parquet_files(path))).hexdigest()
    published = [answer for answer in mine if answer.wording == PUBLISHED]
    return RecordedRespondent(
        name=f"recorded/{path.stem}#{mine[0].model}",
        digest=digest,
        exact={_recorded(answer): answer.raw for answer in mine if answer.wording != PUBLISHED},
        by_option={(answer.item, answer.repeat): answer for answer in published},
    )


def _presented(meta: Mapping[str, Any], repeat: int) -> tuple[object, ...]:
    return (meta["item"], meta["mode"], tuple(meta["order"]), meta["wording"], repeat, bool(meta.get("negated", False)))


def _recorded(answer: Answer) -> tuple[object, ...]:
    return (answer.item, str(answer.mode), answer.order, answer.wording, answer.repeat, answer.negated)
