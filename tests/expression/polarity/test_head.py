"""The head that ships: what its card says is so, it is read without running anything, and tells attack from praise."""

from __future__ import annotations

import json
import pickle
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support

from axiometer.errors import InputError
from axiometer.expression.classifier import Scores
from axiometer.expression.polarity.fitting import fit_head, judge
from axiometer.expression.polarity.head import Stance, restore, store
from axiometer.expression.polarity.texts import open_reader
from axiometer.expression.vectors import Remembered
from axiometer.starter.polarity import StanceSentence, load_stance_sentences

DATA = Path(str(files("axiometer.expression.polarity") / "data"))


@pytest.fixture(scope="module")
def vectors() -> Remembered:
    return Remembered()


def test_the_held_out_sentences_are_told_as_often_as_the_report_says(vectors: Remembered) -> None:
    held = [each for each in load_stance_sentences() if each.held_out]
    texts, langs = [each.text for each in held], [each.lang for each in held]
    found = judge(held, restore(DATA / "polarity.npz").probabilities(texts, langs, vectors.encode(texts)))
    said = json.loads((DATA / "polarity.json").read_text(encoding="utf-8"))["held_out"]
    assert found.accuracy.value == pytest.approx(said["accuracy"]["value"], abs=1e-9)
    assert found.confusion == tuple(map(tuple, said["confusion"]))
    assert 1 / 3 < found.accuracy.low <= found.accuracy.value <= found.accuracy.high < 1


def test_measures_are_those_of_scikit_learn() -> None:
    draw = np.random.default_rng(0)
    stances = ("endorse", "oppose", "mention")
    sentences = [
        StanceSentence(f"t{n % 9}", "zh", stances[draw.integers(3)], str(n), held_out=False) for n in range(90)
    ]
    probabilities = draw.dirichlet((1, 1, 1), len(sentences))
    found = judge(sentences, probabilities)
    truth, told = [stances.index(each.stance) for each in sentences], probabilities.argmax(axis=1)
    assert found.groups == 9 and np.sum(found.confusion) == 90
    assert found.accuracy.value == pytest.approx(accuracy_score(truth, told))
    assert found.macro_f1.value == pytest.approx(f1_score(truth, told, average="macro"))
    each = precision_recall_fscore_support(truth, told)
    for shares, expected in zip((found.precision, found.recall, found.f1), each, strict=False):
        assert [share.value for share in shares] == pytest.approx(list(expected))
        assert all(share.low < share.value < share.high for share in shares)
    assert found.macro_f1.low < found.macro_f1.value < found.macro_f1.high


def test_a_head_is_the_same_on_disk(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    sentences = [each for each in load_stance_sentences() if each.topic in ("freedom", "justice", "equality")]
    vectors = draw.standard_normal((len(sentences), 8)).astype(np.float32)
    head = fit_head(sentences, vectors)
    store(head, tmp_path / "head.npz")
    texts, langs = [each.text for each in sentences], [each.lang for each in sentences]
    again = restore(tmp_path / "head.npz").probabilities(texts, langs, vectors)
    assert np.allclose(again, head.probabilities(texts, langs, vectors), atol=1e-6)
    assert np.allclose(again.sum(axis=1), 1)


class Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (exec, ("raise SystemExit('ran')",))


def test_a_strangers_file_cannot_run_code(tmp_path: Path) -> None:
    file = tmp_path / "head.npz"
    file.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(InputError, match="stance layer"):
        restore(file)
    with file.open("wb") as handle:
        np.savez(handle, slope=np.array([Bomb()], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="stance layer"):
        restore(file)


class Speaks:
    """Says that a sentence expresses freedom where it says `choose`, and thrift where it says `money`."""

    name, framework, values = "speaks", "own", ("freedom", "thrift")
    thresholds = MappingProxyType({"freedom": 0.5, "thrift": 0.5})
    identity = MappingProxyType({"architecture": "none"})

    def score(self, texts: list[str]) -> Scores:
        found = [[0.9 if "choose" in text else 0.01, 0.9 if "money" in text else 0.01] for text in texts]
        return Scores(np.array(found, np.float32))


def test_an_attack_does_not_score_like_an_endorsement(vectors: Remembered) -> None:
    reader = open_reader(vectors)
    texts = [
        "Everyone should be free to choose, and that is right.",
        "It is foolish to let people choose; it only leads to ruin.",
        "The committee was asked to choose a date in May.",
        "Laissez chacun décider de sa vie.",
    ]
    told = reader.stances(Speaks(), texts, [(place, 0) for place in range(4)])
    assert [told[place, 0].most_likely for place in range(3)] == list(Stance)
    assert (3, 0) not in told  # a language that the rules do not know
    assert sum(told[0, 0].shares) == pytest.approx(1)


def test_one_text_may_endorse_one_value_and_oppose_another(vectors: Remembered) -> None:
    text = (
        "Everyone should be free to choose, and that is right. "
        "Saving money is foolish, useless and a waste of the only life that we have."
    )
    told = open_reader(vectors).stances(Speaks(), [text], [(0, 0), (0, 1)])
    assert told[0, 0].most_likely is Stance.ENDORSED and told[0, 1].most_likely is Stance.OPPOSED
