"""A trained classifier as a folder: `model.json` says what it is, whatever its architecture; weights lie beside it.

Nothing in a folder can be run: JSON, YAML and arrays of numbers, read by parsers that make plain data. So a folder may
come from a stranger.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from axiometer.errors import InputError, file_error
from axiometer.expression.card import FRAMEWORK_FILE, Architecture, Card, Json, read_card, write_card
from axiometer.expression.classifier import ValueClassifier
from axiometer.expression.mapped import map_values, read_map
from axiometer.expression.seen import write_seen
from axiometer.frameworks import Framework, load_framework
from axiometer.messages import t
from axiometer.records.tables import write_text
from axiometer.similarity.embedders import DEFAULT_EMBEDDER

DEFAULT: Final = "valuecsv"
"""The classifier that comes with Axiometer."""

_LARGEST_FRAMEWORK: Final = 2**24  # bytes
_SHIPPED: Final = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Opened:
    """A classifier, its card, and the framework that its values are of. `notes`: what a user should know of it."""

    classifier: ValueClassifier
    card: Card
    folder: Path
    framework: Framework
    notes: tuple[str, ...] = ()


def shipped_classifiers() -> tuple[str, ...]:
    """Names of the classifiers that come with Axiometer."""
    return tuple(sorted(path.parent.name for path in _SHIPPED.glob("*/model.json")))


def open_classifier(named: str | Path, framework: Framework | None = None, mapping: Path | None = None) -> Opened:
    """A classifier that comes with Axiometer by its name (`default` is `valuecsv`), or the one in a folder; see
    `open_folder`."""
    name = DEFAULT if str(named) == "default" else str(named)
    if isinstance(named, str) and name in shipped_classifiers():
        return open_folder(_SHIPPED / name, framework, mapping)
    if not Path(named).is_dir():
        raise InputError(
            "no classifier {name!r}",
            mend="a folder of `axiometer express train`, or one that comes along: {known}",
            name=str(named),
            known=", ".join(shipped_classifiers()),
        )
    return open_folder(Path(named), framework, mapping)


def open_folder(folder: Path, framework: Framework | None = None, mapping: Path | None = None) -> Opened:
    """The classifier in `folder`.

    framework: what its values are wanted in (default: its own, which lies in the folder). mapping: a YAML file of its
    values to those of `framework` where that is another one. Raises `InputError` where the folder is damaged, where
    `framework` is another than the classifier's and nothing maps its values, or lacks one of them.
    """
    _check_files(folder)
    card = read_card(folder)
    own = _own_framework(folder, card)
    classifier = _classifier(folder, card)
    notes = list(_notes(card))
    if mapping is not None:
        if framework is None:
            raise InputError(
                "a map needs the framework that it leads to", file=mapping, mend="name it with --framework"
            )
        mapped = map_values(classifier, read_map(mapping, own, framework), framework)
        notes.append(t("mapped from {origin}: what was learnt are the values of {origin}", origin=own.id))
        return Opened(mapped, card, folder, framework, tuple(notes))
    if framework is None:
        return Opened(classifier, card, folder, own, tuple(notes))
    if framework.id != card.framework:
        raise InputError(
            "trained for the framework {trained}, not for {wanted}",
            file=folder,
            mend="--map FILE gives its values to those of the other",
            trained=card.framework,
            wanted=framework.id,
        )
    missing = [value for value in card.values if value not in framework]
    if missing:
        raise InputError(
            "the framework {wanted} has no value {missing}, for which the classifier was trained",
            file=folder,
            wanted=framework.id,
            missing=", ".join(missing),
        )
    if framework.fingerprint != card.fingerprint:
        notes.append(t("the framework {framework} has changed since training", framework=framework.id))
    return Opened(classifier, card, folder, framework, tuple(notes))


def check_free(folder: Path) -> None:
    """Raises `InputError` where something stands at `folder` already, or nothing can be written beside it."""
    if folder.is_symlink() or (folder.exists() and not (folder.is_dir() and not any(folder.iterdir()))):
        raise InputError("exists already", file=folder, mend="give another name with -o")
    above = next(parent for parent in folder.absolute().parents if parent.exists())
    if not above.is_dir() or not os.access(above, os.W_OK):
        raise InputError("no permission: nothing can be written there", file=above)


def write_folder(
    folder: Path,
    store: Callable[[Path], dict[str, Json]],
    make: Callable[[dict[str, Json], str], Card],
    texts: Sequence[str],
    framework_file: Path,
) -> Card:
    """Writes a classifier's folder, whole or not at all, and gives its card. store: writes the weights and tells of
    them; make: the card, of what `store` told and the digest of the marks; texts: those it was fitted on or chosen by;
    framework_file: of its framework."""
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    try:
        temporary.mkdir(parents=True)
        weights = store(temporary)
        card = make(weights, write_seen(texts, temporary))
        write_text(framework_file.read_text(encoding="utf-8"), temporary / FRAMEWORK_FILE)
        write_card(card, temporary)
        temporary.replace(folder)
    except OSError as error:
        raise file_error(error, folder) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return card


def _check_files(folder: Path) -> None:
    """A pipe or a device (or a link to one) in a stranger's folder would be read for ever."""
    try:
        for entry in sorted(folder.iterdir()):
            if not entry.is_file() and not entry.is_dir():
                raise InputError("neither a file nor a folder: not read", file=entry)
            if entry.name == FRAMEWORK_FILE and entry.stat().st_size > _LARGEST_FRAMEWORK:
                raise InputError("larger than any framework", file=entry)
    except OSError as error:
        raise file_error(error, folder) from error


def _own_framework(folder: Path, card: Card) -> Framework:
    file = folder / FRAMEWORK_FILE
    own = load_framework(file)
    if own.id != card.framework or own.fingerprint != card.fingerprint:
        raise InputError("not the framework that model.json was written for", file=file)
    missing = [value for value in card.values if value not in own]
    if missing:
        raise InputError("the framework has no value {missing}", file=file, missing=", ".join(missing))
    return own


def _classifier(folder: Path, card: Card) -> ValueClassifier:
    if card.architecture is Architecture.LINEAR:
        from axiometer.expression.linear.storing import restore

        return restore(folder, folder.name, card)
    from axiometer.expression.transformer.storing import restore as restore_transformer

    return restore_transformer(folder, folder.name, card)


def _notes(card: Card) -> tuple[str, ...]:
    encoder = card.weights.get("encoder")
    if encoder is None or encoder == DEFAULT_EMBEDDER:
        return ()
    return (t("its encoder is a service: every text is sent to {encoder}", encoder=encoder),)
