from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.inference.statistic import Scale, ratios
from axiometer.analyze.options import AnalysisOptions

OPTIONS = AnalysisOptions(resamples=100)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.2, 0.8))
def test_a_p_value_is_below_five_percent_where_the_interval_leaves_out_zero(seed, chance):
    generator = np.random.default_rng(seed)
    sources = Sources.of([(f"s{i % 30}",) for i in range(90)], [str(i) for i in range(90)])
    n = np.full((90, 4), 3.0)
    first, second = generator.binomial(3, 0.5, (90, 4)), generator.binomial(3, chance, (90, 4))
    a, b = (ratios(k.astype(float), n, sources, OPTIONS) for k in (first, second))
    found = a.minus(b).intervals(sources, OPTIONS, Scale.DIFFERENCE)
    assert ((found.p < 0.05) == ((found.low > 0) | (found.high < 0))).all()


def test_a_share_of_independent_choices_has_the_binomial_standard_error():
    generator = np.random.default_rng(2)
    groups = 400
    sources = Sources.of([() for _ in range(groups)], [str(i) for i in range(groups)])
    k = (generator.random((groups, 1)) < 0.3).astype(float)
    found = ratios(k, np.ones((groups, 1)), sources, AnalysisOptions(resamples=4_000))
    se, df = found.standard_errors(sources)
    share = k.mean()
    np.testing.assert_allclose(se[0], np.sqrt(share * (1 - share) / groups), rtol=0.05)
    np.testing.assert_allclose(df[0], groups - 1)
