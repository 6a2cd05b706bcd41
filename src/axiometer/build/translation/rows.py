"""The rows that travel between the steps: a translation that is wanted, made, made back, and judged; then the item.

`texts` are always an item's prompt and then its options, in the item's order: whatever a model saw, a text has the
place of its original from the first row on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from axiometer.models.draws import uniform
from axiometer.records.ids import content_id
from axiometer.records.rows import Item, Option, make_item


@dataclass(frozen=True, slots=True)
class TranslationRequest:
    """An item that is wanted in the language `lang`. `source_lang`: the item's own. `text`: its prompt."""

    id: str
    parent_ids: tuple[str, ...]
    item: str
    lang: str
    source_lang: str
    text: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Translation:
    """What was translated; `text` is the prompt of it."""

    id: str
    parent_ids: tuple[str, ...]
    lang: str
    text: str
    texts: tuple[str, ...]
    asked: TranslationRequest


@dataclass(frozen=True, slots=True)
class ReturnTranslation:
    """A translation with what it says in the original's language, as a second request has it. `lang`: of the
    translation; `text`: the prompt of it and what came back, for people who read rejects."""

    id: str
    parent_ids: tuple[str, ...]
    lang: str
    text: str
    back: tuple[str, ...]
    there: Translation


@dataclass(frozen=True, slots=True)
class CheckedTranslation:
    """A translation that passed. Cosines for every text: `similarity` of the back-translation with the original,
    `across` of the translation with the original (none where the embedder is not measured for the languages)."""

    id: str
    parent_ids: tuple[str, ...]
    lang: str
    text: str
    similarity: tuple[float, ...]
    across: tuple[float, ...]
    returned: ReturnTranslation

    @property
    def least(self) -> float:
        """The lowest cosine of the way back."""
        return min(self.similarity)


def wanted_translation(item: Item, lang: str) -> TranslationRequest:
    texts = (item.prompt, *(option.text for option in item.options))
    found = content_id("translation-request", item.id, lang)
    return TranslationRequest(found, (item.id,), item.id, lang, item.lang, item.prompt, texts)


def make_translated(asked: TranslationRequest, texts: tuple[str, ...]) -> Translation:
    return Translation(content_id("translation", asked.id, texts), (asked.id,), asked.lang, texts[0], texts, asked)


def make_returned(there: Translation, back: tuple[str, ...]) -> ReturnTranslation:
    found, text = content_id("back-translation", there.id, back), f"{there.text}\n{back[0]}"
    return ReturnTranslation(found, (there.id,), there.lang, text, back, there)


def shown_order(row: str, step: str, options: int) -> tuple[int, ...]:
    """Which option is shown at each place of a step's prompt: drawn, so that a model which mixes up places does so
    otherwise on the way back."""
    return tuple(sorted(range(options), key=lambda option: uniform("order", step, row, option)))


def parallel_of(item: Item) -> str:
    """What an item and its translations have in common; an item that has nothing yet stands for itself."""
    return item.parallel_id or item.id


def make_parallel(item: Item, checked: CheckedTranslation, translator: str, returner: str) -> Item:
    """The item in the other language: what its options express, its clusters and its framework are the original's."""
    there = checked.returned.there
    options = tuple(
        Option(text, option.role, option.expresses) for text, option in zip(there.texts[1:], item.options, strict=True)
    )
    meta = {
        **item.meta,
        "translated_from": item.lang,
        "translated_by": translator,
        "back_translated_by": returner,
        "back_similarity": f"{checked.least:.3f}",
    }
    return make_item(
        kind=item.kind,
        lang=there.lang,
        prompt=there.text,
        options=options,
        clusters=item.clusters,
        source=item.source,
        framework=item.framework,
        parallel_id=parallel_of(item),
        mapped=item.mapped,
        parent_ids=(there.id, item.id),
        meta=meta,
    )


def paired(item: Item) -> Item:
    """The original beside its translations."""
    return replace(item, parallel_id=parallel_of(item))
