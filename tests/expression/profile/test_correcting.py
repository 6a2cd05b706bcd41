"""Errors that are carried over from other texts: where they come from, and which are refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.expression.evaluation.made import made

from axiometer.errors import InputError
from axiometer.expression.evaluation import Judged, evaluate
from axiometer.expression.folder import Opened, open_classifier
from axiometer.expression.metrics import Counts
from axiometer.expression.profile.correcting import (
    MOST_TEXTS,
    counts_from,
    counts_of_card,
    counts_of_evaluation,
    transported,
)
from axiometer.frameworks import load_framework


@pytest.fixture(scope="module")
def opened() -> Opened:
    return open_classifier("valuecsv")


def written(judged: Judged, folder: Path, seen: int = 0) -> Path:
    gold, _ = made()
    marks = np.arange(len(gold)) < seen
    evaluate(gold, [replace(judged, seen=marks)]).write(folder)
    return folder


def test_counts_of_an_evaluation_are_those_of_its_texts(opened: Opened, tmp_path: Path) -> None:
    gold, judged = made()
    judged = replace(judged, about={"digest": opened.card.digest})
    found = counts_of_evaluation(written(judged, tmp_path / "evaluation"), opened)
    assert set(found) == set(gold.values)
    for place, value in enumerate(gold.values):
        there, said = gold.targets[:, place] == 1, judged.expressed[:, place]
        assert found[value] == Counts(
            tp=int((there & said).sum()),
            fp=int((~there & said).sum()),
            fn=int((there & ~said).sum()),
            tn=int((~there & ~said).sum()),
        )


def test_evaluations_of_others_of_seen_texts_and_folders_that_are_none_are_refused(
    opened: Opened, tmp_path: Path
) -> None:
    _, judged = made()
    own = replace(judged, about={"digest": opened.card.digest})
    other = replace(judged, about={"digest": "0" * 32})
    for folder, what in (
        (tmp_path, "no evaluation of the classifier valuecsv"),
        (written(other, tmp_path / "other"), "no evaluation of the classifier valuecsv"),
        (written(own, tmp_path / "seen", seen=3), "3 of its 400 texts were seen in training"),
    ):
        with pytest.raises(InputError, match=what):
            counts_of_evaluation(folder, opened)


def test_counts_of_the_card_are_those_behind_its_validation(opened: Opened) -> None:
    found, validation = counts_of_card(opened), opened.card.metrics.validation
    for each in validation.values:
        counts = found[each.value]
        assert counts == counts_from(each.support, each.predicted, each.recall, validation.texts)
        assert sum((counts.tp, counts.fp, counts.fn, counts.tn)) == validation.texts == 1000


def test_a_mapped_classifier_has_the_errors_of_the_values_that_it_learnt(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text("freedom: self-direction\nrule-of-law: conformity\n", encoding="utf-8")
    mapped = open_classifier("valuecsv", load_framework("schwartz"), tmp_path / "map.yaml")
    own = counts_of_card(opened)
    assert counts_of_card(mapped) == {"self-direction": own["freedom"], "conformity": own["rule-of-law"]}


@pytest.mark.parametrize("counts", [Counts(0, 0, 0, 0), Counts(-1, 2, 2, 2), Counts(MOST_TEXTS, 1, 0, 0)])
def test_counts_that_nobody_can_have_made_are_refused(counts: Counts) -> None:
    with pytest.raises(InputError, match="cannot be right"):
        transported({"freedom": counts}, "elsewhere")
