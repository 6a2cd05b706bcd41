"""The page: complete in itself, neutral, and safe whatever models and data sets wrote."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from axiometer.errors import InputError
from axiometer.records import Mode
from axiometer.report import RunView, figures, report
from axiometer.report.lede import portraits
from axiometer.report.texts import Texts
from axiometer.report.views import study

MakeRun = Callable[..., RunView]
Respondents = tuple[object, ...]


class Elements(HTMLParser):
    """Tags and attributes of a page, and the text of its script elements."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag == "script"
        if self._inside:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts[-1] += data


def elements(html: str) -> Elements:
    parser = Elements()
    parser.feed(html)
    return parser


@pytest.fixture(scope="module")
def page(run: RunView, tmp_path_factory: pytest.TempPathFactory) -> str:
    return report([run], tmp_path_factory.mktemp("page") / "report.html").read_text("utf-8")


def test_the_page_loads_nothing(page: str) -> None:
    found = elements(page).tags
    assert not {tag for tag, _ in found} & {"link", "iframe", "img", "object", "embed", "base", "form[action]"}
    for _, attributes in found:
        for name in ("src", "href", "action", "data", "srcset"):
            assert (attributes.get(name) or "#").startswith("#")
    assert not re.search(r"url\((?!\"data:font/woff2)|@import", page)


def test_only_its_own_script_may_run(page: str) -> None:
    found = elements(page)
    policy = next(a["content"] or "" for tag, a in found.tags if tag == "meta" and a.get("http-equiv"))
    own = base64.b64encode(hashlib.sha256(found.scripts[1].encode()).digest()).decode()
    assert f"script-src 'sha256-{own}'" in policy and "default-src 'none'" in policy
    assert not [name for _, attributes in found.tags for name in attributes if name.startswith("on")]


def test_hostile_texts_bring_no_element_into_the_page(page: str) -> None:
    found = elements(page)
    assert [tag for tag, _ in found.tags].count("script") == len(found.scripts) == 2
    assert not {tag for tag, _ in found.tags} & {"img", "b", "i"} - {"i"}
    assert "a/&lt;b&gt;second" in page and "hostile &lt;i&gt;run" in page
    assert "49" not in re.findall(r"\{\{.*?\}\}|49", json.dumps(json.loads(found.scripts[0])["words"]))
    assert "{{7*7}}" in json.dumps(json.loads(found.scripts[0])["words"])
    assert "\x00" not in page and "\x1b" not in page


def test_every_inline_chart_is_well_formed(page: str) -> None:
    charts = re.findall(r"<svg.*?</svg>", page, re.S)
    assert len(charts) > 20
    for chart in charts:
        ET.fromstring(chart)


def test_the_page_states_what_was_asked_of_whom(page: str, run: RunView) -> None:
    assert f"{len(run.items)} dilemmas" in page
    assert "2 orders of the options" in page and "temperature 0.5" in page and "2026-01-02 03:04" in page


def test_respondents_stand_in_the_order_of_the_manifest(run: RunView) -> None:
    labels = [entry.label for entry in study([run], Texts("en")).respondents]
    assert labels == ["z/first", "a/<b>second</b>", "m/slot"]


def test_a_respondent_that_follows_the_position_is_said_to(run: RunView) -> None:
    by_label = {entry.label: entry for entry in portraits(study([run], Texts("en")))}
    assert any("follow position more than content" in said for said in by_label["m/slot"].cautions)
    assert any("place A" in said for said in by_label["m/slot"].cautions)
    assert not any("position" in said for said in by_label["z/first"].cautions)


def test_the_page_says_nothing_about_which_value_is_better(page: str) -> None:
    quoted = r"<style.*?</style>|<script.*?</script>|<blockquote.*?</blockquote>|<td.*?</td>"
    words = re.sub(quoted, "", page, flags=re.S).lower()
    for word in ("correct answer", "right answer", "wrong", "should value", "bias towards", "good values", "bad"):
        assert not re.search(rf"\b{word}\b", words)


def test_missing_presentations_are_said_at_the_top(run: RunView, tmp_path: Path) -> None:
    partial = replace(run, manifest={**run.manifest, "missing": 17})
    html = report([partial], tmp_path / "r.html").read_text("utf-8")
    assert "17 planned presentations have no answer yet" in html


def test_above_the_limit_the_page_states_its_rule_and_the_way_to_the_rest(run: RunView, tmp_path: Path) -> None:
    html = report([run], tmp_path / "r.html", limit_items=10, seed=4321).read_text("utf-8")
    assert f"10 of {len(run.items)} items are here" in html
    assert "(seed 4321)" in html and "answers/*.parquet" in html


def test_the_same_runs_give_the_same_page(run: RunView, tmp_path: Path) -> None:
    pages = [report([run], tmp_path / f"{n}.html", limit_items=30, seed=1).read_bytes() for n in range(2)]
    assert pages[0] == pages[1]


