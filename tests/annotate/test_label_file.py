"""Many who write at once share transactions, and a refusal of one is no matter of the others."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from axiometer.annotate.store import LabelStore, StoreFailed
from axiometer.errors import Refused


def test_labels_given_at_once_are_all_kept_and_a_refusal_harms_nobody(tmp_path: Path) -> None:
    with LabelStore(tmp_path / "labels.sqlite") as store, ThreadPoolExecutor(32) as pool:
        store.withdraw("gone")
        start = threading.Barrier(32)

        def press(number: int) -> bool:
            start.wait()
            rater = "gone" if number % 8 == 0 else f"R{number}"
            try:
                return store.record(rater, "unit", str(number), client=f"press {number}").seq > 0
            except Refused:
                return False

        kept = list(pool.map(press, range(32)))
        assert kept == [number % 8 != 0 for number in range(32)]
        assert {(label.rater, label.value) for label in store.labels()} == {
            (f"R{number}", str(number)) for number in range(32) if number % 8
        }


def test_readers_do_not_wait_for_those_who_write(tmp_path: Path) -> None:
    with LabelStore(tmp_path / "labels.sqlite") as store, LabelStore(tmp_path / "labels.sqlite") as other:
        store.record("R1", "unit", "0", client="1")
        with other._file.writing():  # holds the file as a busy disk would
            pool = ThreadPoolExecutor(2)
            waiting = pool.submit(store.record, "R1", "unit", "1", client="2")
            assert pool.submit(store.standing, "R1").result(timeout=5)["unit"].value == "0"
            assert not waiting.done()
        assert waiting.result(timeout=30).value == "1"
        pool.shutdown()


def test_where_the_file_fails_everyone_who_waits_is_told(tmp_path: Path) -> None:
    store = LabelStore(tmp_path / "labels.sqlite")
    store.close()
    for number in range(2):
        with pytest.raises(StoreFailed):
            store.record("R1", "unit", "0", client=str(number))
