"""The answers of an analysis as arrays, joined to the catalogue of items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Booleans, Floats, Integers, joined
from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.errors import InputError
from axiometer.records import Mode, Outcome
from axiometer.records.rows import PEOPLE, WEIGHED

DISTRACTOR = "distractor"
OUTCOMES: tuple[str, ...] = (
    Outcome.CHOSEN.value,
    DISTRACTOR,
    *(each.value for each in Outcome if each is not Outcome.CHOSEN),
)
"""How a presentation can end, as tabulated: `chosen` means that a side was chosen (or a stance taken), `distractor`
that the option beside the sides was."""

NON_ANSWERS: tuple[str, ...] = (
    DISTRACTOR,
    *(each.value for each in (Outcome.BOTH, Outcome.REFUSED, Outcome.EVASIVE, Outcome.INVALID)),
)
"""The respondent's own doing, so they widen the bounds. Truncations, errors and a service's filter are not: they can
be asked again or belong to the service, and are reported apart."""


JUDGED = frozenset((Mode.JUDGED, Mode.OPEN))
"""The modes in which a judge reads free answers: a presentation is then a verdict on an answer in one order."""

ANSWER_COLUMNS = (
    "model",
    "item",
    "mode",
    "order",
    "wording",
    "repeat",
    "shown",
    "negated",
    "outcome",
    "option",
    "stance",
    "probabilities",
)
"""The columns of answers that are needed here; beside them `free`, or `parent_ids`, where a judge read them."""


@dataclass(frozen=True, slots=True)
class Presentations:
    """One respondent in one mode; one entry per presentation. `option` is the chosen option's number in the catalogue
    (-1 where none was), `shown` the one put forward in agree mode (-1 elsewhere). `outcome` indexes `OUTCOMES`.
    `slots`: the item's own option index at each slot, -1 beyond the last. `weights`: the probability of the item's
    options (logprob mode), in the item's order, NaN beyond the last; else None. `persons`: the respondent is
    a group of people, and `repeat` is the number of a person. `free`: the id of the free answer that a judge read
    (modes judged and open), where the answers say it."""

    model: str
    mode: Mode
    item: Integers
    option: Integers
    outcome: Integers
    slots: Integers
    wording: Integers
    repeat: Integers
    shown: Integers
    negated: Booleans
    stance: Integers
    weights: Floats | None
    persons: bool = False
    free: pl.Series | None = None

    def __len__(self) -> int:
        return len(self.item)

    def where(self, kept: Booleans) -> Presentations:
        return Presentations(
            self.model,
            self.mode,
            self.item[kept],
            self.option[kept],
            self.outcome[kept],
            self.slots[kept],
            self.wording[kept],
            self.repeat[kept],
            self.shown[kept],
            self.negated[kept],
            self.stance[kept],
            None if self.weights is None else self.weights[kept],
            self.persons,
            None if self.free is None else self.free.filter(kept),
        )

    @property
    def chosen(self) -> Booleans:
        """Whether a side was chosen, or a stance taken."""
        return np.asarray(self.outcome == OUTCOMES.index(Outcome.CHOSEN.value), dtype=np.bool_)

    @property
    def unanswered(self) -> Booleans:
        """Whether it ended in one of `NON_ANSWERS`."""
        return np.asarray(np.isin(self.outcome, [OUTCOMES.index(name) for name in NON_ANSWERS]), dtype=np.bool_)

    @property
    def order_code(self) -> Integers:
        """A number per order of options, equal for equal orders."""
        return joined(*self.slots.T)


def presentations_of(answers: pl.DataFrame, catalogue: Catalogue) -> Iterator[Presentations]:
    """One `Presentations` per model and mode, models in alphabetical order, modes in the order of `Mode`.

    Raises `InputError` where an answer is to an item that is not in the catalogue or names an option the item has
    not.
    """
    if answers.is_empty():
        raise InputError("there are no answers to analyse")
    known = pl.DataFrame({"item": catalogue.id, "_place": np.arange(catalogue.size)})
    placed = answers.select(*ANSWER_COLUMNS, free=free_in(answers.columns)).join(
        known, on="item", how="left", maintain_order="left"
    )
    strangers = placed.filter(pl.col("_place").is_null())
    if not strangers.is_empty():
        raise InputError(
            f"{strangers.height} answers are to items not in the items table, the first to {strangers['item'][0]}",
            mend="give the items that were asked",
        )
    placed = placed.drop("item")
    for model in sorted(placed["model"].unique().to_list()):
        own = placed.filter(pl.col("model") == model)
        for mode in Mode:
            part = own.filter(pl.col("mode") == mode.value)
            if not part.is_empty():
                yield _arrays(part, model, mode, catalogue)


def free_in(columns: Sequence[str]) -> pl.Expr:
    """The id of the free answer behind a judge's verdict: the column `free`, or the second parent, or null."""
    if "free" in columns:
        return pl.col("free")
    if "parent_ids" in columns:
        return pl.when(pl.col("mode").is_in(sorted(JUDGED))).then(pl.col("parent_ids").list.get(1, null_on_oob=True))
    return pl.lit(None, dtype=pl.String)


