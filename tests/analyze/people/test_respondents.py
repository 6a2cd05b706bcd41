"""Models beside people: distances and agreement against formulas written out, and planted respondents."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import wasserstein_distance

from axiometer.analyze import AnalysisOptions
from axiometer.analyze.people import DistanceOptions, people_agreement, people_distance
from axiometer.analyze.people.distance import _slope, _wasserstein, jensen_shannon
from axiometer.errors import InputError
from axiometer.records import Item, Mode, Outcome
from axiometer.records.importers import ImportOptions, importer
from axiometer.records.rows import PEOPLE
from axiometer.records.tables import write_rows

OPTIONS = AnalysisOptions(resamples=200)
DRAWS = DistanceOptions(ordered=True, draws=60)


def asked(kit, items: int, options: int = 4) -> list[Item]:
    return [
        kit.dilemma(
            f"item {n}", [kit.option(f"{n}-{k}") for k in range(options)], clusters=(f"s{n % 40}",), distractor=False
        )
        for n in range(items)
    ]


def answers(kit, name: str, items: list[Item], shares: np.ndarray, each: int, generator, *, people: bool = False):
    rows = []
    for item, share in zip(items, shares, strict=True):
        for number in range(each):
            chosen = int(generator.choice(len(share), p=share))
            order = range(len(share))
            wording = PEOPLE if people else "1"
            rows.append(kit.answer(name, item, order, chosen, wording=wording, repeat=number))
    return rows


def only(frame: pl.DataFrame, **fields: str) -> Mapping[str, object]:
    for name, value in fields.items():
        frame = frame.filter(pl.col(name) == value)
    assert frame.height == 1
    return frame.row(0, named=True)


@pytest.mark.parametrize("seed", range(20))
def test_distances_are_those_of_scipy(seed: int) -> None:
    generator = np.random.default_rng(seed)
    p, q = (generator.dirichlet(np.full(5, 0.4), 6) for _ in range(2))
    p[0], q[0] = np.eye(5)[0], np.eye(5)[3]
    p[:, 4] = q[:, 4] = 0.0
    p, q = p / p.sum(axis=1, keepdims=True), q / q.sum(axis=1, keepdims=True)
    expected = [jensenshannon(a, b, base=2) ** 2 for a, b in zip(p, q, strict=True)]
    assert jensen_shannon(p, q) == pytest.approx(expected, abs=1e-12)
    steps = np.full(6, 4)
    along = [wasserstein_distance(range(5), range(5), a, b) / 3 for a, b in zip(p, q, strict=True)]
    assert _wasserstein(steps)(p, q) == pytest.approx(along, abs=1e-12)


@pytest.mark.parametrize("measure", ["js_divergence", "js_distance", "wasserstein"])
def test_the_slopes_behind_intervals_are_those_of_the_distances(measure: str) -> None:
    generator = np.random.default_rng(4)
    p, q = (generator.dirichlet(np.ones(4), 8) for _ in range(2))
    steps = np.full(8, 4)
    function = {
        "js_divergence": jensen_shannon,
        "js_distance": lambda a, b: np.sqrt(jensen_shannon(a, b)),
        "wasserstein": _wasserstein(steps),
    }[measure]
    move = np.zeros((8, 4))
    move[:, 0], move[:, 2] = 1e-6, -1e-6  # shares keep adding to 1
    slope = _slope(measure, p, q, steps)
    numeric = (function(p + move, q) - function(p - move, q)) / 2e-6
    assert slope[:, 0] - slope[:, 2] == pytest.approx(numeric, rel=1e-4, abs=1e-6)


def test_the_same_distribution_is_as_far_as_sampling_makes_it_and_another_is_farther(kit) -> None:
    generator = np.random.default_rng(12)
    items = asked(kit, 80)
    shares = generator.dirichlet(np.ones(4), 80)
    other = generator.dirichlet(np.ones(4), 80)
    rows = [
        *answers(kit, PEOPLE, items, shares, 20, generator, people=True),
        *answers(kit, "sim/alike", items, shares, 6, generator),
        *answers(kit, "sim/other", items, other, 6, generator),
    ]
    found = people_distance(items, kit.frame(rows), DRAWS, OPTIONS)
    assert found.summary["persons"].unique().to_list() == [20]
    for measure in ("js_divergence", "js_distance", "wasserstein"):
        alike, far = (only(found.summary, model=f"sim/{name}", measure=measure) for name in ("alike", "other"))
        assert alike["items"] == 80
        assert abs(alike["excess"]) < 0.25 * alike["alike"]
        assert far["excess"] > 4 * abs(alike["excess"])
        assert alike["low"] < alike["estimate"] < alike["high"] < far["low"]
        assert alike["interval"] == "linear, persons too"
        assert 0 < alike["people_halves"] < alike["model_halves"]
    row = only(found.items, model="sim/alike", item=items[0].id)
    assert (row["n_people"], row["n_model"]) == (20, 6)
    by_item = found.items.filter(pl.col("model") == "sim/alike")["js_divergence"].mean()
    assert only(found.summary, model="sim/alike", measure="js_divergence")["estimate"] == pytest.approx(by_item)


@pytest.mark.parametrize(("persons", "times"), [(3, 4), (8, 4), (30, 1)])
def test_a_model_that_answers_as_people_do_is_told_from_them_in_one_case_of_twenty(kit, persons, times) -> None:
    """Forty studies at each size; and one that answers otherwise is told from them."""
    p = []
    for seed in range(40):
        generator = np.random.default_rng([seed, persons])
        items = asked(kit, 20)
        shares = generator.dirichlet(np.ones(4), 20)
        rows = answers(kit, PEOPLE, items, shares, persons, generator, people=True)
        rows += answers(kit, "sim/alike", items, shares, times, generator)
        if not seed:
            rows += answers(kit, "sim/other", items, np.roll(shares, 1, axis=1), 4, generator)
        found = people_distance(items, kit.frame(rows), DistanceOptions(draws=39), OPTIONS).summary
        p.append(only(found, model="sim/alike", measure="js_divergence")["p_alike"])
        if not seed:
            assert only(found, model="sim/other", measure="js_divergence")["p_alike"] == pytest.approx(1 / 40)
    assert np.mean(np.array(p) <= 0.05) <= 0.15
    assert 0.3 < np.mean(p) < 0.7


def test_probabilities_are_taken_as_they_are(kit) -> None:
    generator = np.random.default_rng(3)
    items = asked(kit, 30, options=2)
    shares = np.tile([0.7, 0.3], (30, 1))
    rows = answers(kit, PEOPLE, items, shares, 10, generator, people=True)
    for item in items:
        rows.append(
            kit.answer("sim/sure", item, (0, 1), 0, mode=Mode.LOGPROB, probabilities=(0.7, 0.3))
        )  # fmt: skip
    found = people_distance(items, kit.frame(rows), DistanceOptions(draws=60), OPTIONS)
    row = only(found.summary, measure="js_divergence")
    assert row["model_halves"] is None
    assert abs(row["excess"]) < 0.5 * row["alike"]
    counts = [sum(a.option == 0 for a in rows if a.item == item.id and a.model == PEOPLE) for item in items]
    with np.errstate(invalid="ignore"):
        expected = [jensenshannon([n / 10, 1 - n / 10], [0.7, 0.3], base=2) ** 2 for n in counts]
    assert row["estimate"] == pytest.approx(np.mean(np.nan_to_num(expected)))  # scipy has NaN for equal ones
    assert found.summary.filter(pl.col("measure") == "wasserstein").is_empty()


def test_agreement_and_its_ceiling_are_counted_person_by_person(kit) -> None:
    generator = np.random.default_rng(8)
    items = asked(kit, 25, options=3)
    rows = answers(kit, PEOPLE, items, generator.dirichlet(np.ones(3), 25), 7, generator, people=True)
    rows = [row for row in rows if generator.random() < 0.8]
    rows.append(kit.answer(PEOPLE, items[0], (0, 1, 2), None, outcome=Outcome.REFUSED, wording=PEOPLE, repeat=99))
    models = answers(kit, "sim/m", items, generator.dirichlet(np.ones(3), 25), 3, generator)
    found = people_agreement(items, kit.frame([*rows, *models]), OPTIONS)
    said: dict[str, dict[int, int]] = {}
    for row in rows:
        if row.option is not None:
            said.setdefault(row.item, {})[row.repeat] = row.option
    expected: dict[str, list[tuple[float, float]]] = {"raw": [], "majority": []}
    for item in items:
        own = [a.option for a in models if a.item == item.id]
        per: dict[str, list[tuple[float, float]]] = {"raw": [], "majority": []}
        for person, option in said[item.id].items():
            rest = [o for p, o in said[item.id].items() if p != person]
            if not rest:
                continue
            top = [k for k in range(3) if rest.count(k) == max(rest.count(j) for j in range(3))]
            raw = (float(np.mean([rest.count(o) / len(rest) for o in own])), rest.count(option) / len(rest))
            per["raw"].append(raw)
            per["majority"].append((float(np.mean([(o in top) / len(top) for o in own])), (option in top) / len(top)))
        for measure, pairs in per.items():
            if pairs:
                expected[measure].append((float(np.mean([a for a, _ in pairs])), float(np.mean([b for _, b in pairs]))))
    for measure in ("raw", "majority"):
        row = only(found, measure=measure)
        model, people = np.mean(expected[measure], axis=0)
        assert row["estimate"] == pytest.approx(model)
        assert row["ceiling"] == pytest.approx(people)
        assert row["difference"] == pytest.approx(model - people)
        assert row["persons"] == 7


def test_one_more_person_reaches_the_ceiling_and_the_commonest_answer_passes_it(kit) -> None:
    generator = np.random.default_rng(22)
    items = asked(kit, 120, options=3)
    shares = generator.dirichlet(np.ones(3), 120)
    rows = [
        *answers(kit, PEOPLE, items, shares, 12, generator, people=True),
        *answers(kit, "sim/person", items, shares, 1, generator),
        *answers(kit, "sim/common", items, np.eye(3)[shares.argmax(axis=1)], 1, generator),
    ]
    found = people_agreement(items, kit.frame(rows), OPTIONS)
    for measure in ("raw", "majority"):
        person = only(found, model="sim/person", measure=measure)
        assert person["difference_low"] < 0 < person["difference_high"]
        assert person["ceiling_low"] < person["ceiling"] < person["ceiling_high"]
        assert person["ceiling_interval"] == "multiway bootstrap, persons too"
        assert only(found, model="sim/common", measure=measure)["difference_low"] > 0


def test_few_persons_have_estimates_without_intervals(kit) -> None:
    generator = np.random.default_rng(1)
    items = asked(kit, 50, options=2)
    shares = np.tile([0.6, 0.4], (50, 1))
    rows = answers(kit, PEOPLE, items, shares, 3, generator, people=True)
    rows += answers(kit, "sim/m", items, shares, 1, generator)
    distance = only(people_distance(items, kit.frame(rows), DRAWS, OPTIONS).summary, measure="js_divergence")
    assert distance["estimate"] > 0
    assert (distance["low"], distance["interval"]) == (None, None)
    assert distance["why_not"] == "3 persons, fewer than 5"
    agreed = only(people_agreement(items, kit.frame(rows), OPTIONS), measure="raw")
    assert (agreed["ceiling_low"], agreed["ceiling_why_not"]) == (None, "3 persons, fewer than 5")


def test_without_people_one_line_says_so(kit) -> None:
    items = asked(kit, 3)
    rows = answers(kit, "sim/m", items, np.full((3, 4), 0.25), 1, np.random.default_rng(1))
    with pytest.raises(InputError, match="nobody among these respondents is a group of people"):
        people_distance(items, kit.frame(rows))


def test_a_sheet_that_people_filled_in_stands_beside_a_model(kit, tmp_path) -> None:
    items = asked(kit, 24, options=2)
    write_rows(items, Item, tmp_path / "items.parquet")
    generator = np.random.default_rng(2)
    table = {"item": [item.id for item in items]}
    table |= {f"P{person}": [str(n) for n in generator.integers(1, 3, 24)] for person in range(6)}
    pl.DataFrame(table).write_csv(tmp_path / "people.csv")
    read = importer("people").read(tmp_path / "people.csv", ImportOptions(companion=tmp_path / "items.parquet"))
    rows = [*read.answers, *answers(kit, "sim/m", items, np.tile([1.0, 0.0], (24, 1)), 1, generator)]
    row = only(people_agreement(items, kit.frame(rows), OPTIONS), people="people", measure="raw")
    ones = np.mean([[cell == "1" for cell in table[f"P{person}"]] for person in range(6)])
    assert (row["items"], row["persons"]) == (24, 6)
    assert row["estimate"] == pytest.approx(ones)
    assert people_distance(items, kit.frame(rows), DRAWS, OPTIONS).items.height == 24
