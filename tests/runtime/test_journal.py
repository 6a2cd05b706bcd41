from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from axiometer.models.protocols import Message, Request
from axiometer.models.simulated import SimulatedRespondent, load_profile
from axiometer.runtime import Journal, JournalEntry, call_key
from axiometer.runtime.journal import JournalFailed, read_entries


def entry(number: int, raw: bytes = b"{}") -> JournalEntry:
    return JournalEntry(f"{number:064x}", "sim/x", b"request", raw, 3, 1, 0.5, 1.0)


async def record_all(journal: Journal, numbers: range) -> None:
    await asyncio.gather(*[journal.record(entry(number)) for number in numbers])


def test_what_was_recorded_is_found_by_another_process_s_journal(tmp_path: Path) -> None:
    first = Journal(tmp_path)
    asyncio.run(record_all(first, range(1_000)))
    first.close()
    second = Journal(tmp_path)
    found = second.find([f"{number:064x}" for number in range(990, 1_010)])
    second.close()
    assert sorted(found) == [f"{number:064x}" for number in range(990, 1_000)]
    assert found[f"{995:064x}"] == entry(995)


def test_answer_of_a_neighbouring_run_is_served_and_copied(tmp_path: Path) -> None:
    neighbour = Journal(tmp_path / "a")
    asyncio.run(record_all(neighbour, range(3)))
    neighbour.close()
    mine = Journal(tmp_path / "b", neighbours=[tmp_path / "a"])
    assert set(mine.find([f"{1:064x}", f"{7:064x}"])) == {f"{1:064x}"}
    mine.close()
    assert [found.key for found in read_entries(tmp_path / "b")] == [f"{1:064x}"]


def test_errors_are_kept_and_never_served(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.record_error(f"{5:064x}", "sim/x", "Temporary", "lost", 1)
    assert journal.find([f"{5:064x}"]) == {}
    journal.close()
    (file,) = tmp_path.glob("*.sqlite")
    with sqlite3.connect(file) as db:
        assert db.execute("select kind, message, attempt from errors").fetchall() == [("Temporary", "lost", 1)]


def test_a_journal_that_received_nothing_leaves_no_file(tmp_path: Path) -> None:
    Journal(tmp_path).close()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_journal_is_named(tmp_path: Path) -> None:
    (tmp_path / "0.sqlite").write_bytes(b"this is not a database, it is a text" * 40)
    with pytest.raises(JournalFailed, match=r"0\.sqlite"):
        Journal(tmp_path)


def test_damage_inside_a_file_is_told_when_it_is_met(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    asyncio.run(record_all(journal, range(1_000)))
    journal.close()
    (file,) = tmp_path.glob("*.sqlite")
    data = bytearray(file.read_bytes())
    data[4 * 4096 : -4096] = b"A" * (len(data) - 5 * 4096)
    file.write_bytes(data)
    with pytest.raises(JournalFailed, match=f"{file.name}: cannot be read as a journal"):
        list(read_entries(tmp_path))


def test_a_batch_is_found_again_with_its_last_state(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    asyncio.run(journal.record_batch("b1", "openai/x", "submitted", b"[1]"))
    asyncio.run(journal.record_batch("b1", "openai/x", "fetched", b"[1]"))
    journal.close()
    again = Journal(tmp_path)
    assert again.batches("openai/x") == {"b1": ("fetched", b"[1]")}
    assert again.batches("openai/y") == {}
    again.close()


def test_key_changes_with_anything_that_makes_another_call(tmp_path: Path) -> None:
    model = SimulatedRespondent(load_profile("balanced"))
    other = SimulatedRespondent(load_profile("communal"))
    base = Request((Message("user", "A or B?"),))
    variants = [
        Request((Message("user", "A or C?"),)),
        Request((Message("system", "x"), Message("user", "A or B?"))),
        Request((Message("user", "A or B?"),), repeat=1),
        Request((Message("user", "A or B?"),), occasion="tuesday"),
        Request((Message("user", "A or B?"),), top_logprobs=5),
        Request((Message("user", "A or B?"),), meta={"item": "1"}),
        Request((Message("user", "A or B?"),), schema={"type": "object"}),
    ]
    keys = [call_key(model, request) for request in [base, *variants]] + [call_key(other, base)]
    assert len(set(keys)) == len(keys)
    assert call_key(model, base) == call_key(SimulatedRespondent(load_profile("balanced")), base)


WRITER = """
import asyncio, sys
from pathlib import Path
from axiometer.runtime import Journal, JournalEntry

async def work():
    journal = Journal(Path(sys.argv[1]))
    async def one(number):
        await journal.record(JournalEntry(f"{number:064x}", "m", b"q", b"a" * 300, 1, 1, 0.1, 1.0))
        print(number, flush=True)
    for start in range(0, 10_000_000, 200):
        await asyncio.gather(*[one(number) for number in range(start, start + 200)])

asyncio.run(work())
"""


def test_kill_minus_nine_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    acknowledged: set[int] = set()
    for wait in (0.5, 0.9):
        folder = tmp_path / str(wait)
        log = tmp_path / f"{wait}.log"
        with log.open("wb") as output:
            process = subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=output)
            deadline = time.monotonic() + 60
            while log.stat().st_size == 0 and time.monotonic() < deadline:
                time.sleep(0.02)
            time.sleep(wait)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        said = log.read_text().split("\n")
        acknowledged = {int(line) for line in said[:-1]}
        stored = {int(found.key, 16) for found in read_entries(folder)}
        assert len(acknowledged) >= 200
        assert acknowledged <= stored
