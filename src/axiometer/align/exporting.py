"""Preference data from items with positions: split by what items share, with controls, held-out items beside it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import blake2b
from pathlib import Path

import polars as pl

from axiometer.align.card import data_card
from axiometer.align.controls import control_preferences, most
from axiometer.align.formats import Format, write_data
from axiometer.align.preferences import Kind, Preference, Style, item_preferences
from axiometer.align.splitting import HIDDEN, Group, Part, Shares, groups_of, split
from axiometer.align.targets import Target, checked_targets, sides_for
from axiometer.errors import InputError
from axiometer.records.ids import content_id
from axiometer.records.importers.navab_fields import PUBLISHED
from axiometer.records.rows import Item
from axiometer.records.tables import read_items, write_parquet, write_rows, write_text

FILE = "align.json"
PREFERENCES = "preferences.parquet"
SPLIT = "split.parquet"
HELD_OUT = Path("heldout") / "items.parquet"
OTHERS = Path("others") / "items.parquet"
SOLVED = "style alone tells the statement from its reverse"
QUESTION_HIDDEN = "the question is hidden"
NO_TARGET = "does not set a target against something"
BALANCED = "left out so that every target has as many items"
NAMES = "names its speaker"
_NAMES_OF = ("speaker", "published_source")  # what an item's `meta` may say of persons


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What to make of items. `refusal`, `neutrality`: controls as a part of the preferences from items; `wordings`: how
    many wordings of the prompts; `with_solved`: also items whose style alone tells the sides apart."""

    targets: tuple[str, ...]
    toward: int = 1
    format: Format = Format.TRL
    style: Style = Style.BOTH
    wordings: int = 1
    shares: Shares = field(default_factory=Shares)
    refusal: float = 0.1
    neutrality: float = 0.1
    with_solved: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        if not (0 <= self.refusal <= 1 and 0 <= self.neutrality <= 1):
            raise InputError("--refusal and --neutrality must be shares from 0 to 1")


@dataclass(frozen=True, slots=True)
class ExportSummary:
    """What was written. `items`, `groups`, `preferences`: by part; `controls`: preferences in training by kind;
    `left_out`: items of the table that are in no part, by reason; `others`: items of other positions that share nothing
    with what is trained on."""

    folder: Path
    files: tuple[Path, ...]
    targets: tuple[Target, ...]
    items: Mapping[str, int]
    groups: Mapping[str, int]
    preferences: Mapping[str, int]
    controls: Mapping[str, int]
    left_out: Mapping[str, int]
    others: int
    langs: Mapping[str, int]
    sources: Mapping[str, int]


@dataclass(slots=True)
class _Split:
    """The items of a table with their part, their group and the target that they teach."""

    items: list[Item]
    part: dict[str, str] = field(default_factory=dict)
    group: dict[str, str] = field(default_factory=dict)
    target: dict[str, Target] = field(default_factory=dict)
    reason: dict[str, str] = field(default_factory=dict)

    def of(self, part: Part) -> list[Item]:
        return [item for item in self.items if self.part.get(item.id) == part and item.id in self.target]


def export_preferences(table: Path, options: ExportOptions, folder: Path) -> ExportSummary:
    """Writes preference data of the items in `table` into `folder`: data in the format asked for, all preferences and
    the split as tables, held-out items, a card. The same items, options and seed give the same bytes.

    Raises `InputError` for items that cannot teach a target, for too few groups, or for a folder of other things.
    """
    items = _unique(read_items(table))
    targets = checked_targets(options.targets, options.toward, items)
    if folder.exists() and any(folder.iterdir()) and not (folder / FILE).is_file():
        raise InputError("exists and is not preference data", file=folder, mend="give another name with -o")
    done = _split(items, targets, options)
    rows = _preferences(done, options)
    files = write_data(rows, options.format, _name(folder), folder)
    write_rows([row for part in rows.values() for row in part], Preference, folder / PREFERENCES)
    write_parquet(_split_table(done), folder / SPLIT)
    write_rows([_without_names(item) for item in done.of(Part.HELD_OUT)], Item, folder / HELD_OUT)
    others = _others(done)
    if others:
        write_rows([_without_names(item) for item in others], Item, folder / OTHERS)
    else:
        (folder / OTHERS).unlink(missing_ok=True)
    summary = _summary(folder, files, targets, done, rows, len(others))
    write_text(data_card(summary, options, items), folder / "README.md")
    write_text(json.dumps(_asked(items, options), ensure_ascii=False, indent=1) + "\n", folder / FILE)
    return summary


def _unique(items: Iterable[Item]) -> list[Item]:
    return list({item.id: item for item in items}.values())


def _split(items: list[Item], targets: Sequence[Target], options: ExportOptions) -> _Split:
    """Every item in a part by its group; those that teach a target with that target, the others with a reason."""
    done = _Split(items)
    taught: dict[str, list[Target]] = {}
    for item in items:
        fitting = [target for target in targets if sides_for(item, target) is not None]
        reason = _unusable(item, options) or (None if fitting else NO_TARGET)
        if reason is None:
            taught[item.id] = fitting
        else:
            done.reason[item.id] = reason
    usable = [item for item in items if item.id in taught]
    if not usable:
        raise InputError("no item is left to teach from", mend="see --with-solved")
    # Groups are made of all items: two that are usable may be tied by one that is not.
    places = {item.id for item in usable}
    groups = groups_of(items)
    teaching = [
        Group(group.name, tuple(place for place in group.members if items[place].id in places)) for group in groups
    ]
    parts = split([group for group in teaching if group.members], options.shares, options.seed)
    of_group = {group.name: part for part, some in parts.items() for group in some}
    for group in groups:
        for place in group.members:
            done.group[items[place].id] = group.name
            if group.name in of_group:
                done.part[items[place].id] = of_group[group.name]
    for part in Part:
        _assign(done, [item for item in usable if done.part[item.id] == part], taught, targets, options.seed, part)
    return done


