"""Labels are kept when they are acknowledged, once each, and deleted when their rater withdraws."""

from __future__ import annotations

import datetime
import os
import signal
import subprocess
import sys
import threading
import uuid
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axiometer.annotate.store import Entry, LabelStore, StoreFailed
from axiometer.errors import InputError, Refused

YESTERDAY = datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> LabelStore:
    return LabelStore(tmp_path / "labels.sqlite")


def values(store: LabelStore, rater: str = "A") -> dict[str, str | None]:
    return {unit: kept.value for unit, kept in store.standing(rater).items()}


def test_a_press_that_is_sent_twice_is_one_label(store: LabelStore) -> None:
    first = store.record("A", "u1", "1", client="c1")
    again = store.record("A", "u1", "1", client="c1")
    late = store.record("A", "u1", "0", client="c1")
    assert not first.repeated and again.repeated and late.repeated and late.value == "1"
    assert [(kept.unit, kept.value) for kept in store.labels()] == [("u1", "1")]


def test_equal_client_ids_of_two_raters_are_two_labels(store: LabelStore) -> None:
    store.record("A", "u1", "1", client="c")
    store.record("B", "u1", "0", client="c")
    assert [(kept.rater, kept.value) for kept in store.labels()] == [("A", "1"), ("B", "0")]


def test_a_later_label_replaces_and_undo_brings_the_earlier_back(store: LabelStore) -> None:
    store.record("A", "u1", "1", client="1")
    store.record("A", "u2", "0", client="2")
    store.record("A", "u1", "-1", client="3", rewrite="other words")
    assert values(store) == {"u1": "-1", "u2": "0"}
    undone = store.undo("A", "4")
    assert undone.unit == "u1" and values(store) == {"u1": "1", "u2": "0"}
    assert store.undo("A", "4").repeated and values(store) == {"u1": "1", "u2": "0"}
    assert store.undo("A", "5").unit == "u2" and store.undo("A", "6").unit == "u1"
    assert store.undo("A", "7").unit is None and values(store) == {}


def test_an_undone_press_that_arrives_again_stays_undone(store: LabelStore) -> None:
    store.record("A", "u1", "1", client="1")
    store.undo("A", "2")
    assert store.record("A", "u1", "1", client="1").repeated and store.labels() == []


def test_a_skip_stands_in_the_place_of_a_label(store: LabelStore) -> None:
    store.record("A", "u1", "1", client="1")
    store.skip("A", "u1", "2")
    assert store.labels() == [] and [kept.unit for kept in store.skips()] == ["u1"]
    progress = store.progress("A")
    assert (progress.labelled, progress.skipped, progress.consent, progress.withdrawn) == (0, 1, None, False)
    store.undo("A", "3")
    assert values(store) == {"u1": "1"}


def test_a_skip_may_say_why(store: LabelStore) -> None:
    store.skip("A", "u1", "1", reason="distressing")
    store.skip("A", "u2", "2")
    assert [(kept.unit, kept.reason, kept.value) for kept in store.skips()] == [
        ("u1", "distressing", None),
        ("u2", None, None),
    ]
    with pytest.raises(InputError, match="'boring' is no reason"):
        store.skip("A", "u3", "3", reason="boring")


def test_an_undo_of_what_is_no_longer_the_latest_takes_nothing_back(store: LabelStore) -> None:
    seen = store.record("A", "u1", "1", client="1").seq
    store.record("A", "u2", "1", client="2")  # elsewhere, meanwhile
    assert store.undo("A", "3", last=seen).unit is None and values(store) == {"u1": "1", "u2": "1"}
    latest = store.standing("A")["u2"].seq
    assert store.undo("A", "4", last=latest).unit == "u2" and values(store) == {"u1": "1"}
    assert store.undo("A", "4", last=latest).repeated and values(store) == {"u1": "1"}


def test_withdrawal_deletes_what_the_rater_gave_from_the_disk(tmp_path: Path) -> None:
    store = LabelStore(tmp_path / "labels.sqlite")
    other = LabelStore(tmp_path / "labels.sqlite")
    store.agree("A", "digest")
    for number in range(200):
        store.record("A", f"u{number}", "-1", rewrite=f"a sentence that only A wrote {number}", client=str(number))
    store.record("B", "u1", "1", rewrite="a sentence of B", client="1")
    assert len(other.labels()) == 201
    assert store.withdraw("A") == 200
    assert [kept.rater for kept in other.labels()] == ["B"] and other.withdrawn() == ("A",)
    assert store.progress("A") == other.progress("A") and store.progress("A").withdrawn
    assert store.consent("A") is None
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"only A wrote" not in left and b"sentence of B" in left
    for write in (lambda: store.record("A", "u1", "1", client="x"), lambda: store.agree("A", "digest")):
        with pytest.raises(Refused, match="A withdrew"):
            write()


def test_labels_are_refused_after_the_day_until_which_they_are_kept(tmp_path: Path) -> None:
    store = LabelStore(tmp_path / "labels.sqlite", until=YESTERDAY)
    for write in (
        lambda: store.record("A", "u", "1", client="1"),
        lambda: store.skip("A", "u", "1"),
        lambda: store.record_all({"A": [Entry("u", "1")]}, "file"),
    ):
        with pytest.raises(Refused, match=YESTERDAY.isoformat()):
            write()
    assert store.labels() == [] and store.withdraw("A") == 0


