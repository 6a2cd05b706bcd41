"""Many who write at once share transactions, and a refusal of one is no matter of the others."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
import time
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


def test_a_process_that_reads_all_the_time_delays_deletion_from_the_disk_and_nothing_else(tmp_path: Path) -> None:
    folder, crashed = tmp_path / "p", tmp_path / "crashed"
    left = lambda where: b"only A wrote" in b"".join(path.read_bytes() for path in where.iterdir())  # noqa: E731
    with LabelStore(folder / "labels.sqlite") as store:
        for number in range(20):
            store.record("A", f"u{number}", "-1", rewrite=f"what only A wrote {number}", client=str(number))
        other = sqlite3.connect(folder / "labels.sqlite", isolation_level=None)
        other.execute("begin")
        other.execute("select count(*) from events").fetchone()
        began = time.monotonic()
        assert store.withdraw("A") == 20 and store.labels() == []
        store.record("B", "u1", "1", client="1")
        assert time.monotonic() - began < 10  # raters are not kept waiting for the other process
        shutil.copytree(folder, crashed)  # what a crash at this moment would leave
        assert left(crashed)
        other.execute("commit")
        store.record("B", "u2", "1", client="2")
        assert not left(folder) and len(store.labels()) == 2
    with LabelStore(crashed / "labels.sqlite") as store:
        assert not left(crashed) and [kept.rater for kept in store.labels()] == ["B"]


FULL = """
import resource, sys
from pathlib import Path
from axiometer.annotate.store import LabelStore, StoreFailed
store = LabelStore(Path(sys.argv[1]))
store.record("A", "u0", "1", client="0")
most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (Path(sys.argv[1] + "-wal").stat().st_size, most[1]))
writes = (lambda: store.record("A", "u1", "1", client="1"), lambda: store.agree("B", "x"), lambda: store.withdraw("A"))
for write in writes:
    try:
        write()
    except StoreFailed:
        print("failed")
resource.setrlimit(resource.RLIMIT_FSIZE, most)
print(store.record("A", "u1", "0", client="1").repeated, sorted((kept.unit, kept.value) for kept in store.labels()))
"""


def test_a_full_disk_is_said_and_once_there_is_room_everything_goes_on(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    words = [sys.executable, "-c", FULL, str(tmp_path / "labels.sqlite")]
    told = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split("\n")
    assert told[:4] == ["failed"] * 3 + ["False [('u0', '1'), ('u1', '0')]"]
