from __future__ import annotations

from pathlib import Path

import pytest
from tests.build.corpus.conftest import FRAMEWORK, other_writer, write_texts
from tests.build.corpus.test_imported import imported

from axiometer.build.corpus.estimate import StepEstimate, estimate
from axiometer.build.corpus.options import CorpusOptions
from axiometer.build.corpus.plan import plan_corpus
from axiometer.models.prices import Price
from axiometer.models.registry import open_model
from axiometer.runtime import Limits
from axiometer.runtime.respondent import Respondent


def estimated(
    *paths: Path, price: Price | None = None, writer: str | None = None, **options: object
) -> dict[str, StepEstimate]:
    def person(name: str) -> Respondent:
        return Respondent(open_model(name), Limits(), price)

    wanted = CorpusOptions(framework=FRAMEWORK, **options)  # type: ignore[arg-type]
    by_step = {} if writer is None else {"write": person(writer)}
    rows = estimate(plan_corpus([str(path) for path in paths], wanted, person("sim/rulewriter"), by_step))
    return {row.step: row for row in rows}


def test_texts_are_counted_at_every_step(tmp_path: Path) -> None:
    found = estimated(write_texts(tmp_path / "texts.csv", 200), price=Price(input=1.0, output=2.0))
    assert [found[step].calls for step in ("screen", "write", "refine")] == [200, 100, 200]
    assert [found[step].calls_at_most for step in ("screen", "write", "refine")] == [200, 200, 600]
    for row in found.values():
        assert row.usd is not None and row.usd_at_most is not None and 0 < row.usd < row.usd_at_most
        assert row.usd == pytest.approx((row.tokens_in + 2 * row.tokens_out) / 1_000_000)


def test_imported_rules_are_counted_from_where_they_come_in(tmp_path: Path) -> None:
    rules = imported(tmp_path, None, 60)
    alone = estimated(rules)
    assert [alone[step].calls for step in ("screen", "write", "refine")] == [0, 0, 60]
    assert alone["refine"].tokens_in > 60 * 50
    both = estimated(write_texts(tmp_path / "texts.csv", 40), rules)
    assert both["refine"].calls == 40 + 60
    assert sum(row.calls for row in estimated(imported(tmp_path / "own", FRAMEWORK)).values()) == 0


def test_a_combined_call_is_counted_once_unless_models_differ(tmp_path: Path) -> None:
    texts = write_texts(tmp_path / "texts.csv", 20)
    assert [estimated(texts, compact=True)[step].calls for step in ("screen", "write", "classify")] == [20, 0, 0]
    assert estimated(texts, compact=True, writer=other_writer(tmp_path))["write"].calls > 0


def test_imported_rules_are_asked_about_in_the_compact_protocol_too(tmp_path: Path) -> None:
    found = estimated(write_texts(tmp_path / "texts.csv", 20), imported(tmp_path, None, 60), compact=True)
    assert found["classify"].calls == 60
