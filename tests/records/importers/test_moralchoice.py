from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from axiometer.errors import InputError
from axiometer.records import Expression, ExpressionKind, Item, to_frame, to_rows
from axiometer.records.importers import Imported, ImportOptions, importer

RULES = ("death", "pain", "disable", "freedom", "pleasure", "deceive", "cheat", "break_promise", "break_law", "duty")
Write = Callable[..., Path]


def row(number: str, first: dict[str, str] | None = None, second: dict[str, str] | None = None) -> dict[str, str]:
    """One scenario in which nothing is violated but what `first` and `second` say."""
    judged = {f"a{n}_{rule}": "No" for n in (1, 2) for rule in RULES}
    judged |= {f"a1_{rule}": label for rule, label in (first or {}).items()}
    judged |= {f"a2_{rule}": label for rule, label in (second or {}).items()}
    texts = {"context": f"A clerk finds purse {number}.", "action1": "Keep it", "action2": "Hand it in"}
    return {"scenario_id": number, "ambiguity": "high", "generation_rule": "Do not cheat", **texts, **judged}


def table(*rows: dict[str, str]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def read(path: Path, options: ImportOptions | None = None) -> Imported:
    return importer("moralchoice").read(path, options or ImportOptions())


@pytest.mark.parametrize("part", ["high", "low"])
def test_all_published_scenarios_are_imported(
    part: str, published: Callable[[str], Path], accounted: Callable[[Imported], None]
) -> None:
    path = published(f"moralchoice/moralchoice_{part}_ambiguity_first300.csv")
    imported = read(path)
    accounted(imported)
    assert imported.summary() == "imported 300, rejected 0"
    with path.open(encoding="utf-8", newline="") as handle:
        cells = [
            cell for source in csv.DictReader(handle) for name, cell in source.items() if name[:3] in ("a1_", "a2_")
        ]
    expressed = [e for item in imported.items for option in item.options for e in option.expresses]
    assert len(expressed) == cells.count("Yes")
    assert {e.polarity for e in expressed} == {-1}
    unsettled = [meta for item in imported.items for name, meta in item.meta.items() if name.endswith("no_agreement")]
    assert sum(len(meta.split(",")) for meta in unsettled) == cells.count("No Agreement")
    assert list(to_rows(to_frame(imported.items, Item), Item)) == imported.items


def test_only_a_yes_counts_and_it_opposes_the_rule(write: Write) -> None:
    path = write("m.csv", table(row("1", {"cheat": "Yes", "pain": "No Agreement"}, {"duty": "Yes"})))
    (item,) = read(path).items
    kept, handed_in = item.options
    assert kept.expresses == (Expression(ExpressionKind.VALUE, "do-not-cheat", -1),)
    assert handed_in.expresses == (Expression(ExpressionKind.VALUE, "do-your-duty", -1),)
    assert item.meta["action1_no_agreement"] == "do-not-cause-pain"
    assert item.framework == "moralchoice-rules"
    assert item.lang == "en"
    assert item.meta["generation_rule"] == "Do not cheat"
    assert item.clusters == (), "the rules are what is measured, not sources that items share"


def test_bad_rows_are_rejected_one_by_one_with_reason_and_column(
    write: Write, accounted: Callable[[Imported], None]
) -> None:
    good, same_id, same_content = row("1"), row("2"), row("1")
    same_id["scenario_id"], same_content["scenario_id"] = "1", "3"
    empty, unknown, absent, twins = row("4"), row("5"), row("6"), row("7")
    empty["context"] = "nan"
    unknown["a2_duty"] = "Maybe"
    absent["a1_pain"] = ""
    twins["action2"] = twins["action1"]
    imported = read(write("m.csv", table(good, same_id, same_content, empty, unknown, absent, twins)))
    accounted(imported)
    assert [(r.row, r.column, r.reason) for r in imported.rejected] == [
        (3, None, "duplicate of row 2"),
        (4, None, "duplicate of row 2"),
        (5, "context", "empty"),
        (6, "a2_duty", "neither Yes, No nor No Agreement: maybe"),
        (7, "a1_pain", "empty"),
        (8, "action2", "both actions are the same"),
    ]


def test_a_repeated_id_counts_only_once_something_was_kept_under_it(write: Write) -> None:
    broken, mended = row("1"), row("1")
    broken["action1"] = ""
    imported = read(write("m.csv", table(broken, mended)))
    assert [r.row for r in imported.rejected] == [2]
    assert len(imported.items) == 1


def test_columns_of_rules_must_be_known_and_come_for_both_actions(write: Write) -> None:
    lonely = {name: cell for name, cell in row("1").items() if name != "a2_duty"}
    with pytest.raises(InputError, match="a2_duty"):
        read(write("m.csv", table(lonely)))
    with pytest.raises(InputError, match="a1_gossip"):
        read(write("m.csv", table({**row("1"), "a1_gossip": "No", "a2_gossip": "No"})))