def test_what_a_task_does_not_know_is_refused_and_nothing_of_it_kept(tmp_path: Path) -> None:
    def check(rater: str, unit: str, value: str) -> str:
        if value not in "01":
            raise InputError("{value!r} is not a label", value=value)
        return value

    store = LabelStore(tmp_path / "labels.sqlite", check=check)
    with pytest.raises(InputError, match="'7' is not a label"):
        store.record("A", "u", "7", client="1")
    with pytest.raises(InputError, match="'7' is not a label"):
        store.record_all({"A": [Entry("u1", "1"), Entry("u2", "7")]}, "file")
    assert store.labels() == []


def test_many_labels_at_once_are_added_where_they_are_new(store: LabelStore) -> None:
    assert store.record_all({"A": [Entry("u1", "1"), Entry("u2", None), Entry("u3", "-1", "words")]}, "file") == 3
    assert store.record_all({"A": [Entry("u1", "1"), Entry("u2", None), Entry("u3", "-1", "words")]}, "file") == 0
    assert store.record_all({"A": [Entry("u1", "0")]}, "file") == 1
    assert store.record_all({"A": [Entry("u1", "1")]}, "file") == 1
    assert values(store) == {"u2": None, "u3": "-1", "u1": "1"}
    assert store.undo("A", "x").unit == "u1" and store.record_all({"A": [Entry("u1", "1")]}, "file") == 1


def test_what_was_decided_stands_beside_the_labels(store: LabelStore) -> None:
    store.record("A", "u1", "1", client="1")
    store.settle("u1", "0", "admin")
    store.settle("u1", "-1", "admin")
    assert store.settled()["u1"].value == "-1" and values(store) == {"u1": "1"}
    assert store.erase() == 1 and store.settled() == {} and store.labels() == []


def test_two_tabs_of_one_rater_never_give_two_labels_of_a_unit(tmp_path: Path) -> None:
    tabs = [LabelStore(tmp_path / "labels.sqlite") for _ in range(4)]

    def work(tab: LabelStore, number: int) -> None:
        for unit in range(25):
            tab.record("A", f"u{unit}", str(number), client=str(uuid.uuid4()))

    threads = [threading.Thread(target=work, args=(tab, number)) for number, tab in enumerate(tabs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = tabs[0].labels()
    assert sorted(kept.unit for kept in found) == sorted(f"u{unit}" for unit in range(25))
    assert [tab.labels() for tab in tabs[1:]] == [found] * 3


WRITER = """
import sys
from pathlib import Path
from axiometer.annotate.store import LabelStore
store = LabelStore(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), 100000):
    store.record("A", f"u{number}", str(number), client=f"c{number}")
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


def test_a_writer_that_is_killed_has_lost_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    path, start, acknowledged = tmp_path / "labels.sqlite", 0, -1
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(start)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        for _ in range(40):
            acknowledged = int(process.stdout.readline())
        os.kill(process.pid, signal.SIGKILL)
        for line in process.stdout.read().splitlines():
            acknowledged = int(line)
        process.wait()
        # The client does not know whether the last press arrived, and sends it again.
        start = acknowledged
        found = [(kept.unit, kept.value) for kept in LabelStore(path).labels()]
        assert set(found) >= {(f"u{number}", str(number)) for number in range(acknowledged + 1)}
        assert len({unit for unit, _ in found}) == len(found) <= acknowledged + 2


def test_only_its_owner_reads_the_file_and_another_file_is_refused(tmp_path: Path) -> None:
    LabelStore(tmp_path / "labels.sqlite").record("A", "u", "1", client="c")
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}
    (tmp_path / "other.sqlite").write_text("not a database, and longer than a header would be " * 40)
    with pytest.raises(InputError, match="not a file of labels"):
        LabelStore(tmp_path / "other.sqlite")
    (tmp_path / "folder").mkdir()
    with pytest.raises((StoreFailed, InputError)):
        LabelStore(tmp_path / "folder")


EVENTS = st.lists(st.tuples(st.sampled_from(["label", "skip", "undo", "again"]), st.sampled_from("abc"), st.booleans()))


@settings(max_examples=25, deadline=None)
@given(EVENTS)
def test_what_stands_is_what_a_list_of_presses_says(
    tmp_path_factory: pytest.TempPathFactory, events: list[tuple[str, str, bool]]
) -> None:
    store = LabelStore(tmp_path_factory.mktemp("store") / "labels.sqlite")
    stack: list[tuple[str, str | None]] = []
    last: tuple[str, str] | None = None
    for number, (kind, unit, value) in enumerate(events):
        if kind == "label":
            store.record("A", unit, str(value), client=str(number))
            stack.append((unit, str(value)))
            last = (unit, str(number))
        elif kind == "skip":
            store.skip("A", unit, str(number))
            stack.append((unit, None))
            last = (unit, str(number))
        elif kind == "undo":
            expected = stack.pop()[0] if stack else None
            assert store.undo("A", str(number)).unit == expected
        elif last is not None:
            assert store.record("A", last[0], "another", client=last[1]).repeated
    assert values(store) == dict(stack)
