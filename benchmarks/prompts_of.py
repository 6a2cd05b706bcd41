"""The prompts that `axiometer measure` would send, so that every peer sends the same text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from axiometer.measure.design import Design, presentations
from axiometer.measure.render import Renderer
from axiometer.models.protocols import Sampling
from axiometer.records import Item
from axiometer.records.tables import read_rows


def prompts_of(items: Path) -> Iterator[str]:
    """One prompt per presentation, in the order of the plan (mode choice, both orders)."""
    from axiometer.models.endpoint import Endpoint

    design = Design()
    model = Endpoint("openai-api/fake/fake", "fake", ["http://127.0.0.1:1/v1"], None, Sampling())
    renderer = Renderer(design, model)
    for presentation in presentations(read_rows(items, Item), design):
        yield renderer.render(presentation).request.messages[0].content
