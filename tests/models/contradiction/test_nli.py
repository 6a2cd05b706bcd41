"""Cross-encoders: labels are read from the configuration, and a network that the test trains tells planted pairs."""

from __future__ import annotations

import itertools
import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.errors import InputError
from axiometer.models.contradiction.labels import contradiction_label
from axiometer.models.contradiction.nli import CrossEncoder, batches
from axiometer.models.contradiction.registry import CrossEncoderOptions, open_contradiction_model
from axiometer.models.protocols import Confidence, ConflictKind, ContradictionModel

from .cross_encoder import LABELS, make_cross_encoder, permuted, planted_pairs

needs_torch = pytest.mark.skipif(
    find_spec("torch") is None or find_spec("transformers") is None,
    reason="the extra `nli` (PyTorch, Transformers) is not installed",
)


@pytest.mark.parametrize(
    ("id2label", "label2id", "index"),
    [
        ({0: "entailment", 1: "neutral", 2: "contradiction"}, None, 2),
        ({"0": "CONTRADICTION", "1": "NEUTRAL", "2": "ENTAILMENT"}, {}, 0),
        ({"0": "entailment", "1": "not_entailment", "2": "Contradictory"}, None, 2),
        ({"0": "contradiction", "1": "not_contradiction"}, None, 0),
        ({"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}, {"Contradicts": 1, "neutral": 0, "entails": 2}, 1),
        ({"0": "neutral", "1": "contradiction"}, {"contradiction": "1", "neutral": "0"}, 1),
    ],
)
def test_the_label_is_found_wherever_it_stands(
    id2label: dict[object, object], label2id: dict[object, object] | None, index: int
) -> None:
    assert contradiction_label("m", id2label, label2id) == index


@pytest.mark.parametrize(
    ("id2label", "label2id", "told"),
    [
        (
            {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"},
            None,
            "no label that means contradiction .*LABEL_0, LABEL_1",
        ),
        (None, None, "no label that means contradiction"),
        ({"0": "entailment", "1": "not_entailment"}, None, "no label that means contradiction"),
        ({"0": "non-contradiction", "1": "other"}, None, "no label that means contradiction"),
        ({"0": "contradiction", "1": "contradictory"}, None, "several labels mean contradiction"),
        ({"0": "contradiction", "1": "x"}, {"contradiction": 1, "x": 0}, "several labels mean contradiction"),
    ],
)
def test_a_model_without_exactly_one_such_label_is_refused(
    id2label: dict[object, object] | None, label2id: dict[object, object] | None, told: str
) -> None:
    with pytest.raises(InputError, match=told):
        contradiction_label("m", id2label, label2id)


@given(st.lists(st.integers(1, 300), max_size=200), st.integers(1, 2_000))
def test_batches_hold_every_row_once_and_no_more_tokens_than_allowed(lengths: list[int], tokens: int) -> None:
    made = list(batches(lengths, tokens))
    assert sorted(itertools.chain(*made)) == list(range(len(lengths)))
    assert all(len(rows) == 1 or len(rows) * max(lengths[row] for row in rows) <= tokens for rows in made)


@pytest.mark.skipif(find_spec("torch") is not None, reason="the extra `nli` is installed")
def test_without_the_extra_it_is_said_how_to_get_it() -> None:
    with pytest.raises(InputError, match=r"NLI models need PyTorch and Transformers \(pip install 'axiometer\[nli\]'"):
        open_contradiction_model("nli/some-owner/some-model")


def test_a_folder_that_is_not_there_is_not_looked_for_on_the_hub(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no folder with an NLI model here"):
        open_contradiction_model(f"nli/{tmp_path / 'nothing'}")


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_cross_encoder(tmp_path_factory.mktemp("nli") / "tiny")


def scores(folder: Path, *, plausible: float = 0.0, tokens: int = 16_384) -> list[tuple[float, float | None]]:
    model = CrossEncoder(str(folder), device="cpu", plausible=plausible, tokens=tokens)
    pairs = [(first, second, "en") for first, second, _ in planted_pairs(90, seed=7)]
    return [(said.ab, said.ba) for said in model.contradictions(pairs)]


@needs_torch
def test_planted_contradictions_are_told_from_the_rest(trained: Path) -> None:
    model = open_contradiction_model(f"nli/{trained}", CrossEncoderOptions(device="cpu"))
    assert isinstance(model, ContradictionModel)
    planted = planted_pairs(300, seed=3)
    said = model.contradictions([(first, second, "en") for first, second, _ in planted])
    found = [each.kind is ConflictKind.CONTRADICTION for each in said]
    truth = [label == "contradiction" for _, _, label in planted]
    agreeing = sum(one == other for one, other in zip(found, truth, strict=True))
    assert agreeing >= 0.95 * len(planted)
    assert {each.kind for each in said} == {ConflictKind.CONTRADICTION, None}
    assert {each.confidence for each in said} == {Confidence.NORMAL}


@needs_torch
@pytest.mark.parametrize("order", list(itertools.permutations(range(3)))[1:])
def test_labels_in_another_order_give_the_same_scores(trained: Path, tmp_path: Path, order: tuple[int, ...]) -> None:
    other = permuted(trained, tmp_path / "other", order, names=[label.upper() for label in LABELS])
    assert CrossEncoder(str(other)).label == order.index(2)
    for (ab, ba), (other_ab, other_ba) in zip(scores(trained), scores(other), strict=True):
        assert ba is not None and other_ba is not None
        assert other_ab == pytest.approx(ab, abs=1e-6)
        assert other_ba == pytest.approx(ba, abs=1e-6)


@needs_torch
def test_names_alone_in_another_order_change_what_is_read(trained: Path, tmp_path: Path) -> None:
    folder = tmp_path / "renamed"
    shutil.copytree(trained, folder)
    config = json.loads((folder / "config.json").read_text("utf-8"))
    config["id2label"] = {"0": "contradiction", "1": "neutral", "2": "entailment"}
    config["label2id"] = {label: int(index) for index, label in config["id2label"].items()}
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    assert [round(ab, 3) for ab, _ in scores(folder)] != [round(ab, 3) for ab, _ in scores(trained)]
    assert CrossEncoder(str(folder)).identity["weights"] != CrossEncoder(str(trained)).identity["weights"]


@needs_torch
def test_the_second_direction_is_asked_where_the_first_is_plausible(trained: Path) -> None:
    for (ab, ba), (_, both) in zip(scores(trained, plausible=0.5), scores(trained), strict=True):
        assert (ba is None) == (ab < 0.5)
        assert ba is None or ba == pytest.approx(both, abs=1e-5)


@needs_torch
def test_batches_change_nothing_and_repeats_are_equal(trained: Path) -> None:
    once = scores(trained)
    assert scores(trained) == once
    for (ab, _), (small, _) in zip(once, scores(trained, tokens=20), strict=True):
        assert small == pytest.approx(ab, abs=1e-5)


@needs_torch
def test_identity_knows_a_folder_by_its_content_and_not_by_its_place(trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained, tmp_path / "elsewhere" / trained.name)
    here, there = CrossEncoder(str(trained)), CrossEncoder(str(tmp_path / "elsewhere" / trained.name))
    assert here.identity == there.identity
    assert str(trained.parent) not in json.dumps(dict(here.identity))


@needs_torch
def test_a_folder_without_a_model_and_a_wrong_device_are_told_in_one_line(trained: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be loaded"):
        CrossEncoder(str(tmp_path))
    with pytest.raises(InputError, match="device 'nonsense' cannot be used"):
        CrossEncoder(str(trained), device="nonsense").contradictions([("a", "b", "en")])
    with pytest.raises(InputError, match="plausible must lie between 0 and 1"):
        CrossEncoder(str(trained), plausible=1.5)
