"""A classifier's folder is whole or not there, and opens where it fits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from axiometer.errors import InputError
from axiometer.expression.card import Card, read_card
from axiometer.expression.folder import open_classifier, open_folder, shipped_classifiers
from axiometer.expression.labelled import Labelled
from axiometer.expression.linear.training import LinearOptions, LinearTrainer
from axiometer.expression.seen import read_seen, seen_before
from axiometer.expression.splits import SplitKind
from axiometer.expression.training import TrainOptions, measured, train
from axiometer.frameworks import load_framework
from axiometer.frameworks.load import path_of

from .models import card_with, trained, words_as_vectors
from .texts import WORDS, read, write

VALUECSV = Path(__file__).parents[3] / "shared" / "data" / "valuecsv" / "ValueCSV_dev.xlsx"


def test_a_folder_holds_all_that_a_classifier_is(model: Path, data: Labelled) -> None:
    assert sorted(file.name for file in model.iterdir()) == ["framework.yaml", "model.json", "seen.npy", "weights.npz"]
    card = read_card(model)
    assert card.values == tuple(WORDS) == tuple(card.thresholds) == tuple(card.calibration)
    assert card.data.fitted.texts == card.data.train.texts + card.data.validation.texts and card.data.test is not None
    assert card.metrics.validation.texts == card.data.validation.texts and card.metrics.validation.micro > 0.8
    assert set(card.data.shares) == set(WORDS) and card.versions["axiometer"]
    assert card.data.expected == pytest.approx(card.data.shares, abs=0.02)
    for row in card.metrics.validation.values:
        counts = card.metrics.confusion[row.value]
        assert (counts.tp + counts.fn, counts.tp + counts.fp) == (row.support, row.predicted)
        assert counts.tp + counts.fp + counts.fn + counts.tn == card.metrics.validation.texts


def test_what_is_stored_is_what_was_measured(data: Labelled, tmp_path: Path) -> None:
    trainer = LinearTrainer(LinearOptions(folds=3), words_as_vectors)
    fit = trainer.fit(data, None, "core-socialist-values", 0)
    path = path_of("core-socialist-values")
    train(data, load_framework(path), path, trainer, tmp_path / "m", TrainOptions(SplitKind.RANDOM, refit=False))
    fit.store(tmp_path)
    from axiometer.expression.linear.storing import restore

    card = read_card(tmp_path / "m")
    told = json.loads(json.dumps(fit.store(tmp_path)))
    from axiometer.expression.card import lines

    values = fit.classifier.values
    same = card.model_copy(
        update={
            "weights": told,
            "calibration": lines(values, fit.calibration),
            "thresholds": dict(fit.classifier.thresholds),
        }
    )
    again = restore(tmp_path, "again", Card.model_validate(same.model_dump()))
    object.__setattr__(again, "encode", words_as_vectors)
    assert (again.score(data.texts[:50]).probabilities == fit.classifier.score(data.texts[:50]).probabilities).all()
    assert again.thresholds == fit.classifier.thresholds


def test_equal_data_and_seeds_give_equal_bytes(data: Labelled, model: Path, tmp_path: Path) -> None:
    trained(data, tmp_path / "again")
    for name in ("model.json", "weights.npz", "seen.npy"):
        assert (tmp_path / "again" / name).read_bytes() == (model / name).read_bytes()


def test_without_refit_the_stored_classifier_is_the_one_that_was_measured(data: Labelled, tmp_path: Path) -> None:
    done = trained(data, tmp_path / "m", TrainOptions(split=SplitKind.RANDOM, refit=False))
    opened = open_folder(tmp_path / "m")
    object.__setattr__(opened.classifier, "encode", words_as_vectors)
    assert measured(opened.classifier, data.take(done.split.validation)) == done.card.metrics.validation
    assert done.card.data.fitted == done.card.data.train


def test_several_seeds_give_a_mean_with_an_interval(data: Labelled, tmp_path: Path) -> None:
    seeds = trained(data, tmp_path / "m", TrainOptions(split=SplitKind.RANDOM, seeds=3)).card.metrics.seeds
    assert set(seeds) == {"micro", "macro", "weighted"}
    assert len(set(seeds["micro"].each)) == 3
    assert (seeds["micro"].low or 1) < seeds["micro"].mean < (seeds["micro"].high or 0)


def test_texts_that_were_trained_on_are_known_again(model: Path, data: Labelled, tmp_path: Path) -> None:
    known = read_seen(model, read_card(model).data.seen)
    assert seen_before(data.texts, known).sum() == len(known) == read_card(model).data.fitted.texts
    assert not seen_before(read(write(tmp_path / "new.csv", 50, seed=9)).texts, known).any()
    spaced = data.texts[0].replace("。", " 。 ").upper()
    assert seen_before([spaced], known) == seen_before(data.texts[:1], known)


def test_another_framework_is_refused_unless_mapped(model: Path, tmp_path: Path) -> None:
    schwartz = load_framework("schwartz")
    with pytest.raises(InputError, match="trained for the framework core-socialist-values, not for schwartz"):
        open_folder(model, schwartz)
    mapping = tmp_path / "map.yaml"
    mapping.write_text("freedom: self-direction\nrule-of-law: conformity\n", encoding="utf-8")
    opened = open_folder(model, schwartz, mapping)
    plain = open_folder(model)
    for one in (opened, plain):
        inner = getattr(one.classifier, "inner", one.classifier)
        object.__setattr__(inner, "encode", words_as_vectors)
    texts = [said for pair in WORDS.values() for said in pair]
    assert opened.classifier.values == ("self-direction", "conformity") and opened.framework is schwartz
    assert opened.classifier.identity != plain.classifier.identity and opened.notes
    assert (opened.classifier.score(texts).probabilities == plain.classifier.score(texts).probabilities[:, :2]).all()
    assert opened.classifier.thresholds["conformity"] == plain.classifier.thresholds["rule-of-law"]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("[a]", "mapping of values"),
        ("freedom: [a, b]", "the name of one value"),
        ("freedom: nonsense", "nonsense"),
        ("nonsense: security", "nonsense"),
        ("freedom: security\nrule-of-law: security", "stands twice"),
        ("equality: security", "names none of the classifier's values"),
    ],
)
def test_a_map_that_does_not_fit_is_one_line(model: Path, tmp_path: Path, said: str, why: str) -> None:
    (tmp_path / "map.yaml").write_text(said, encoding="utf-8")
    with pytest.raises(InputError, match=why):
        open_folder(model, load_framework("schwartz"), tmp_path / "map.yaml")


def test_a_framework_that_changed_is_told_and_one_that_lost_a_value_refused(model: Path, tmp_path: Path) -> None:
    text = path_of("core-socialist-values").read_text(encoding="utf-8")
    (tmp_path / "f.yaml").write_text(text.replace("version: 1", "version: 2"), encoding="utf-8")
    assert any(
        "changed since training" in note for note in open_folder(model, load_framework(tmp_path / "f.yaml")).notes
    )
    (tmp_path / "g.yaml").write_text(text.replace("freedom", "latitude"), encoding="utf-8")
    with pytest.raises(InputError, match="has no value freedom"):
        open_folder(model, load_framework(tmp_path / "g.yaml"))


def test_a_folder_that_stands_there_already_is_refused(data: Labelled, model: Path, tmp_path: Path) -> None:
    before = (model / "model.json").read_bytes()
    with pytest.raises(InputError, match="exists already"):
        trained(data, model)
    assert (model / "model.json").read_bytes() == before
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="exists already"):
        trained(data, tmp_path / "file")


def test_nothing_is_left_where_training_stops_half_way(data: Labelled, tmp_path: Path) -> None:
    class Stops(LinearTrainer):
        def fit(self, train: Labelled, validation: Labelled | None, framework: str, seed: int) -> Any:
            fit = super().fit(train, validation, framework, seed)

            def stopped(folder: Path) -> Any:
                fit.store(folder)
                raise KeyboardInterrupt

            return type(fit)(fit.classifier, fit.calibration, stopped)

    path = path_of("core-socialist-values")
    trainer = Stops(LinearOptions(encoder=None, folds=2))
    with pytest.raises(KeyboardInterrupt):
        train(data, load_framework(path), path, trainer, tmp_path / "m", TrainOptions(split=SplitKind.RANDOM))
    assert list(tmp_path.iterdir()) == []


def test_thresholds_that_a_user_changed_count_and_change_what_the_classifier_is(copy: Path, model: Path) -> None:
    card_with(thresholds__freedom=0.9)(copy)
    changed, plain = open_folder(copy).classifier, open_folder(model).classifier
    assert changed.thresholds["freedom"] == 0.9 and changed.identity != plain.identity


def test_a_service_that_would_be_sent_every_text_is_told(copy: Path) -> None:
    card_with(weights__encoder="openai/some-model")(copy)
    assert any("every text is sent to openai/some-model" in note for note in open_folder(copy).notes)


def test_a_name_that_is_no_classifier_is_told_with_those_that_come_along(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no classifier"):
        open_classifier("nothing")
    with pytest.raises(InputError, match="no classifier"):
        open_classifier(tmp_path / "nothing")
    assert "nothing" not in shipped_classifiers()


# -- the one that comes along -----------------------------------------------------------------------------------------

NEWS = (
    "法院公开审理了这起案件，判决书写明了所依据的法律条文，被告当庭表示不上诉。检察机关随后通报了普法宣传的安排。",
    "公司去年营业收入增长三成，新建的两条生产线已经投产，当地居民人均收入连续五年上升，经济发展势头良好。",
)


def test_a_classifier_comes_along_and_says_what_it_is() -> None:
    assert "valuecsv" in shipped_classifiers()
    opened = open_classifier("default", load_framework("core-socialist-values"))
    card = opened.card
    assert opened.classifier.name == "valuecsv" and len(card.values) == 12 and card.data.fitted.texts > 4_400
    assert "CC BY 4.0" in (card.licence or "") and "weak" in (card.about or "") and "news" in (card.about or "")
    assert card.metrics.validation.micro > 0.67 and card.metrics.validation.texts == 1_000
    assert set(card.metrics.confusion) == set(card.values) and card.options["by_order"] is True


def test_the_classifier_that_comes_along_holds_numbers_and_few_bytes() -> None:
    folder = open_classifier("valuecsv").folder
    assert sum(file.stat().st_size for file in folder.iterdir()) < 10_000_000
    assert not any(file.suffix in {".pkl", ".pt", ".bin", ".joblib"} for file in folder.iterdir())


def test_the_classifier_that_comes_along_tells_values() -> None:
    classifier = open_classifier("valuecsv").classifier
    scores = classifier.score(NEWS)
    law, prosperity = (classifier.values.index(value) for value in ("rule-of-law", "prosperity"))
    assert scores.probabilities[0, law] > classifier.thresholds["rule-of-law"] > scores.probabilities[1, law]
    assert scores.probabilities[1, prosperity] > classifier.thresholds["prosperity"]
    assert scores.distance is not None and ((scores.distance >= 0) & (scores.distance <= 1)).all()


@pytest.mark.slow
@pytest.mark.skipif(not VALUECSV.exists(), reason="the published data are not here")
def test_the_script_makes_the_classifier_that_comes_along(tmp_path: Path) -> None:
    import subprocess
    import sys

    root = Path(__file__).parents[2]
    words = [sys.executable, "-m", "tools.train_shipped", str(VALUECSV), "--check"]
    done = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False, timeout=1_800)
    assert done.returncode == 0, done.stdout + done.stderr
