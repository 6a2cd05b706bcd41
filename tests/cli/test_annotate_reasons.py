"""Why there is no interval or no verdict is said in the reader's language, counts and all."""

from __future__ import annotations

from pathlib import Path

import pytest

from axiometer.web.words import Words

from .conftest import Axiometer


def table(file: Path, raters: str, units: int) -> str:
    rows = [
        f"u{unit},{rater},{'y' if unit < 8 and (unit + len(rater)) % 3 else 'x'}"
        for unit in range(units)
        for rater in raters
    ]
    rows[1] = "u0," + raters[1] + ",x"
    file.write_text("\n".join(["subject,rater,value", *rows]), encoding="utf-8")
    return file.name


@pytest.mark.parametrize(
    ("lang", "few", "none"),
    [
        (
            "en",
            "sources have a label beside the commonest, fewer than 15",
            "2 people with 30 units or more, fewer than 3",
        ),
        ("zh", "有最常见标注以外标注的来源只有", "有 30 个以上单元的只有 2 人，不足 3 人"),
    ],
)
def test_reasons_of_agreement_and_of_the_judge_s_test_are_in_the_reader_s_language(
    inside: Axiometer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str, few: str, none: str
) -> None:
    monkeypatch.setenv("AXIOMETER_LANG", lang)
    labels = table(tmp_path / "labels.csv", "ab", 40)
    (tmp_path / "judge.csv").write_text(
        "\n".join(["subject,value", *(f"u{unit},x" for unit in range(40))]), encoding="utf-8"
    )
    assert few in inside("annotate", "agreement", labels, "--resamples", 100).out
    assert none in inside("annotate", "alt-test", labels, "judge.csv", "--resamples", 100).out
    assert Words(lang).reason("7 sources, fewer than 20") == {
        "en": "7 sources, fewer than 20", "zh": "只有 7 个来源，不足 20 个"
    }[lang]  # fmt: skip