def test_respondents_of_two_runs_are_compared_on_the_items_that_both_answered(run: RunView, tmp_path: Path) -> None:
    again = replace(run, name="later")
    joined = study([run, again], Texts("en"))
    labels = [entry.label for entry in joined.respondents]
    assert labels[0] == "z/first · hostile <i>run</i>" and labels[-1] == "m/slot · later"
    html = report([run, again], tmp_path / "r.html").read_text("utf-8")
    assert "Respondents of different runs are compared on the items that both answered" in html
    across = joined.table("agreement").filter(
        (pl.col("measure") == "raw") & pl.col("model_a").str.contains("first") & pl.col("model_b").str.contains("later")
    )
    assert across.height > 0
    same = across.filter(pl.col("model_a").str.split(" ").list.first() == pl.col("model_b").str.split(" ").list.first())
    assert same.height > 0 and (same["n_items"] > 0).all()


def test_two_runs_of_one_name_are_refused(run: RunView, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="two runs are called"):
        report([run, run], tmp_path / "r.html")
    assert not (tmp_path / "r.html").exists()


def test_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no run"):
        report([], tmp_path / "r.html")


def test_an_unknown_language_is_refused(run: RunView, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'xx'"):
        report([run], tmp_path / "r.html", lang="xx")  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", [Mode.AGREE, Mode.LOGPROB])
def test_other_modes_have_their_page_too(
    make_run: MakeRun, respondents: tuple[object, ...], mode: Mode, tmp_path: Path
) -> None:
    html = report([make_run("other", respondents[:2], count=24, mode=mode)], tmp_path / "r.html").read_text("utf-8")
    said = {Mode.AGREE: "Share agreeing with options", Mode.LOGPROB: "Probability given to the side"}
    assert said[mode] in html
    assert "Share of choices expressing each value, among" not in html


def test_unmapped_items_have_a_page_without_values(
    make_run: MakeRun, respondents: tuple[object, ...], tmp_path: Path
) -> None:
    html = report([make_run("plain", respondents, count=24, mapped=False)], tmp_path / "r.html").read_text("utf-8")
    assert "it is not known which option expresses what" in html
    assert 'id="outcomes"' in html and 'id="profile"' not in html


def test_one_respondent_has_a_page_without_comparisons(
    make_run: MakeRun, respondents: tuple[object, ...], tmp_path: Path
) -> None:
    html = report([make_run("one", respondents[:1], count=24)], tmp_path / "r.html", lang="zh").read_text("utf-8")
    assert 'id="differences"' not in html and 'id="agreement"' not in html and 'id="profile"' in html


def test_a_chinese_page_is_chinese(run: RunView, tmp_path: Path) -> None:
    html = report([run], tmp_path / "r.html", lang="zh").read_text("utf-8")
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", html)
    assert len(headings) > 10
    assert all(re.search("[\u4e00-\u9fff]", heading) for heading in headings)
    assert '<html lang="zh">' in html and "核心价值" in html and "自由" in html


def test_a_page_for_many_items_stays_small(run: RunView, tmp_path: Path) -> None:
    """2,000 items with four presentations each by two respondents."""
    items, answers = run.items, run.answers.lazy().collect().filter(pl.col("model") != "m/slot")
    copies = range(2_000 // len(items) + 1)
    many_items = pl.concat([items.with_columns(pl.col("id") + f"-{n}") for n in copies]).head(2_000)
    twice = pl.concat([answers, answers.with_columns(repeat=pl.lit(1, pl.Int64))])
    many = pl.concat([twice.with_columns(pl.col("item") + f"-{n}") for n in copies])
    many = many.filter(pl.col("item").is_in(many_items["id"].implode()))
    path = report([replace(run, items=many_items, answers=many.lazy())], tmp_path / "r.html")
    assert many.height >= 15_000
    assert path.stat().st_size < 8_000_000
    assert "All 2,000 items are here" in path.read_text("utf-8")


def test_figures_are_svg_and_png_and_chinese_is_drawn(run: RunView, tmp_path: Path) -> None:
    files = figures([run], tmp_path / "figures", lang="zh", scale=1)
    names = {file.stem for file in files}
    assert {"profile-choice-core", "tiers-sphere-z-first", "outcomes-all", "coverage", "slots"} <= names
    assert {file.suffix for file in files} == {".svg", ".png"} and len(files) == 2 * len(names)
    for file in files:
        if file.suffix == ".svg":
            ET.fromstring(file.read_text("utf-8"))
        else:
            assert file.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_png_figures_tell_chinese_characters_apart(tmp_path: Path) -> None:
    """Boxes would be the same for any two characters of equal width."""
    import vl_convert

    from axiometer.report.charts import Axis, DotRow, Estimate, dot_plot
    from axiometer.report.fonts import register

    register()
    axis = Axis(0, 1, (0, 1), str, "x")
    drawn = []
    for name in ("自由", "平等"):
        row = DotRow(name, "", (Estimate(0, 0.5, 0.4, 0.6, "", "", ""),))
        drawn.append(vl_convert.svg_to_png(dot_plot([row], (), axis, "t", 600).file()))
    assert drawn[0] != drawn[1]


def test_options_that_oppose_values_have_a_profile_of_opposing(
    make_run: MakeRun, respondents: Respondents, tmp_path: Path
) -> None:
    """As in sets of rule violations, where nothing expresses a value: the page must not be empty there."""
    run = make_run("opposing", respondents[:1], count=24, polarity=-1)
    html = report([run], tmp_path / "r.html").read_text("utf-8")
    assert "Opposing is counted apart" in html and "Most often opposed" in html
    assert "share of choices opposing the value" in html and "share of choices expressing the value" not in html
