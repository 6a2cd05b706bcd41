"""The alternative annotator test: against the procedure written out person by person, and planted judges."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from nltk.metrics.distance import jaccard_distance, masi_distance
from scipy.stats import ttest_1samp
from statsmodels.stats.multitest import multipletests

from axiometer.analyze import AnalysisOptions
from axiometer.analyze.people import AltTestOptions, LabelScale, Ratings, Score, alt_test
from axiometer.errors import InputError

ANALYSIS = AnalysisOptions(resamples=50)
Said = dict[str, dict[str, object]]


def simulated(
    seed: int, judge_right: float, *, people: int, units: int, kinds: int = 4, right: float = 0.7
) -> tuple[Said, dict[str, object]]:
    """People and a judge that see the truth with these chances, and else say any category."""
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, kinds, units)

    def says(chance: float) -> dict[str, object]:
        own = np.where(generator.random(units) < chance, truth, generator.integers(0, kinds, units))
        return {f"u{unit:03d}": str(value) for unit, value in enumerate(own)}

    return {f"p{person:02d}": says(right) for person in range(people)}, says(judge_right)


def ratings_of(people: Said, scale: LabelScale = LabelScale.NOMINAL, clusters=None) -> Ratings:
    rows = [(unit, person, value) for person, own in people.items() for unit, value in own.items()]
    return Ratings.of(pl.DataFrame(rows, schema=["subject", "rater", "value"], orient="row"), scale, clusters=clusters)


def written_out(people: Said, judge: dict[str, object], score, epsilon: float, least: int = 30):
    """Calderon et al. 2025, sec. 3, one person and one unit at a time."""
    p, rho, names = [], [], []
    for person, own in people.items():
        gaps, wins = [], []
        for unit, value in own.items():
            others = [each[unit] for other, each in people.items() if other != person and unit in each]
            if not others or unit not in judge:
                continue
            by_judge, by_person = score(judge[unit], others), score(value, others)
            wins.append(by_judge >= by_person - 1e-9)
            gaps.append(int(by_person >= by_judge - 1e-9) - int(wins[-1]))
        if len(gaps) >= least:
            p.append(ttest_1samp(gaps, epsilon, alternative="less").pvalue)
            rho.append(np.mean(wins))
            names.append(person)
    rejected = multipletests(p, alpha=0.05, method="fdr_by")[0]
    return np.mean(rejected), np.mean(rho), dict(zip(names, p, strict=True))


def accuracy(said, others) -> float:
    return float(np.mean([said == other for other in others]))


def minus_rmse(said, others) -> float:
    return -float(np.sqrt(np.mean([(float(said) - float(other)) ** 2 for other in others])))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("score", [Score.ACCURACY, Score.NEGATIVE_RMSE])
def test_it_is_the_procedure_of_the_paper_labels_missing_included(seed: int, score: Score) -> None:
    generator = np.random.default_rng(seed)
    people, judge = simulated(seed, generator.uniform(0.3, 0.9), people=int(generator.integers(3, 9)), units=70)
    for own in people.values():
        for unit in list(own):
            if generator.random() < 0.2:
                del own[unit]
    del judge["u005"]
    epsilon = float(generator.choice([0.1, 0.15, 0.2]))
    found = alt_test(ratings_of(people), judge, AltTestOptions(epsilon, score=score), ANALYSIS)
    omega, rho, p = written_out(people, judge, accuracy if score is Score.ACCURACY else minus_rmse, epsilon)
    assert found.omega == pytest.approx(omega)
    assert found.rho == pytest.approx(rho)
    assert found.passes == (omega >= 0.5)
    assert dict(found.persons.select("rater", "p").iter_rows()) == pytest.approx(p)
    assert found.omega_clustered is None


@pytest.mark.parametrize("score", [Score.MASI, Score.JACCARD])
def test_sets_are_scored_by_their_mean_likeness(score: Score) -> None:
    generator = np.random.default_rng(7)
    truth = generator.random((60, 4)) < 0.4

    def says(noise: float) -> dict[str, object]:
        own = truth ^ (generator.random(truth.shape) < noise)
        own[~own.any(axis=1), 0] = True
        return {f"u{n}": [name for name, kept in zip("abcd", row, strict=True) if kept] for n, row in enumerate(own)}

    people, judge = {f"p{n}": says(0.15) for n in range(5)}, says(0.1)
    distance = masi_distance if score is Score.MASI else jaccard_distance

    def likeness(said, others) -> float:
        return float(np.mean([1 - distance(frozenset(said), frozenset(other)) for other in others]))

    found = alt_test(ratings_of(people, LabelScale.SETS), judge, AltTestOptions(score=score), ANALYSIS)
    omega, rho, p = written_out(people, judge, likeness, 0.15)
    assert (found.omega, found.rho) == (pytest.approx(omega), pytest.approx(rho))
    assert dict(found.persons.select("rater", "p").iter_rows()) == pytest.approx(p)


@pytest.mark.parametrize("right", [0.9, 0.4])
@pytest.mark.parametrize(("people", "units"), [(3, 50), (3, 100), (13, 50), (13, 100)])
def test_a_planted_good_judge_passes_and_a_bad_one_does_not(people: int, units: int, right: float) -> None:
    """200 runs at the sizes of the paper; docs/methodology.md has the rates."""
    passed = 0
    for run in range(200):
        everyone, judge = simulated(1000 + run, right, people=people, units=units)
        passed += alt_test(ratings_of(everyone), judge, AltTestOptions(0.15), AnalysisOptions(resamples=1)).passes
    assert passed >= 0.98 * 200 if right == 0.9 else passed <= 0.01 * 200


def test_few_people_or_units_give_no_verdict_and_say_why() -> None:
    people, judge = simulated(1, 0.9, people=2, units=60)
    found = alt_test(ratings_of(people), judge, analysis=ANALYSIS)
    assert (found.omega, found.passes, found.rho) == (None, None, None)
    assert found.why_not == "2 people with 30 units or more, fewer than 3"
    assert alt_test(ratings_of(people), judge, AltTestOptions(least_raters=2), ANALYSIS).passes
    people, judge = simulated(1, 0.9, people=4, units=60)
    people["p03"] = dict(list(people["p03"].items())[:12])
    found = alt_test(ratings_of(people), judge, analysis=ANALYSIS)
    assert found.raters == 3
    assert found.persons.filter(pl.col("rater") == "p03")["why_not"].item() == "fewer than 30 units"
    assert found.judged == 60


def test_a_judge_that_says_what_a_person_says_wins_by_epsilon_without_variation() -> None:
    people, _ = simulated(3, 0.9, people=3, units=40)
    people = dict.fromkeys(people, people["p00"])
    found = alt_test(ratings_of(people), people["p00"], AltTestOptions(0.1), ANALYSIS)
    assert (found.omega, found.rho) == (1.0, 1.0)
    assert found.rho_why_not == "at 0 or 100 % resampling shows no variation"
    assert alt_test(ratings_of(people), people["p00"], AltTestOptions(0.0), ANALYSIS).omega == 0.0


def test_units_that_share_a_source_are_one_piece_of_evidence() -> None:
    """Each unit four times: by itself the test believes in four times the evidence, clustered it does not."""
    people, judge = simulated(11, 0.8, people=5, units=40)
    copies = {name: {f"{u}-{n}": v for u, v in own.items() for n in range(4)} for name, own in people.items()}
    judged = {f"{u}-{n}": v for u, v in judge.items() for n in range(4)}
    clusters = {unit: [unit.split("-")[0]] for unit in judged}
    once = alt_test(ratings_of(people), judge, analysis=ANALYSIS).persons
    found = alt_test(ratings_of(copies, clusters=clusters), judged, analysis=ANALYSIS)
    assert found.omega_clustered is not None
    for row, own in zip(found.persons.iter_rows(named=True), once["p"], strict=True):
        assert row["p"] < own
        assert row["p_clustered"] == pytest.approx(own, rel=0.15, abs=0.005)


def test_a_score_that_does_not_fit_is_refused() -> None:
    people, judge = simulated(1, 0.9, people=3, units=40)
    with pytest.raises(InputError, match="the score 'masi' does not fit nominal labels"):
        alt_test(ratings_of(people), judge, AltTestOptions(score=Score.MASI))
    words = {name: {unit: f"word {value}" for unit, value in own.items()} for name, own in people.items()}
    with pytest.raises(InputError, match="these labels are no numbers"):
        alt_test(ratings_of(words), judge, AltTestOptions(score=Score.NEGATIVE_RMSE))
