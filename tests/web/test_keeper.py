"""The keeper's pages: progress, links, agreement as the command line says it, differences, exports."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from axiometer.annotate.agreeing import MEASURES
from axiometer.annotate.exporting import export_answers, export_labels
from axiometer.annotate.project import Project, open_project
from axiometer.annotate.starting import Wanted, start_project
from axiometer.annotate.tasks import load_task
from axiometer.cli.main import app
from axiometer.records.importers.starter import starter_items
from axiometer.records.rows import Item
from axiometer.records.tables import write_rows

from .conftest import Server, hidden, server_of


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Three raters who answered eight dilemmas of the starter set and a check each, not always alike."""
    folder = tmp_path_factory.mktemp("labelled")
    write_rows(starter_items(("en",))[:8], Item, folder / "items.parquet")
    wanted = Wanted(raters=("R01", "R02", "R03"), per_rater=8, overlap=1.0, attention=1)
    project = start_project(load_task("choose"), folder / "items.parquet", folder / "p", wanted).project
    with project.store() as store:
        for number, rater in enumerate(project.raters):
            store.agree(rater, project.consent_digest)
            for row in project.assignments[rater]:
                unit = project.units[row.unit]
                place = int(unit.id[:4], 16)
                value = unit.expected or str(unit.shown[(place * number) % len(unit.shown)])
                store.record(rater, row.unit, value, client=f"{rater}-{unit.id}")
    server = server_of(project.folder, folder / "log").start()
    yield server
    server.stop()


@pytest.fixture
def project(labelled: Server) -> Project:
    return open_project(labelled.folder)


def test_agreement_is_what_the_command_line_says(labelled: Server) -> None:
    told = json.loads(CliRunner().invoke(app, ["annotate", "agreement", str(labelled.folder), "--json"]).output)
    page = labelled.keeper().get("/admin/agreement").text
    overall = page.split('id="overall"')[1].split("</table>")[0]
    measured = r'<td>([^<]+)</td><td class="num">(\d+)</td><td class="num" data-measure="(\w+)">([-\d.]+)<'
    cells = re.findall(measured, overall)
    assert [html.unescape(name) for name, *_ in cells] == [MEASURES[measure] for *_, measure, _ in cells]
    shown = [(measure, units, estimate) for _, units, measure, estimate in cells]
    expected = [
        (row["measure"], str(row["units"]), "-" if row["estimate"] is None else f"{row['estimate']:.3f}")
        for row in told["overall"]
    ]
    assert len(expected) >= 4 and shown == expected
    by_rater = page.split('id="by-rater"')[1].split("</table>")[0]
    assert by_rater.count("<tr>") - 1 == len(told["by_rater"])
    attention = page.split('id="attention"')[1]
    assert attention.count("passes") == 3 and told["failing"] == []


def test_progress_is_shown_by_pseudonym(labelled: Server, project: Project) -> None:
    page = labelled.keeper().get("/admin").text
    rows = re.findall(r'<th scope="row">(\w+)</th><td class="num">(\d+)</td><td class="num">(\d+)</td>', page)
    assert rows == [(rater, "9", "0") for rater in project.raters]
    assert "27 of 27 labels given" in page


def test_a_link_is_shown_once_and_opens_the_rater_s_pages(labelled: Server) -> None:
    keeper = labelled.keeper()
    made = keeper.post("/admin/invite", keeper.get("/admin"), rater="R02")
    (token,) = re.findall(r"/r/([\w-]+)", made.text)
    assert f"http://127.0.0.1:{labelled.port}/r/{token}" in made.text
    assert token not in keeper.get("/admin").text
    rater = labelled.client().enter(token)
    assert "R02" in rater.get("/rate").text
    csrf = hidden(keeper.get("/admin").text, "/leave/keeper")["csrf"]
    assert keeper.post("/admin/invite", csrf=csrf, rater="nobody").status == 404
    assert keeper.post("/admin/revoke", csrf=csrf, rater="R02").status == 303
    assert rater.get("/rate").status == 403


def test_differences_are_listed_and_settled_without_touching_labels(labelled: Server, project: Project) -> None:
    before = export_labels(project).drop("settled")
    differing = (
        before.filter(~pl.col("check")).group_by("unit").agg(pl.col("value").n_unique()).filter(pl.col("value") > 1)
    )
    keeper = labelled.keeper()
    page = keeper.get("/admin/differences")
    assert 0 < differing.height < 8 and page.text.count('class="case"') == differing.height
    csrf = hidden(page.text, "/leave/keeper")["csrf"]
    unit = project.units[differing["unit"].sort()[0]]
    option = unit.shown[0]
    settled = keeper.post("/admin/settle", csrf=csrf, unit=unit.id, value=str(option), page="1")
    assert settled.status == 303
    shown = keeper.get("/admin/differences").text
    assert "Decided:" in shown and f"{differing.height - 1} of them are not decided" in shown
    after = export_labels(project)
    assert after.drop("settled").equals(before)
    assert set(after.filter(pl.col("unit") == unit.id)["settled"]) == {str(option)}
    assert keeper.post("/admin/settle", csrf=csrf, unit=unit.id, value="99").status == 400
    assert keeper.post("/admin/settle", csrf=csrf, unit="nothing", value="0").status == 404


def test_exports_are_the_tables_of_the_command_line(labelled: Server, project: Project) -> None:
    import http.client

    keeper = labelled.keeper()
    cookie = "; ".join(f"{name}={value}" for name, value in keeper.cookies.items())

    def content(path: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", labelled.port, timeout=30)
        connection.request("GET", path, headers={"Cookie": cookie})
        response = connection.getresponse()
        assert response.status == 200 and (response.getheader("content-disposition") or "").startswith("attachment")
        return response.read()

    labels = pl.read_parquet(io.BytesIO(content("/admin/labels.parquet")))
    assert labels.equals(export_labels(project)) and labels.height == 27
    assert pl.read_csv(content("/admin/labels.csv"))["id"].to_list() == labels["id"].to_list()
    answers = pl.read_parquet(io.BytesIO(content("/admin/answers.parquet")))
    assert answers["id"].to_list() == [answer.id for answer in export_answers(project)] and answers.height == 24
    assert keeper.get("/admin/labels.exe").status == 404
    assert labelled.client().get("/admin/labels.csv").status == 403


def test_a_project_without_labels_says_so(tmp_path: Path) -> None:
    from .conftest import project_of, units

    server = server_of(project_of(tmp_path / "p", units(2)).folder, tmp_path / "log").start()
    try:
        keeper = server.keeper()
        assert [keeper.get(path).status for path in ("/admin", "/admin/agreement", "/admin/differences")] == [200] * 3
        assert keeper.get("/admin/labels.csv").status == 400
        assert str(tmp_path) not in keeper.get("/admin/labels.csv").text
    finally:
        server.stop()
