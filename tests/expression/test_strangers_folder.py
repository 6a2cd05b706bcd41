"""A stranger's folder can run nothing, fill no memory and hold nobody up: it opens, or one line says why not."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from axiometer.errors import InputError
from axiometer.expression.folder import open_folder
from axiometer.expression.seen import read_seen

from .models import Spoil, card_with


class Runs:
    """Pickled, it makes a file where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, (str(self.mark),))


def repacked(folder: Path, change: Callable[[dict[str, bytes]], None], sign: bool = True) -> None:
    """The weights with other entries, and the card's digest made to fit."""
    file = folder / "weights.npz"
    with zipfile.ZipFile(file) as packed:
        entries = {name: packed.read(name) for name in packed.namelist()}
    change(entries)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries.items():
            packed.writestr(name, content)
    if sign:
        signed(folder)


def signed(folder: Path) -> None:
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    card["weights"]["digest"] = hashlib.sha256((folder / "weights.npz").read_bytes()).hexdigest()
    (folder / "model.json").write_text(json.dumps(card), encoding="utf-8")


def pickled(mark: Path) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array([Runs(mark)], dtype=object), allow_pickle=True)
    return buffer.getvalue()


def header(shape: str, content: bytes = b"") -> bytes:
    said = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(said)) + said.encode() + content


def test_an_array_that_would_run_code_is_refused_and_runs_nothing(copy: Path, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    pickle.loads(pickle.dumps(Runs(mark)))
    assert mark.exists(), "the trap works where it is unpickled"
    mark.rmdir()
    for name in ("encoder.mean.npy", "characters.steps.npy"):
        repacked(copy, lambda entries, name=name: entries.update({name: pickled(mark)}))  # type: ignore[misc]
        with pytest.raises(InputError, match="not the weights of a linear classifier"):
            open_folder(copy)
    (copy / "weights.npz").write_bytes(pickle.dumps(Runs(mark)))
    signed(copy)
    with pytest.raises(InputError, match="not the weights"):
        open_folder(copy)
    (copy / "seen.npy").write_bytes(pickled(mark))
    with pytest.raises(InputError, match="not the marks"):
        read_seen(copy, hashlib.sha256((copy / "seen.npy").read_bytes()).hexdigest())
    assert not mark.exists()


def test_a_framework_that_would_run_code_is_refused_and_runs_nothing(copy: Path, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    (copy / "framework.yaml").write_text(f"id: !!python/object/apply:os.mkdir ['{mark}']\n", encoding="utf-8")
    with pytest.raises(InputError):
        open_folder(copy)
    assert not mark.exists()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda entries: entries.update({"encoder.mean.npy": header("(8,)", b"\x00" * 4 * 10**7)}),
        lambda entries: entries.update({"encoder.mean.npy": header("(1000000000000,)", b"\x00" * 32)}),
        lambda entries: entries.update({"encoder.mean.npy": header("(8,)", b"\x00" * 31)}),
        lambda entries: entries.update({"encoder.mean.npy": header("(4, 2)", b"\x00" * 32)}),
        lambda entries: entries.update({"encoder.mean.npy": header("(8,)", struct.pack("<f", float("nan")) * 8)}),
        lambda entries: entries.update({"encoder.mean.npy": b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 40}),
        lambda entries: entries.update({"more.npy": header("(8,)", b"\x00" * 32)}),
        lambda entries: entries.update({"../../evil.npy": header("(8,)", b"\x00" * 32)}),
        lambda entries: entries.pop("centres.npy"),
    ],
    ids=["bomb", "header", "short", "shape", "nan", "magic", "more", "path", "fewer"],
)
def test_other_arrays_than_the_card_implies_are_one_line(copy: Path, spoil: Callable[[dict[str, bytes]], None]) -> None:
    repacked(copy, spoil)
    with pytest.raises(InputError, match="not the weights of a linear classifier") as told:
        open_folder(copy)
    assert "\n" not in str(told.value) and not (copy.parent.parent / "evil.npy").exists()


def test_weights_of_another_classifier_are_refused(copy: Path) -> None:
    repacked(copy, lambda entries: None, sign=False)
    with pytest.raises(InputError, match="not those that"):
        open_folder(copy)


