"""Encoders learn what texts show, in every architecture; the same call gives the same, also after a kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from axiometer.errors import InputError
from axiometer.expression.card import Architecture
from axiometer.expression.classifier import ValueClassifier
from axiometer.expression.folder import open_folder
from axiometer.expression.labelled import Labelled
from axiometer.expression.splits import SplitKind
from axiometer.expression.training import Trained, TrainOptions, measured, train
from axiometer.expression.transformer.backbone import LIBRARIES
from axiometer.expression.transformer.model import TransformerClassifier
from axiometer.expression.transformer.options import Loss, Pooling, Precision, Sharing, TransformerOptions
from axiometer.expression.transformer.training import TransformerTrainer, checkpoints_of
from axiometer.frameworks import load_framework
from axiometer.frameworks.load import path_of

from ..texts import read, rows, write
from .tiny_encoders import make_encoder

pytestmark = pytest.mark.skipif(
    any(find_spec(name) is None for name in LIBRARIES), reason="the extra `train` is not installed"
)
FRAMEWORK = "core-socialist-values"
SPLIT = TrainOptions(split=SplitKind.RANDOM)
ALL = ("multilabel", "frozen", "separate")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Labelled:
    return read(write(tmp_path_factory.mktemp("texts") / "texts.csv", 260))


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_encoder(tmp_path_factory.mktemp("models") / "tiny", [text for text, _ in rows(20)])


@pytest.fixture(scope="module")
def options(encoder: Path) -> dict[str, TransformerOptions]:
    multilabel = TransformerOptions(str(encoder), epochs=8, learning_rate=3e-3, batch=16, device="cpu", patience=6)
    binary = replace(multilabel, architecture=Architecture.BINARY)
    return {
        "multilabel": multilabel,
        "frozen": replace(binary, sharing=Sharing.FROZEN),
        "separate": replace(binary, sharing=Sharing.NOTHING, epochs=3),
    }


def train_in(folder: Path, data: Labelled, options: TransformerOptions) -> Trained:
    trainer = TransformerTrainer(options, checkpoints_of(folder))
    done = train(data, load_framework(FRAMEWORK), path_of(FRAMEWORK), trainer, folder, SPLIT)
    trainer.forget()
    return done


@pytest.fixture(scope="module")
def trained(
    tmp_path_factory: pytest.TempPathFactory, data: Labelled, options: dict[str, TransformerOptions]
) -> dict[str, Trained]:
    folder = tmp_path_factory.mktemp("trained")
    return {name: train_in(folder / name, data, options[name]) for name in ALL}


def opened(trained: Trained) -> TransformerClassifier:
    found = open_folder(trained.folder).classifier
    assert isinstance(found, TransformerClassifier)
    return found


@pytest.mark.parametrize("name", ALL)
def test_what_shows_in_the_words_is_learnt(name: str, trained: dict[str, Trained]) -> None:
    test = trained[name].card.metrics.test
    assert test is not None
    # To say of every text that it expresses every value gives 0.48; vectors of a random encoder carry words loosely.
    assert test.micro > {"multilabel": 0.75, "frozen": 0.6, "separate": 0.7}[name]


@pytest.mark.parametrize("name", ALL)
def test_a_stored_classifier_says_what_the_trained_one_said(
    name: str, trained: dict[str, Trained], data: Labelled
) -> None:
    classifier, card = opened(trained[name]), trained[name].card
    assert isinstance(classifier, ValueClassifier)
    assert card.architecture == ("multilabel" if name == "multilabel" else "binary")
    assert measured(classifier, data.take(trained[name].split.test)) == card.metrics.test
    assert measured(classifier, data.take(trained[name].split.validation)) == card.metrics.validation
    assert classifier.identity["digest"] == card.digest
    assert len(classifier.networks) == (3 if name == "separate" else 1)
    suffixes = {file.suffix for file in trained[name].folder.iterdir()}
    assert suffixes <= {".safetensors", ".json", ".yaml", ".npy"}
    assert not checkpoints_of(trained[name].folder).exists()


def test_each_text_is_scored_for_itself_whatever_pads_the_batch(trained: dict[str, Trained], data: Labelled) -> None:
    from axiometer.expression.transformer.network import computed

    classifier = opened(trained["multilabel"])
    texts = [*data.texts[:20], "雨", "雨" * 90]
    together = classifier.score(texts).probabilities
    alone = np.concatenate([classifier.score([text]).probabilities for text in texts])
    assert np.abs(together - alone).max() < 1e-5
    encoded = classifier.tokens.encode(texts)
    assert len({len(row) for row in encoded}) > 5
    bucketed, _ = computed(classifier.networks[0], encoded, classifier.tokens)
    padded, _ = computed(classifier.networks[0], encoded, classifier.tokens, width=128)
    assert np.abs(bucketed - padded).max() < 1e-5
    assert np.ptp(bucketed, axis=0).min() > 0.1  # the texts do differ


def test_texts_unlike_those_of_training_are_far(trained: dict[str, Trained], data: Labelled) -> None:
    classifier = opened(trained["multilabel"])
    known = classifier.score(data.take(trained["multilabel"].split.test).texts).distance
    far = classifier.score(["的的的的的的的的的的的的", "???!!!???!!!"]).distance
    assert known is not None and far is not None
    assert far.min() > np.median(known) and 0.2 < np.median(known) < 0.8
    assert opened(trained["separate"]).score(["雨"]).distance is None


def test_a_long_text_has_the_greatest_score_of_its_windows(trained: dict[str, Trained], data: Labelled) -> None:
    classifier = opened(trained["multilabel"])
    long = "河水比往年高。" * 30 + data.texts[0] + "河水比往年高。" * 20
    windows = classifier.tokens.windows([long, "雨"])
    assert [len(each) for each in windows] == [len(windows[0]), 1] and len(windows[0]) > 2
    assert max(map(len, windows[0])) == 128 and classifier.tokens.encode([long]) == [windows[0][0]]
    scores = classifier.score([long, "雨", long[:50]]).probabilities
    assert (scores[0] >= scores[2] - 1e-6).all() and (scores[0] > scores[2] + 1e-4).any()
    assert np.abs(scores[1] - classifier.score(["雨"]).probabilities[0]).max() < 1e-6


def test_an_empty_text_and_none_at_all(trained: dict[str, Trained]) -> None:
    classifier = opened(trained["multilabel"])
    assert classifier.score([]).probabilities.shape == (0, 3)
    with pytest.raises(InputError, match="text 2 of 2 is empty"):
        classifier.score(["雨", "  "])


def test_the_same_seed_gives_the_same_and_another_does_not(
    trained: dict[str, Trained], data: Labelled, options: dict[str, TransformerOptions], tmp_path: Path
) -> None:
    again = train_in(tmp_path / "again", data, options["multilabel"])
    assert again.card.weights == trained["multilabel"].card.weights
    assert again.card.metrics == trained["multilabel"].card.metrics
    sides = trained["multilabel"].split
    other = TransformerTrainer(replace(options["multilabel"], epochs=1)).fit(
        data.take(sides.train), data.take(sides.validation), FRAMEWORK, 1
    )
    first = TransformerTrainer(replace(options["multilabel"], epochs=1)).fit(
        data.take(sides.train), data.take(sides.validation), FRAMEWORK, 0
    )
    texts = data.texts[:10]
    assert np.abs(other.classifier.score(texts).probabilities - first.classifier.score(texts).probabilities).max() > 0


KILLED = """
import sys
from dataclasses import replace
from pathlib import Path
from axiometer.expression.transformer.options import TransformerOptions
from tests.expression.texts import read
from tests.expression.transformer.test_transformers import train_in
from axiometer.expression.card import Architecture
from axiometer.expression.transformer.options import Sharing
encoder, texts, folder, architecture, epochs = sys.argv[1:]
options = TransformerOptions(
    encoder, Architecture(architecture), Sharing.NOTHING, epochs=int(epochs), learning_rate=3e-3, batch=16,
    device="cpu", patience=6, checkpoint_steps=2,
)
train_in(Path(folder), read(Path(texts)), options)
"""


@pytest.mark.parametrize("name", ["multilabel", "separate"])
def test_a_killed_training_goes_on_to_the_same_weights(
    name: str,
    trained: dict[str, Trained],
    data: Labelled,
    encoder: Path,
    options: dict[str, TransformerOptions],
    tmp_path: Path,
) -> None:
    folder = tmp_path / name
    settings = options[name]
    words = [encoder, data.file, folder, settings.architecture, settings.epochs]
    command = [sys.executable, "-c", KILLED, *(str(word) for word in words)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[3])
    last = "0" if name == "multilabel" else "1"  # the second of three networks: the first is not trained again
    while process.poll() is None and not list(checkpoints_of(folder).glob(f"*/{last}/checkpoint.pt")):
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not folder.exists()
    seen: list[int] = []
    trainer = TransformerTrainer(settings, checkpoints_of(folder), _Noting(seen))
    done = train(data, load_framework(FRAMEWORK), path_of(FRAMEWORK), trainer, folder, SPLIT)
    assert done.card.weights == trained[name].card.weights
    assert done.card.metrics == trained[name].card.metrics
    assert min(seen) > (2 if name == "multilabel" else settings.epochs)  # it did not begin anew
    assert len(seen) < max(seen)


class _Noting:
    """Notes the steps that are done."""

    def __init__(self, seen: list[int]) -> None:
        self._seen = seen

    def show(self, tally: object) -> None:
        self._seen.append(tally.done)  # type: ignore[attr-defined]

    def note(self, line: str) -> None:
        raise AssertionError(line)

    def close(self) -> None:
        return


def test_a_broken_checkpoint_is_passed_over(
    data: Labelled, options: dict[str, TransformerOptions], tmp_path: Path
) -> None:
    import torch

    from axiometer.expression.transformer.checkpoints import Checkpoints, Reached

    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (os.system, (f"touch {tmp_path / 'ran'}",))

    network = torch.nn.Linear(2, 2)
    for content in (b"", b"PK\x03\x04 cut off"):
        (tmp_path / "checkpoint.pt").write_bytes(content)
        assert Checkpoints(tmp_path, "this").load({"network": network}) == Reached()
    torch.save({"asked": "this", "reached": Evil(), "parts": {}}, tmp_path / "checkpoint.pt")
    assert Checkpoints(tmp_path, "this").load({"network": network}) == Reached()
    assert not (tmp_path / "ran").exists()
    Checkpoints(tmp_path, "this").save(Reached(epoch=1, steps=7), {"network": network})
    assert Checkpoints(tmp_path, "this").load({"network": network}).steps == 7
    assert Checkpoints(tmp_path, "another").load({"network": network}) == Reached()


def test_a_batch_in_parts_is_the_same_batch(
    data: Labelled, options: dict[str, TransformerOptions], tmp_path: Path
) -> None:
    encoder = make_encoder(tmp_path / "encoder", data.texts[:20], dropout=0.0)
    one = replace(options["multilabel"], backbone=str(encoder), epochs=1, dropout=0.0)
    sides = data.take(range(120)), data.take(range(120, 200))
    fits = [TransformerTrainer(replace(one, accumulate=parts)).fit(*sides, FRAMEWORK, 0) for parts in (1, 4)]
    whole, parts = (fit.classifier.score(data.texts[200:]).probabilities for fit in fits)
    assert np.abs(whole - parts).max() < 1e-3 < np.ptp(whole, axis=0).min()


@pytest.mark.parametrize("loss", list(Loss))
def test_every_loss_learns(loss: Loss, data: Labelled, options: dict[str, TransformerOptions]) -> None:
    trainer = TransformerTrainer(replace(options["multilabel"], loss=loss, epochs=6))
    fit = trainer.fit(data.take(range(200)), data.take(range(200, 260)), FRAMEWORK, 0)
    assert measured(fit.classifier, data.take(range(200, 260))).micro > 0.65


def test_training_in_bfloat16_gives_numbers(data: Labelled, options: dict[str, TransformerOptions]) -> None:
    trainer = TransformerTrainer(replace(options["multilabel"], precision=Precision.BFLOAT16, epochs=1))
    fit = trainer.fit(data.take(range(120)), data.take(range(120, 180)), FRAMEWORK, 0)
    assert np.isfinite(fit.classifier.score(data.texts[:5]).probabilities).all()
    with pytest.raises(InputError, match="float16 needs a GPU"):
        TransformerTrainer(replace(options["multilabel"], precision=Precision.FLOAT16)).fit(
            data.take(range(120)), data.take(range(120, 180)), FRAMEWORK, 0
        )


@pytest.mark.parametrize("family", ["roberta", "xlm-roberta", "modernbert", "deberta-v2", "electra", "distilbert"])
def test_families_of_encoders_are_trained_and_read_again(
    family: str, data: Labelled, options: dict[str, TransformerOptions], tmp_path: Path
) -> None:
    encoder = make_encoder(tmp_path / "encoder", data.texts[:20], family)
    few = replace(data.take(range(60)), file=data.file)
    settings = replace(options["multilabel"], backbone=str(encoder), epochs=1, pooling=Pooling.FIRST)
    done = train_in(tmp_path / "one", few, settings)
    long = "雨" * 300  # more than the encoder has places for
    assert opened(done).score([long]).probabilities.shape == (1, 3)
    assert measured(opened(done), few.take(done.split.validation)) == done.card.metrics.validation


def test_an_encoder_that_has_stopped_improving_is_not_trained_on(
    data: Labelled, options: dict[str, TransformerOptions]
) -> None:
    settings = replace(options["multilabel"], learning_rate=1e-9, epochs=30, patience=2)
    seen: list[int] = []
    TransformerTrainer(settings, progress=_Noting(seen)).fit(
        data.take(range(96)), data.take(range(96, 160)), FRAMEWORK, 0
    )
    assert len(seen) % 6 == 0 and len(seen) < 30 * 6


def test_no_model_no_values_and_no_validation_are_said_in_one_line(
    data: Labelled, options: dict[str, TransformerOptions], tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="no folder with a model"):
        TransformerTrainer(replace(options["multilabel"], backbone=str(tmp_path / "none"))).prepare(["a"])
    with pytest.raises(InputError, match="no config"):
        TransformerTrainer(replace(options["multilabel"], backbone=str(tmp_path))).prepare(["a"])
    with pytest.raises(InputError, match="texts to validate on"):
        TransformerTrainer(options["multilabel"]).fit(data, None, FRAMEWORK, 0)
    same = [place for place in range(len(data)) if data.targets[place, 0]]
    with pytest.raises(InputError, match="all of the texts"):
        TransformerTrainer(options["multilabel"]).fit(data.take(same), data, FRAMEWORK, 0)
    with pytest.raises(InputError, match="cannot be used"):
        TransformerTrainer(replace(options["multilabel"], device="cuda:99"))


@pytest.mark.parametrize("file", ["network-0.safetensors", "tokenizer.json", "backbone.json", "nearness.safetensors"])
def test_a_damaged_or_exchanged_file_is_one_line(
    file: str, data: Labelled, options: dict[str, TransformerOptions], tmp_path: Path
) -> None:
    done = train_in(tmp_path / "one", data, options["frozen"])
    path = done.folder / file
    path.write_bytes(path.read_bytes()[:-40] + b"x")
    with pytest.raises(InputError, match=r"is not the one that model\.json was written for"):
        open_folder(done.folder)
    _resign(done.folder, file)
    with pytest.raises(InputError, match="damaged"):
        open_folder(done.folder)


def test_a_folder_that_says_other_sizes_than_it_holds_is_refused(
    data: Labelled, options: dict[str, TransformerOptions], tmp_path: Path
) -> None:
    done = train_in(tmp_path / "one", data, options["frozen"])
    file = done.folder / "backbone.json"
    honest = json.loads(file.read_text(encoding="utf-8"))
    lies = ({"num_hidden_layers": 10**9}, {"vocab_size": 10**12}, {"model_type": "../evil"}, {"hidden_size": -1})
    for changed in lies:
        file.write_text(json.dumps(honest | changed), encoding="utf-8")
        _resign(done.folder, "backbone.json")
        with pytest.raises(InputError, match="damaged"):
            open_folder(done.folder)
    for named in ({"auto_map": {"AutoModel": "evil--x.Y"}}, {"_attn_implementation": "a/b"}):
        file.write_text(json.dumps(honest | named), encoding="utf-8")
        _resign(done.folder, "backbone.json")
        with pytest.raises(InputError, match="names code, which is never run"):
            open_folder(done.folder)
    file.write_text(json.dumps(honest), encoding="utf-8")
    _resign(done.folder, "backbone.json")
    assert open_folder(done.folder).classifier.values == done.card.values
    for name in ("pytorch_model.bin", "weights.pkl", "modeling_evil.py"):
        (done.folder / name).write_bytes(b"import os")
        with pytest.raises(InputError, match=f"{name} has no place in a classifier's folder"):
            open_folder(done.folder)
        (done.folder / name).unlink()


def _resign(folder: Path, file: str) -> None:
    """Makes the card say that the file is as it is now, as a stranger would."""
    import hashlib

    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    card["weights"]["files"][file] = hashlib.sha256((folder / file).read_bytes()).hexdigest()
    (folder / "model.json").write_text(json.dumps(card), encoding="utf-8")
