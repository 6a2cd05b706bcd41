"""The linear classifier learns what its texts show, says how sure it is, and is the same on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from axiometer.errors import InputError
from axiometer.expression.classifier import ValueClassifier
from axiometer.expression.labelled import Labelled
from axiometer.expression.linear.fusion import fusion_weights
from axiometer.expression.linear.grams import GramKind, Grams, rarity_of, words
from axiometer.expression.linear.model import LinearClassifier
from axiometer.expression.linear.training import LinearOptions, LinearTrainer
from axiometer.expression.training import measured

from .texts import WORDS, read, write


def fit(data: Labelled, seed: int = 0) -> LinearClassifier:
    classifier = LinearTrainer(LinearOptions(encoder=None, folds=3)).fit(data, None, "core-socialist-values", seed)
    assert isinstance(classifier.classifier, LinearClassifier)
    return classifier.classifier


@pytest.fixture(scope="module")
def train(tmp_path_factory: pytest.TempPathFactory) -> Labelled:
    return read(write(tmp_path_factory.mktemp("texts") / "train.csv", 240))


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Labelled:
    return read(write(tmp_path_factory.mktemp("texts") / "others.csv", 200, seed=1))


@pytest.fixture(scope="module")
def classifier(train: Labelled) -> LinearClassifier:
    return fit(train)


def test_what_shows_in_the_words_is_learnt(classifier: LinearClassifier, others: Labelled) -> None:
    assert isinstance(classifier, ValueClassifier)
    found = measured(classifier, others)
    assert found.micro > 0.85 and found.texts == 200


def test_texts_without_any_of_the_words_are_not_said_to_express(classifier: LinearClassifier) -> None:
    probabilities = classifier.score(
        ["昨天城里下了一场雨。火车晚点了十分钟。", *[said for _, said in WORDS.values()]]
    ).probabilities
    assert probabilities.shape == (4, 3) and (probabilities[0] < 0.2).all()
    assert (np.argmax(probabilities[1:], axis=1) == np.arange(3)).all()


def test_probabilities_are_shares(classifier: LinearClassifier, others: Labelled) -> None:
    probabilities = classifier.score(others.texts).probabilities
    assert np.abs(probabilities.mean(axis=0) - others.targets.mean(axis=0)).max() < 0.1


def test_each_text_is_scored_for_itself(classifier: LinearClassifier, others: Labelled) -> None:
    together = classifier.score(others.texts[:20]).probabilities
    alone = np.concatenate([classifier.score([text]).probabilities for text in others.texts[:20]])
    assert np.allclose(together, alone, atol=1e-6)


def test_an_empty_text_is_refused_and_no_text_gives_no_scores(classifier: LinearClassifier) -> None:
    with pytest.raises(InputError, match="text 2 of 2 is empty"):
        classifier.score(["a", " \n"])
    assert classifier.score([]).probabilities.shape == (0, 3)


def test_the_same_seed_gives_the_same_classifier(train: Labelled, classifier: LinearClassifier) -> None:
    again = fit(train).score(train.texts[:30]).probabilities
    assert (again == classifier.score(train.texts[:30]).probabilities).all()
    assert (fit(train, seed=1).score(train.texts[:30]).probabilities != again).any()


def test_thresholds_rest_on_texts_that_the_parts_had_not_seen(train: Labelled, tmp_path: Path) -> None:
    """Labels that say nothing of the texts: fitted texts would look perfect, unseen ones show that nothing is known."""
    drawn = np.random.default_rng(0).integers(0, 2, train.targets.shape).astype(np.int8)
    noise = train.take(range(len(train)))
    lucky = fit(
        Labelled(noise.file, noise.values, noise.texts, drawn, noise.rows, noise.units, None, "", noise.account)
    )
    probabilities = lucky.score(train.texts).probabilities
    assert probabilities.std(axis=0).max() < 0.35
    assert max(lucky.cut) < 0.5


def test_copies_in_two_groups_are_in_one_fold(train: Labelled) -> None:
    """Labels that say nothing of the texts, each text twice: a copy in another fold would give its label away."""
    once = np.random.default_rng(0).integers(0, 2, train.targets.shape).astype(np.int8)
    groups = tuple(f"{side}{place}" for side in "ab" for place in range(len(train)))
    twice = Labelled(
        train.file,
        train.values,
        train.texts * 2,
        np.vstack([once, once]),
        tuple(range(2 * len(train))),
        train.units * 2,
        groups,
        "",
        train.account,
    )
    assert fit(twice).score(train.texts).probabilities.std(axis=0).max() < 0.35


@pytest.mark.parametrize(("label", "which"), [(0, "none"), (1, "all")])
def test_a_value_that_no_or_every_text_expresses_cannot_be_learnt(train: Labelled, label: int, which: str) -> None:
    targets = train.targets.copy()
    targets[:, 1] = label
    one = Labelled(train.file, train.values, train.texts, targets, train.rows, train.units, None, "", train.account)
    with pytest.raises(InputError, match=f"{which} of the texts to train on express rule-of-law"):
        fit(one)


def test_where_texts_follow_the_last_row_probabilities_are_those_of_the_last_rows(tmp_path: Path) -> None:
    lines = write(tmp_path / "all.csv", 600).read_text(encoding="utf-8").splitlines()
    unlabelled = [",".join([line.rsplit(",", 3)[0], "0", *line.rsplit(",", 2)[1:]]) for line in lines[1:]]
    half = [
        new if row < 200 and row % 2 else old for row, (old, new) in enumerate(zip(lines[1:], unlabelled, strict=True))
    ]
    (tmp_path / "drift.csv").write_text("\n".join([lines[0], *half]) + "\n", encoding="utf-8")
    data, others = read(tmp_path / "drift.csv"), read(write(tmp_path / "others.csv", 300, seed=5))
    off = {}
    for by_order in (False, True):
        trainer = LinearTrainer(LinearOptions(encoder=None, folds=3, by_order=by_order))
        probabilities = trainer.fit(data, None, "core-socialist-values", 0).classifier.score(others.texts).probabilities
        off[by_order] = abs(probabilities[:, 0].mean() - others.targets[:, 0].mean())
    assert off[True] < off[False] - 0.02


def test_a_value_that_one_text_expresses_is_rare_but_no_mistake(train: Labelled) -> None:
    targets = train.targets.copy()
    targets[1:, 1], targets[0, 1] = 0, 1
    rare = Labelled(train.file, train.values, train.texts, targets, train.rows, train.units, None, "", train.account)
    assert fit(rare).score(train.texts[1:]).probabilities[:, 1].max() < 0.5


def test_a_part_that_says_nothing_gets_no_weight() -> None:
    draw = np.random.default_rng(0)
    targets = draw.integers(0, 2, (2_000, 3)).astype(np.int8)
    good, noise = targets - 0.5 + draw.normal(size=targets.shape), draw.normal(size=targets.shape)
    weights = fusion_weights({"good": good, "noise": noise}, targets)
    assert weights["good"] > 0.9 and sum(weights.values()) == pytest.approx(1)
    alike = fusion_weights({"a": good, "b": targets - 0.5 + draw.normal(size=targets.shape)}, targets)
    assert alike["a"] == pytest.approx(0.5, abs=0.07)
    assert fusion_weights({"only": noise}, targets) == {"only": 1.0}


def test_words_are_cut_in_chinese_and_english() -> None:
    assert words("他们来到法院 and said: it's fair") == ["他们", "来到", "法院", "and", "said", "it's", "fair"]


def test_grams_do_not_see_case_nor_how_much_space_there_is() -> None:
    grams = Grams(GramKind.CHARACTERS, 12)
    counts = grams.counts(["The  Law\n", "the law ", "other"])
    assert (counts[0] != counts[1]).nnz == 0 and (counts[0] != counts[2]).nnz > 0


def test_a_gram_that_few_texts_have_does_not_count() -> None:
    counts = Grams(GramKind.WORDS, 12).counts(["law court", "law", "law"])
    rarity = rarity_of(counts, least=2)
    assert (rarity > 0).sum() == 1 and rarity.max() == pytest.approx(1.0)
