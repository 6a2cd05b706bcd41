"""A small framework file that is whole, for tests to break in one place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

WHOLE = """\
id: garden
languages: [zh, en]
names: {zh: 花园, en: Garden}
levels:
  - {id: bed, names: {zh: 花坛, en: bed}}
  - {id: plant, names: {zh: 植物, en: plant}}
values:
  - id: shade
    level: bed
    names: {zh: 荫处, en: Shade}
    definitions: {zh: 少阳光。, en: Little sun.}
  - id: sun
    level: bed
    names: {zh: 阳处, en: Sun}
    definitions: {zh: 多阳光。, en: Much sun.}
  - id: fern
    level: plant
    parents: [shade]
    names: {zh: 蕨, en: Fern}
    definitions: {zh: 无花。, en: It has no flowers.}
    aliases: {en: [Bracken, fiddlehead]}
  - id: poppy
    level: plant
    parents: [sun, shade]
    names: {zh: 罂粟, en: Poppy}
    definitions: {zh: 红花。, en: It has red flowers.}
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes the whole file with replacements (old, new), each of which must apply."""

    def write_file(*replacements: tuple[str, str], name: str = "garden.yaml") -> Path:
        text = WHOLE
        for old, new in replacements:
            assert text.count(old) == 1, f"{old!r} must occur once"
            text = text.replace(old, new)
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write_file
