"""`python -m tools.train_polarity`: fits the stance layer that ships to our sentences, and writes what it is worth.

Writes `src/axiometer/expression/polarity/data/polarity.npz` and `polarity.json` beside it: out of fold by value, by
language, and on the held-out sentences.
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
from axiometer.starter.polarity import LANGS, load_stance_sentences

FOLDER = Path(axiometer.expression.polarity.__file__).parent / "data"


def main() -> None:
    sentences = load_stance_sentences()
    vectors = np.asarray(open_embedder().embed([each.text for each in sentences]), np.float32)
    held = np.array([each.held_out for each in sentences])
    ours = [each for each in sentences if not each.held_out]
    others = [each for each in sentences if each.held_out]
    head = fit_head(ours, vectors[~held])
    store(head, FOLDER / "polarity.npz")
    found = {
        "values": (ours, cross_fitted(ours, vectors[~held])),
        "held_out": (
            others,
            head.probabilities([each.text for each in others], [each.lang for each in others], vectors[held]),
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
