"""Raw answers as models give them, each with the reading that a careful person would give."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from axiometer.measure.parsing import read_agreement, read_choice
from axiometer.models.protocols import Finish, Reply
from axiometer.records.rows import Outcome

_ANSWERS = yaml.safe_load((Path(__file__).parent / "answers.yaml").read_text(encoding="utf-8"))


def _rows(groups: list[dict[str, Any]]) -> Iterator[Any]:
    for group in groups:
        for row in group["rows"]:
            whole = {"letters": "AB", "finish": "stop", **{k: v for k, v in group.items() if k != "rows"}, **row}
            yield pytest.param(whole, id=f"{group.get('name', group['lang'])}: {row['text'][:60]!r}")


@pytest.mark.parametrize("row", _rows(_ANSWERS["groups"]))
def test_answer_to_a_choice_is_read_as_a_person_reads_it(row: dict[str, Any]) -> None:
    options = () if row["options"] == "none" else row["options"]
    reading = read_choice(Reply(row["text"], Finish(row["finish"])), tuple(row["letters"]), row["lang"], options)
    assert (reading.letter or str(reading.outcome)) == row["is"], reading
    assert (reading.letter is not None) == (reading.outcome is Outcome.CHOSEN)
    assert (reading.reason is None) == (reading.outcome is Outcome.CHOSEN)


@pytest.mark.parametrize("row", _rows(_ANSWERS["agreements"]))
def test_answer_to_a_claim_is_read_as_a_person_reads_it(row: dict[str, Any]) -> None:
    reading = read_agreement(Reply(row["text"], Finish(row["finish"])), row["lang"])
    sign = {1: "+", -1: "-", None: str(reading.outcome)}[reading.stance]
    assert sign == row["is"], reading
    assert reading.letter is None and (reading.stance is not None) == (reading.outcome is Outcome.CHOSEN)


def test_fixture_covers_every_language_and_outcome() -> None:
    choices = [row.values[0] for row in _rows(_ANSWERS["groups"])]
    assert len(choices) >= 220
    assert {row["lang"] for row in choices} == {"zh", "en", "fr", "de"}
    assert {row["is"] for row in choices} >= {"A", "B", "C", "both", "refused", "evasive", "invalid", "truncated"}
