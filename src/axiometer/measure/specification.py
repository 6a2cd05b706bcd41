"""`run.yaml`: what was asked of whom. The same specification resumes a run; another is refused with the difference."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from axiometer.errors import InputError, SpecificationChanged
from axiometer.measure.design import Design, verdicts_per_answer
from axiometer.measure.judging.rows import stage_of
from axiometer.measure.render import Steering
from axiometer.measure.selection import Selection
from axiometer.models.protocols import ChatModel
from axiometer.prompts import Template
from axiometer.records.ids import content_id
from axiometer.records.rows import Mode
from axiometer.records.tables import write_text
from axiometer.records.yaml_files import read_yaml

FORMAT = 1
FILE = "run.yaml"


@dataclass(frozen=True, slots=True)
class Specification:
    """`asked` is compared on resume; `noted` is only recorded (versions, paths, dates)."""

    asked: Mapping[str, Any]
    noted: Mapping[str, Any]

    @property
    def fingerprint(self) -> str:
        """What `Answer.run` holds. Shards of one run share it."""
        return content_id("run", {name: value for name, value in self.asked.items() if name != "shard"})

    @property
    def shard(self) -> tuple[int, int]:
        """(number from 1, of how many)."""
        number, _, of = str(self.asked.get("shard", "1/1")).partition("/")
        return int(number), int(of)

    @property
    def rows(self) -> int:
        """How many rows of this shard each respondent has in the answers table."""
        return self._per_put * self.puts

    @property
    def puts(self) -> int:
        """How often something of this shard is put to each respondent: where answers are free, each is several rows."""
        number, of = self.shard
        return len(range(number - 1, int(self.noted["presentations"]) // self._per_put, of))

    @property
    def has_answers(self) -> bool:
        """Whether the run has a table of answers to options: in mode `free` it has free answers only."""
        design = self.asked.get("design")
        return not (isinstance(design, Mapping) and design.get("mode") == Mode.FREE)

    @property
    def _per_put(self) -> int:
        return int(self.noted.get("rows_per_put", 1))

    def write(self, folder: Path, file: str = FILE) -> None:
        text = yaml.safe_dump(
            {"format": FORMAT, "asked": dict(self.asked), "noted": dict(self.noted)},
            allow_unicode=True,
            sort_keys=False,
            width=120,
        )
        write_text(text, folder / file)


def specify(
    selection: Selection,
    design: Design,
    models: Sequence[ChatModel],
    templates: Sequence[Template],
    *,
    frameworks: Mapping[str, str],
    seed: int,
    limit: int | None,
    occasion: str | None,
    shard: tuple[int, int],
    steering: Steering | None = None,
    judge: ChatModel | None = None,
) -> Specification:
    """The specification of a run. `frameworks` maps ids to fingerprints."""
    import polars

    import axiometer

    asked: dict[str, Any] = {
        "items": {"digest": selection.digest, "count": selection.count, "langs": dict(selection.langs)},
        "design": {
            "mode": str(design.mode),
            "orders": str(design.orders),
            "wordings": design.wordings,
            "repeats": design.repeats,
        },
        "models": [{"name": model.name, "identity": plain(model.identity)} for model in models],
        "prompts": {template.id: template.hash for template in templates},
        "frameworks": dict(frameworks),
    }
    if occasion is not None:
        asked["occasion"] = occasion
    if steering is not None:
        asked["steering"] = {"values": list(steering.values), "prompts": dict(steering.prompts)}
    if design.is_free:
        asked["design"]["free_tokens"] = design.free_tokens
    if judge is not None:
        asked["judge"] = {
            "name": judge.name,
            "identity": plain(judge.identity),
            "stage": plain(stage_of(design.mode).fingerprint),
        }
    if shard != (1, 1):
        asked["shard"] = f"{shard[0]}/{shard[1]}"
    noted = {
        "axiometer": axiometer.__version__,
        "polars": polars.__version__,
        "items_from": str(selection.path),
        "sources": selection.sources,
        "unmapped": selection.unmapped,
        "presentations": selection.presentations,
        **({"rows_per_put": verdicts_per_answer(design)} if design.is_free else {}),
        "limit": limit,
        "seed": seed,
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }
    return Specification(asked, noted)


def read_specification(folder: Path) -> Specification:
    """The specification of the run in `folder`. Raises `InputError` when there is none or it is damaged."""
    return specification_in(folder, FILE, "axiometer measure", _is_whole)


def specification_in(
    folder: Path,
    name: str,
    command: str,
    is_whole: Callable[[Mapping[str, Any], Mapping[str, Any]], bool] | None = None,
    *,
    format_: int = FORMAT,
) -> Specification:
    """What the file `name` in `folder` asks, as `command` writes it. `is_whole` says whether what other rooms rely on
    is there. Raises `InputError` when there is none or it is damaged."""
    file = folder / name
    if not file.exists():
        raise InputError(
            "no {name} here", file=folder, mend="give a folder made by `{command}`", name=name, command=command
        )
    data = read_yaml(file)
    if isinstance(data, dict) and "format" in data and data["format"] != format_:
        raise InputError(
            "made by another version of Axiometer (format {format}, this is {own})",
            file=file,
            format=data["format"],
            own=format_,
        )
    asked, noted = (data.get("asked"), data.get("noted")) if isinstance(data, dict) else (None, None)
    if not isinstance(asked, dict) or not isinstance(noted, dict) or not (is_whole is None or is_whole(asked, noted)):
        raise InputError("not a {name} as `{command}` writes it", file=file, name=name, command=command)
    return Specification(asked, noted)


def _is_whole(asked: Mapping[str, Any], noted: Mapping[str, Any]) -> bool:
    return (
        isinstance(asked.get("models"), list)
        and isinstance(asked.get("frameworks"), dict)
        and isinstance(noted.get("presentations"), int)
    )


def check_same(old: Specification, new: Specification, folder: Path) -> None:
    """Raises `SpecificationChanged` with the differences, in one line, unless both ask the same."""
    changes = list(_differences(plain(old.asked), plain(new.asked)))
    if changes:
        more = "; ..." if len(changes) > 4 else ""
        raise SpecificationChanged(
            "{folder}: made by another specification: {changes} (give another name with -o)",
            folder=folder,
            changes="; ".join(changes[:4]) + more,
        )


def _differences(old: object, new: object, where: str = "") -> list[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        found: list[str] = []
        telling = next((name for name in ("name", "digest") if old.get(name) != new.get(name)), None)
        if telling is not None:  # another model, or other items: how else they differ says nothing more
            return [f"{where}: {_short(old)} -> {_short(new)}"]
        for name in sorted({*old, *new}):
            found.extend(_differences(old.get(name), new.get(name), f"{where}.{name}" if where else str(name)))
        return found
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [
            line
            for number, (one, other) in enumerate(zip(old, new, strict=True), 1)
            for line in _differences(one, other, f"{where}[{number}]")
        ]
    return [] if old == new else [f"{where}: {_short(old)} -> {_short(new)}"]


def _short(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_short(part) for part in value)}]"
    if isinstance(value, dict):
        named = value.get("name") or str(value.get("digest", ""))[:8]
        return str(named) if named else f"{len(value)} entries"
    text = str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def plain(value: object) -> Any:
    """`value` with only the containers that YAML knows."""
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    return value
