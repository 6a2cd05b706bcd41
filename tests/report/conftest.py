"""Runs to report on: starter items, answers with planted tastes and hostile texts, and their real analysis."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import pytest

from axiometer.analyze import AnalysisOptions, analyze
from axiometer.frameworks import load_framework
from axiometer.records import Answer, Item, Mode, Option, Outcome, Role, content_id, to_frame
from axiometer.records.importers.starter import starter_items
from axiometer.report import RunView

FRAMEWORK = "core-socialist-values"
HOSTILE = (
    "<script>document.body.dataset.hacked = 1; alert('hacked')</script>",
    '</script><img src=x onerror="alert(1)">{{7*7}}<!--<script>',
    "\x1b[31mred\x00\u202egnp.exe \u2028 ]]> &amp; " + "x" * 3_000,
)
CHINESE = "我选择甲，因为它更公平。"


@dataclass(frozen=True)
class Respondent:
    """`taste` orders values by a hash of it; `position` always takes the first slot."""

    name: str
    taste: str = "a"
    position: bool = False


def noise(*parts: object) -> float:
    """A number in [0, 1) that depends on nothing but `parts`."""
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:6]) / 2**48


def answer(item: Item, who: Respondent, seq: int, order: Sequence[int], mode: Mode = Mode.CHOICE) -> Answer:
    draw = noise(who.name, item.id, order)
    outcome, option, raw = Outcome.CHOSEN, order[0], CHINESE if item.lang == "zh" else "A, I would say."
    if draw < 0.04:
        outcome, option, raw = Outcome.REFUSED, None, HOSTILE[seq % len(HOSTILE)]
    elif not who.position:
        sides = [index for index, each in enumerate(item.options) if each.role is Role.SIDE]
        worth = [noise(who.taste, expressed(item.options[index])) + 0.3 * noise(draw, index) for index in sides]
        option = sides[worth.index(max(worth))]
    shown = order[0] if mode is Mode.AGREE else None
    return Answer(
        id=content_id(who.name, item.id, seq),
        parent_ids=(item.id,),
        run="test",
        model=who.name,
        item=item.id,
        lang=item.lang,
        mode=mode,
        seq=seq,
        order=tuple(order),
        wording=f"{mode}/{item.lang}/1@1",
        repeat=0,
        shown=shown,
        negated=False,
        outcome=outcome,
        option=option if mode is not Mode.AGREE else None,
        letter="ABC"[order.index(option)] if option is not None and mode is not Mode.AGREE else None,
        stance=(1 if option == shown else -1) if mode is Mode.AGREE and outcome is Outcome.CHOSEN else None,
        probabilities=tuple(0.8 if index == option else 0.1 for index in range(len(item.options)))
        if mode is Mode.LOGPROB and option is not None
        else None,
        reason="phrase: cannot" if outcome is Outcome.REFUSED else None,
        raw=raw,
        reasoning="<b>thinking</b>" if seq == 1 else None,
        tokens_in=50,
        tokens_out=3,
        served_model=None,
        prompt_hash="0",
        call="0",
    )


def expressed(option: Option) -> str:
    return " ".join(entry.target for entry in option.expresses if entry.kind == "value")


def chosen_items(count: int) -> list[Item]:
    """The first `count` starter dilemmas in both languages, spread over the whole set."""
    items = list(starter_items())
    pairs = list(dict.fromkeys(item.parallel_id for item in items))
    kept = set(pairs[:: max(len(pairs) // count, 1)][:count])
    return [item for item in items if item.parallel_id in kept]


def expressing(option: Option, polarity: int) -> Option:
    return replace(option, expresses=tuple(replace(entry, polarity=polarity) for entry in option.expresses))


def run_of(
    name: str,
    respondents: Iterable[Respondent],
    *,
    count: int = 40,
    mode: Mode = Mode.CHOICE,
    mapped: bool = True,
    polarity: int = 1,
) -> RunView:
    items = [
        replace(item, options=tuple(expressing(option, polarity) for option in item.options))
        for item in chosen_items(count)
    ]
    if not mapped:
        items = [
            replace(item, mapped=False, options=tuple(replace(option, expresses=()) for option in item.options))
            for item in items
        ]
    listed = list(respondents)
    answers = []
    for who in listed:
        for item in items:
            first = (0, 1, 2) if noise(item.parallel_id) < 0.5 else (2, 0, 1)
            orders = [(0,), (1,)] if mode is Mode.AGREE else [first, first[::-1]]
            answers += [answer(item, who, len(answers) + at, order, mode) for at, order in enumerate(orders)]
    frameworks = {FRAMEWORK: load_framework(FRAMEWORK)}
    tables = to_frame(items, Item), to_frame(answers, Answer)
    analysis = analyze(*tables, frameworks=frameworks, options=AnalysisOptions(seed=1, resamples=60, values=mapped))
    manifest = {
        "asked": {
            "items": {"count": len(items)},
            "models": [
                {"name": who.name, "identity": {"provider": "test", "sampling": {"temperature": 0.5, "top_p": None}}}
                for who in listed
            ],
        },
        "noted": {"created": "2026-01-02T03:04:05+00:00"},
        "missing": 0,
    }
    return RunView(name, manifest, tables[0], tables[1].lazy(), analysis, frameworks)


RESPONDENTS = (Respondent("z/first", "a"), Respondent("a/<b>second</b>", "b"), Respondent("m/slot", position=True))


@pytest.fixture(scope="session")
def run() -> RunView:
    """Three respondents, one of which always takes the first place; two languages; hostile refusals."""
    return run_of("hostile <i>run</i>", RESPONDENTS)


@pytest.fixture(scope="session")
def make_run() -> Callable[..., RunView]:
    return run_of


@pytest.fixture(scope="session")
def respondents() -> tuple[Respondent, ...]:
    return RESPONDENTS