def _arrays(frame: pl.DataFrame, model: str, mode: Mode, catalogue: Catalogue) -> Presentations:
    item = frame["_place"].to_numpy().astype(np.int64)
    option = _flat(frame["option"], item, catalogue)
    shown = _flat(frame["shown"], item, catalogue)
    _refuse_malformed(frame, mode)
    outcome = frame["outcome"].replace_strict(list(OUTCOMES), list(range(len(OUTCOMES))), return_dtype=pl.Int64)
    outcomes = outcome.to_numpy().astype(np.int64).copy()
    beside = (outcomes == OUTCOMES.index(Outcome.CHOSEN.value)) & (option >= 0) & (mode is not Mode.AGREE)
    beside[beside] = ~catalogue.side[option[beside]]
    if mode not in WEIGHED:
        outcomes[beside] = OUTCOMES.index(DISTRACTOR)
    return Presentations(
        model=model,
        mode=mode,
        item=item,
        option=option,
        outcome=outcomes,
        slots=_padded(frame["order"], -1.0).astype(np.int64),
        wording=frame["wording"].rank("dense").to_numpy().astype(np.int64),
        repeat=frame["repeat"].to_numpy().astype(np.int64),
        shown=shown,
        negated=frame["negated"].fill_null(False).to_numpy(),
        stance=frame["stance"].fill_null(0).to_numpy().astype(np.int64),
        weights=_padded(frame["probabilities"], np.nan) if mode in WEIGHED else None,
        persons=bool((frame["wording"] == PEOPLE).all()),
        free=frame["free"] if mode in JUDGED and frame["free"].null_count() < frame.height else None,
    )


def _refuse_malformed(frame: pl.DataFrame, mode: Mode) -> None:
    """Raises `InputError` for outcomes that there are not, and for choices of nothing."""
    unknown = frame["outcome"].filter(~frame["outcome"].is_in(list(OUTCOMES)))
    if len(unknown):
        raise InputError(f"{len(unknown)} answers have an outcome that there is not, the first {unknown[0]!r}")
    missing = {
        Mode.LOGPROB: pl.col("probabilities").is_null(),
        Mode.LIKELIHOOD: pl.col("probabilities").is_null(),
        Mode.AGREE: pl.col("shown").is_null() | pl.col("stance").is_null(),
    }.get(mode, pl.col("option").is_null())
    nothing = frame.filter((pl.col("outcome") == Outcome.CHOSEN.value) & missing).height
    if nothing:
        raise InputError(f"{nothing} answers in {mode.value} mode are called chosen and do not say what was chosen")


def _flat(column: pl.Series, item: Integers, catalogue: Catalogue) -> Integers:
    """An option's index within its item as its number in the catalogue; -1 stays -1."""
    own = column.fill_null(-1).to_numpy().astype(np.int64)
    wrong = np.flatnonzero(own >= catalogue.options_of[item])
    if len(wrong):
        name = catalogue.id[int(item[wrong[0]])]
        raise InputError(f"an answer chose option {own[wrong[0]]} of item {name}, which has fewer options")
    return np.where(own >= 0, catalogue.start[item] + own, -1)


def _padded(column: pl.Series, fill: float) -> Floats:
    """A column of lists as a rectangle, `fill` beyond the end of a list."""
    lengths = column.list.len().fill_null(0).to_numpy().astype(np.int64)
    width = max(int(lengths.max(initial=0)), 1)
    table = np.full((len(column), width), fill, dtype=np.float64)
    inside = np.arange(width)[None, :] < lengths[:, None]
    table[inside] = column.drop_nulls().explode(empty_as_null=False).cast(pl.Float64).fill_null(fill).to_numpy()
    return table