def without(name: str) -> Spoil:
    return lambda folder: (folder / name).unlink()


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (without("model.json"), "no classifier here"),
        (without("weights.npz"), "weights"),
        (without("framework.yaml"), "no such file"),
        (lambda folder: (folder / "model.json").write_text("{"), "not the card"),
        (lambda folder: (folder / "model.json").write_text("[" * 100_000), "not the card"),
        (lambda folder: (folder / "model.json").write_bytes(b"\xff\xfe\x00"), "not the card"),
        (lambda folder: (folder / "model.json").write_text("[1]"), "not the card"),
        (lambda folder: (folder / "weights.npz").write_bytes(b"PK\x05\x06" + b"\x00" * 18), "written for"),
        (card_with(format=2), "format 2 is not known"),
        (card_with(architecture="forest"), "architecture"),
        (card_with(thresholds={"freedom": 0.5}), "thresholds are not of the values"),
        (card_with(thresholds__freedom=float("nan")), "NaN is no number"),
        (card_with(thresholds__freedom=7), "thresholds.freedom"),
        (card_with(values=["freedom", "freedom", "dedication"]), "stands twice"),
        (card_with(weights__bits={"characters": 60, "words": 17}), "bits"),
        (card_with(weights__bits={"characters": 18, "words": 24}), "size"),
        (card_with(weights__dimensions=9), "than the card implies"),
        (card_with(weights__weights={"encoder": 1.0}), "weights are not of the parts"),
        (card_with(weights__code="import os"), "code"),
        (card_with(fingerprint="0" * 32), "not the framework that model.json was written for"),
    ],
)
def test_a_damaged_folder_is_one_line(copy: Path, spoil: Spoil, why: str) -> None:
    spoil(copy)
    with pytest.raises(InputError, match=why) as told:
        open_folder(copy)
    assert "\n" not in str(told.value)


def link_to(target: str, name: str) -> Spoil:
    def spoil(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(target)

    return spoil


def pipe(folder: Path) -> None:
    (folder / "seen.npy").unlink()
    os.mkfifo(folder / "seen.npy")


def laughs(folder: Path) -> None:
    """A YAML list of a billion words by references: 1 kB."""
    lists = ["  - &a0 [x, x, x, x, x, x, x, x, x]"]
    lists += [f"  - &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    text = (folder / "framework.yaml").read_text(encoding="utf-8")
    spoilt = text.replace("values:\n", "values:\n" + "\n".join(lists) + "\n", 1)
    (folder / "framework.yaml").write_text(spoilt, encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (link_to("/dev/zero", "weights.npz"), "neither a file nor a folder"),
        (link_to("/dev/zero", "framework.yaml"), "neither a file nor a folder"),
        (link_to("nowhere", "more"), "neither a file nor a folder"),
        (pipe, "neither a file nor a folder"),
        (laughs, "framework.yaml"),
        (lambda folder: os.truncate(folder / "framework.yaml", 2**25), "larger than any framework"),
        (lambda folder: os.truncate(folder / "model.json", 2**25), "larger than any card"),
    ],
    ids=["device", "framework", "dangling", "pipe", "laughs", "framework size", "card size"],
)
def test_what_would_be_read_for_ever_is_one_line(copy: Path, spoil: Spoil, why: str) -> None:
    spoil(copy)
    with pytest.raises(InputError, match=why) as told:
        open_folder(copy)
    assert "\n" not in str(told.value)


FILES = ("model.json", "framework.yaml", "weights.npz")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(FILES), place=st.floats(0, 1, exclude_max=True), content=st.binary(max_size=12))
def test_bytes_changed_anywhere_are_one_line_or_another_classifier(
    model: Path, tmp_path: Path, name: str, place: float, content: bytes
) -> None:
    copy = tmp_path / "fuzzed"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(model, copy)
    whole = (copy / name).read_bytes()
    at = int(place * len(whole))
    (copy / name).write_bytes(whole[:at] + content + whole[at + len(content) :])
    signed_if_readable(copy)
    try:
        classifier = open_folder(copy).classifier
    except InputError as told:
        assert "\n" not in str(told)
    else:
        assert len(classifier.values) == len(classifier.thresholds)


def signed_if_readable(folder: Path) -> None:
    """So that spoilt weights come past their digest."""
    try:
        signed(folder)
    except (ValueError, KeyError, TypeError):
        assert (folder / "model.json").exists()