def _unusable(item: Item, options: ExportOptions) -> str | None:
    if item.meta.get("form") in HIDDEN:
        return QUESTION_HIDDEN
    if item.meta.get("style") == "solved" and not options.with_solved:
        return SOLVED
    speaker = item.meta.get("speaker", "").casefold()
    if speaker and any(speaker in text.casefold() for text in (item.prompt, *(each.text for each in item.options))):
        return NAMES
    return None


def _assign(
    done: _Split,
    items: list[Item],
    taught: Mapping[str, list[Target]],
    targets: Sequence[Target],
    seed: int,
    part: Part,
) -> None:
    """Gives each item the target that has least so far; in a mix, training is cut to as many for every target."""
    order = sorted(items, key=lambda item: blake2b(f"{seed}/mix/{item.id}".encode(), digest_size=16).digest())
    counts = dict.fromkeys((target.name for target in targets), 0)
    chosen: dict[str, list[Item]] = {name: [] for name in counts}
    # Items that can teach one target only come first: the others then even out.
    for item in sorted(order, key=lambda item: len(taught[item.id])):
        target = min(taught[item.id], key=lambda each: counts[each.name])
        counts[target.name] += 1
        chosen[target.name].append(item)
        done.target[item.id] = target
    if part is Part.HELD_OUT or len(targets) < 2:
        return
    least = min(counts.values())
    if part is Part.TRAIN and not least:
        raise InputError("a target of the mix has no item to train on", mend="give more items, or another --seed")
    for some in chosen.values():
        for item in some[least:]:
            del done.target[item.id]
            done.reason[item.id] = BALANCED


def _preferences(done: _Split, options: ExportOptions) -> dict[str, list[Preference]]:
    rows: dict[str, list[Preference]] = {}
    for part in (Part.TRAIN, Part.VALIDATION):
        own = [
            row
            for item in done.of(part)
            for row in item_preferences(item, done.target[item.id], options.style, options.wordings, part)
        ]
        if part is Part.TRAIN:
            langs = sorted({item.lang for item in done.of(part)})
            for kind, share in ((Kind.REFUSAL, options.refusal), (Kind.NEUTRALITY, options.neutrality)):
                wanted = min(round(share * len(own)), most(kind, langs))
                own = own + control_preferences(kind, langs, wanted, options.seed, part)
            own.sort(key=lambda row: blake2b(f"{options.seed}/{row.id}".encode(), digest_size=16).digest())
        rows[str(part)] = own
    return {part: some for part, some in rows.items() if some}


def _split_table(done: _Split) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "item": item.id,
                "group": done.group[item.id],
                "part": done.part.get(item.id) if item.id in done.target else None,
                "target": done.target[item.id].words if item.id in done.target else None,
                "left_out": done.reason.get(item.id),
            }
            for item in done.items
        ],
        schema=dict.fromkeys(("item", "group", "part", "target", "left_out"), pl.String),
    )


def _others(done: _Split) -> list[Item]:
    """Items of other positions in groups of which nothing is trained on."""
    seen = {done.group[item.id] for part in (Part.TRAIN, Part.VALIDATION) for item in done.of(part)}
    return [
        item
        for item in done.items
        if done.reason.get(item.id) == NO_TARGET and item.mapped and done.group[item.id] not in seen
    ]


def _without_names(item: Item) -> Item:
    """The item without what its importer knows of persons and published fields; its id stays."""
    kept = {key: said for key, said in item.meta.items() if key not in _NAMES_OF and not key.startswith(PUBLISHED)}
    return replace(item, meta=kept)


def _summary(
    folder: Path,
    files: Sequence[Path],
    targets: tuple[Target, ...],
    done: _Split,
    rows: Mapping[str, list[Preference]],
    others: int,
) -> ExportSummary:
    parts = {str(part): done.of(part) for part in Part}
    return ExportSummary(
        folder=folder,
        files=tuple(files),
        targets=targets,
        items={part: len(some) for part, some in parts.items()},
        groups={part: len({done.group[item.id] for item in some}) for part, some in parts.items()},
        preferences={part: len(some) for part, some in rows.items()},
        controls=dict(Counter(row.kind for row in rows[Part.TRAIN] if row.kind != Kind.ITEM)),
        left_out=dict(Counter(done.reason.values()).most_common()),
        others=others,
        langs=dict(Counter(item.lang for item in done.items if item.id in done.target).most_common()),
        sources=dict(Counter(item.source for item in done.items if item.id in done.target).most_common()),
    )


def _asked(items: Sequence[Item], options: ExportOptions) -> dict[str, object]:
    """What the data were made from: enough to make them again."""
    return {"items": content_id("items", sorted(item.id for item in items)), "count": len(items), **asdict(options)}


def _name(folder: Path) -> str:
    """The folder's name as LLaMA-Factory is to call the data: letters, digits and underscores."""
    kept = "".join(character if character.isalnum() else "_" for character in folder.resolve().name.casefold())
    return kept.strip("_") or "preferences"
