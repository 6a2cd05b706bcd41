"""The sections on statements of corpora, on gaps between ways of asking, and on the judge."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from tests.analyze.conftest import answer
from tests.analyze.statements import Sider, statement

from axiometer import measure
from axiometer.analyze import AnalysisOptions, analyze
from axiometer.annotate.labels import import_labels
from axiometer.annotate.sheets import write_sheet
from axiometer.measure import Design, MeasureOptions, Respondent
from axiometer.models.registry import open_model
from axiometer.records import Answer, Item, Mode, to_frame
from axiometer.records.tables import write_rows
from axiometer.report import RunView, figures, report
from axiometer.report.lede import portraits
from axiometer.report.loading import load_view
from axiometer.report.parts import Section
from axiometer.report.sections import sections
from axiometer.report.sections.corpora import corpora
from axiometer.report.sections.judge import judge
from axiometer.report.sections.mode_gaps import mode_gaps
from axiometer.report.sections.reliability import reliability
from axiometer.report.texts import Texts
from axiometer.report.views import Study, study

CN, US = "cn 2020 <b>", "us 2020"
ERRING = ((0.15, 0.05), (0.05, 0.05))


def items() -> list[Item]:
    return [
        statement(
            i, corpus, lang=lang, attribution=("government", "quoted")[i % 2], **({"style": "solved"} if i < 2 else {})
        )
        for corpus, lang in ((US, "en"), (CN, "zh"))
        for i in range(60)
    ]


def view(
    name: str, modes: tuple[Mode, ...], labelled: float = 0.0, people: tuple[str, ...] = ("m/one", "m/two")
) -> RunView:
    asked, rows, labels = items(), [], []
    for place, who in enumerate(people):
        sider = Sider(who, {CN: 0.8 - 0.2 * place, US: 0.6}, says_yes=0.3, errors=ERRING, seed=place + 1)
        for mode in modes:
            if mode is Mode.JUDGED:
                own, said = sider.judged(asked, answer, labelled)
                rows += own
                labels.append(said)
            else:
                rows += sider.answers(asked, mode, answer)
    together = pl.concat(labels) if labels else None
    tables = to_frame(asked, Item), to_frame(rows, Answer)
    found = analyze(*tables, frameworks={}, options=AnalysisOptions(resamples=60), labels=together)
    manifest = {"asked": {"models": [{"name": who, "identity": {}} for who in people]}, "noted": {}, "missing": 0}
    return RunView(name, manifest, tables[0], tables[1].lazy(), found, {}, together)


@pytest.fixture(scope="module")
def every() -> RunView:
    return view("every", (Mode.CHOICE, Mode.AGREE, Mode.JUDGED), labelled=0.6)


@pytest.fixture(scope="module")
def unlabelled() -> RunView:
    return view("free", (Mode.JUDGED,))


def seen(runs: list[RunView], lang: str = "en") -> Study:
    return study(runs, Texts(lang))


def words(section: Section | None) -> str:
    assert section is not None
    panels = [" ".join((panel.tab, *panel.notes)) for panel in section.panels]
    return " ".join((section.title, *section.intro, *section.notes, *panels))


def test_the_page_says_what_must_be_known_of_statements(every: RunView) -> None:
    said = words(corpora(seen([every])))
    assert "constructed: nobody said them" in said
    assert "must not be compared between corpora" in said
    assert "none is the reference" in said
    assert "4 of 120 statements can be told from their reverse by style alone" in said
    assert "Uncorrected" not in said


def test_corpora_stand_in_alphabetical_order_and_not_in_that_of_their_shares(every: RunView) -> None:
    section = corpora(seen([every]))
    assert section is not None
    table = section.panels[0].charts[0].table
    assert table is not None
    assert list(dict.fromkeys(row[0] for row in table.rows)) == [CN, US]
    assert len(table.rows) == 2 * 2 * 3  # corpora, respondents, all and two attributions


def test_corrected_shares_stand_beside_what_the_judge_says(every: RunView) -> None:
    section = corpora(seen([every]))
    assert section is not None
    (free,) = [panel for panel in section.panels if panel.tab == "Shares · free answer"]
    drawn = str(free.charts[0].wide.body)
    assert "corrected" in drawn
    assert "as the judge says" in drawn
    table = free.charts[0].table
    assert table is not None
    assert "Corrected" in table.headers
    assert any("labels of its own answers" in cell for row in table.rows for cell in row)


def test_without_labels_the_page_says_uncorrected_and_the_judge_s_errors_are_not_known(unlabelled: RunView) -> None:
    own = seen([unlabelled])
    assert "Uncorrected: for m/one and m/two" in words(corpora(own))
    assert "its errors are in no interval" in words(corpora(own))
    assert "none of 120 free answers was labelled" in words(judge(own))


def test_a_habit_of_saying_yes_is_shown_for_statement_and_reverse(every: RunView) -> None:
    section = corpora(seen([every]))
    assert section is not None
    (panel,) = [panel for panel in section.panels if panel.tab == "Statement and reverse"]
    table = panel.charts[0].table
    assert table is not None
    assert table.rows[-1][2].startswith("+")


def test_the_judge_s_errors_are_a_matrix_for_each_respondent(every: RunView) -> None:
    section = judge(seen([every]))
    assert section is not None
    assert [panel.tab for panel in section.panels] == ["m/one", "m/two"]
    assert "with the corpus" in str(section.panels[0].charts[0].wide.body)
    assert "labelled by 1 rater" in " ".join(section.notes)


def test_gaps_between_modes_are_within_a_run_and_across_runs(every: RunView) -> None:
    section = mode_gaps(seen([every]))
    assert section is not None
    assert [panel.tab for panel in section.panels] == [
        "choice − agreement", "choice − free answer", "agreement − free answer",
    ]  # fmt: skip
    runs = [view("first", (Mode.CHOICE,), people=("m/one",)), view("second", (Mode.LOGPROB,), people=("m/one",))]
    across = mode_gaps(seen(runs))
    assert across is not None
    assert [panel.tab for panel in across.panels] == ["choice − probability"]
    table = across.panels[0].charts[0].table
    assert table is not None
    assert {row[1] for row in table.rows} == {"m/one · first"}


def test_corpora_are_not_in_the_profile_nor_among_differences_of_values(every: RunView) -> None:
    own = seen([every])
    assert own.levels == ()
    found = {section.id for section in sections(own)}
    assert {"corpora", "modes", "judge"} <= found
    assert not {"profile", "tiers", "differences", "languages"} & found
    (listed,) = portraits(own)[0].lists
    assert [row[0] for row in listed.rows] == [CN, US]
    assert "choice" in listed.heading


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_holds_the_sections_in_both_languages(every: RunView, tmp_path: Path, lang: str) -> None:
    page = report([every], tmp_path / "page.html", lang=lang, limit_items=3).read_text(encoding="utf-8")
    for name in ("corpora", "modes", "judge"):
        assert f'id="{name}"' in page
    assert "cn 2020 &lt;b&gt;" in page
    assert "cn 2020 <b>" not in page
    assert ("没有人说过" if lang == "zh" else "nobody said") in page


def test_figures_have_names_of_their_own(every: RunView, tmp_path: Path) -> None:
    names = [path.name for path in figures([every], tmp_path) if path.suffix == ".svg"]
    assert {"corpora-choice.svg", "corpora-judged.svg", "corpora-support.svg", "mode-gaps-choice-agree.svg"} <= set(
        names
    )
    assert len(names) == len(set(names))


def test_places_and_changes_of_order_of_free_answers_are_the_judge_s(unlabelled: RunView) -> None:
    assert "are the judge's" in words(reliability(seen([unlabelled])))
    only_chosen = view("chosen", (Mode.CHOICE,), people=("m/one",))
    assert "are the judge's" not in words(reliability(seen([only_chosen])))


def test_labels_that_came_after_the_analysis_make_it_anew(tmp_path: Path) -> None:
    asked = [statement(i, "one") for i in range(40)]
    write_rows(asked, Item, tmp_path / "items.parquet")
    options = MeasureOptions(judge=Respondent(open_model("sim/judge")))
    design = Design(mode=Mode.JUDGED)
    measure(tmp_path / "items.parquet", ["sim/balanced"], tmp_path / "run", design=design, options=options)
    before = load_view(tmp_path / "run").analysis
    assert before.raters["labelled"].to_list() == [0]
    write_sheet(tmp_path / "run", 30, tmp_path / "sheet.csv")
    filled = pl.read_csv(tmp_path / "sheet.csv", infer_schema=False).with_columns(label=pl.lit("1"))
    filled.write_csv(tmp_path / "ada.csv")
    import_labels(tmp_path / "run", tmp_path / "ada.csv")
    alone = load_view(tmp_path / "run")
    assert alone.analysis.raters["labelled"].to_list() == [30] and alone.stand_in is None
    for name in ("bo", "cy"):
        filled.write_csv(tmp_path / f"{name}.csv")
        import_labels(tmp_path / "run", tmp_path / f"{name}.csv")
    tested = load_view(tmp_path / "run")
    assert tested.stand_in is not None and (tested.stand_in.raters, tested.stand_in.judged) == (3, 30)
    section = judge(seen([tested]))
    assert section is not None
    told = next(note for note in section.notes if "stand in" in note)
    assert "Each of 3 raters" in told and f"{tested.stand_in.rho:.2f}" in told and "ada" not in words(section)


def test_every_reason_for_no_correction_is_said_in_chinese() -> None:
    texts = Texts("zh")
    for reason in (
        "uncorrected: people labelled none of its answers",
        "no label is in one of its categories",
        "13 labels in its categories, fewer than 20",
        "labels from 4 sources, fewer than 10",
        "fewer than 5 labels say neither",
        "the verdicts hardly tell the categories apart",
        "corrected for errors it lies below 0 or above 100 %, with all of its interval",
    ):
        assert texts.reason(reason) != reason


def test_every_section_that_counts_what_a_judge_read_says_that_it_is_uncorrected(
    every: RunView, unlabelled: RunView
) -> None:
    plain = view("plain", (Mode.CHOICE,))
    for run in (every, unlabelled):
        told = {section.id: words(section) for section in sections(seen([run]))}
        for place in ("outcomes", "agreement"):
            assert "Uncorrected: this section counts what m/one and m/two said" in told[place], (run.name, place)
        assert "Uncorrected: this section" not in told["judge"] + told["corpora"]
        assert set(run.analysis.summary["uncorrected"]) >= {"shares", "outcomes", "differences"}
    assert "corpora" in unlabelled.analysis.summary["uncorrected"]
    chinese = {section.id: words(section) for section in sections(seen([unlabelled], "zh"))}
    assert "未校正：本节对" in chinese["outcomes"]
    assert not any("Uncorrected" in words(section) for section in sections(seen([plain])))
    assert plain.analysis.summary["uncorrected"] == {}


def test_what_is_said_first_of_free_answers_is_called_uncorrected_and_not_given_the_judge_s_places(
    unlabelled: RunView,
) -> None:
    for lang, word in (("en", "Uncorrected"), ("zh", "未校正")):
        for portrait in portraits(seen([unlabelled], lang)):
            assert [said for said in portrait.cautions if word in said], portrait
            assert not any("order" in said or "次序" in said for said in portrait.sentences)
    plain = portraits(seen([view("plain", (Mode.CHOICE,))]))
    assert not any("ncorrected" in said for portrait in plain for said in portrait.cautions)
