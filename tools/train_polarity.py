"""`python -m tools.train_polarity`: fits the stance layer that ships to our sentences, and writes what it is worth.

Writes `polarity.npz` under `src/axiometer/expression/polarity/data`, and `polarity.json` beside it: out of fold by
topic (values, further matters) and on the held-out sentences, each by language too. Half a minute of one core.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

import axiometer.expression.polarity
from axiometer.expression.polarity.fitting import cross_fitted, fit_head, judge
from axiometer.expression.polarity.head import store
from axiometer.similarity.embedders import open_embedder
from axiometer.starter.polarity import LANGS, load_further_sentences, load_stance_sentences

FOLDER = Path(axiometer.expression.polarity.__file__).parent / "data"


def main() -> None:
    encode = open_embedder().embed
    ours = [*(each for each in load_stance_sentences() if not each.held_out), *load_further_sentences()]
    others = [each for each in load_stance_sentences() if each.held_out]
    vectors, held = (np.asarray(encode([each.text for each in some]), np.float32) for some in (ours, others))
    head = fit_head(ours, vectors)
    store(head, FOLDER / "polarity.npz")
    unseen = cross_fitted(ours, vectors)
    values = len(ours) - len(load_further_sentences())
    found = {
        "values": (ours[:values], unseen[:values]),
        "further": (ours[values:], unseen[values:]),
        "held_out": (
            others,
            head.probabilities([each.text for each in others], [each.lang for each in others], held),
        ),
    }
    reports = {}
    for name, (listed, probabilities) in found.items():
        reports[name] = asdict(judge(listed, probabilities))
        for lang in LANGS:
            places = [place for place, each in enumerate(listed) if each.lang == lang]
            reports[f"{name}.{lang}"] = asdict(judge([listed[place] for place in places], probabilities[places]))
    (FOLDER / "polarity.json").write_text(json.dumps(reports, indent=1) + "\n", encoding="utf-8")
    for name, report in reports.items():
        print(name, {key: report[key] for key in ("sentences", "accuracy", "macro_f1", "confusion")})


if __name__ == "__main__":
    main()
