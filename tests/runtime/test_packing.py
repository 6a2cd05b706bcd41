from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.runtime import Journal, JournalEntry
from axiometer.runtime.journal import read_entries, read_entries_of
from axiometer.runtime.packing import Packer, unpack

INSTRUCTIONS = b"".join(b"Criterion %d: a rule says what to do and what is thought of it. " % n for n in range(60))


@given(st.lists(st.one_of(st.binary(max_size=2_000), st.binary(max_size=200).map(lambda own: INSTRUCTIONS + own))))
def test_what_is_packed_is_unpacked(requests: list[bytes]) -> None:
    packer, dictionaries = Packer(), dict[int, bytes]()
    stored = []
    for request in requests:
        packed = packer.pack(request)
        if packed.new is not None:
            assert packed.dictionary is not None and packed.dictionary not in dictionaries
            dictionaries[packed.dictionary] = packed.new
        stored.append((packed.data, packed.dictionary))
    assert [unpack(data, number, dictionaries) for data, number in stored] == requests


def test_prompts_that_share_their_beginning_take_little() -> None:
    packer = Packer()
    requests = [INSTRUCTIONS + f"Text number {n} about case {n * 7}.".encode() for n in range(200)]
    sizes = [len(packer.pack(request).data) for request in requests]
    alone = [len(zlib.compress(request, 1)) for request in requests]
    assert sum(sizes[1:]) < 0.5 * sum(alone[1:])


def items_asked(count: int, model: bytes = b"m") -> list[bytes]:
    """Requests as a run makes them: what is an item's own comes first, what all share last."""
    return [
        b'{"messages":["' + bytes(f"Scene {n * 7919:064x} {n * 104729:0400x}", "ascii") + b'"],' + INSTRUCTIONS + model
        for n in range(count)
    ]


def test_prompts_that_share_their_end_take_little_and_dictionaries_stay_few() -> None:
    packer = Packer()
    requests = items_asked(300) + items_asked(300, b"another model")
    packed = [packer.pack(request) for request in requests]
    alone = [len(zlib.compress(request, 1)) for request in requests]
    assert sum(each.new is not None for each in packed) == 2
    assert sum(len(each.data) for each in packed[1:]) < 0.6 * sum(alone[1:])


def test_a_beginning_that_comes_often_gets_a_dictionary_although_its_end_is_known() -> None:
    packer = Packer()
    packer.pack(items_asked(1)[0])
    steps = [b"Another step. " * 60 + b"%d" % n + INSTRUCTIONS for n in range(100)]
    steps = [step + items_asked(1)[0][-256:] for step in steps]
    packed = [packer.pack(step) for step in steps]
    assert sum(each.new is not None for each in packed) == 1
    assert {each.dictionary for each in packed[30:]} == {2}


def test_a_missing_dictionary_is_told() -> None:
    packed = Packer().pack(INSTRUCTIONS)
    with pytest.raises(KeyError):
        unpack(packed.data, packed.dictionary, {})


def entry(number: int) -> JournalEntry:
    return JournalEntry(f"{number:064x}", "m", INSTRUCTIONS + b"%d" % number, b"answer %d" % number, 1, 2, 0.5, 1.0)


def test_entries_come_back_from_a_journal_whose_requests_are_alike(tmp_path: Path) -> None:
    import asyncio

    async def write() -> None:
        journal = Journal(tmp_path)
        for number in range(20):
            await journal.record(entry(number))
        assert journal.find([entry(3).key])[entry(3).key] == entry(3)
        journal.close()

    asyncio.run(write())
    assert sorted(read_entries(tmp_path), key=lambda each: each.key) == [entry(number) for number in range(20)]
    assert read_entries_of(tmp_path, [entry(7).key]) == {entry(7).key: entry(7)}
    (file,) = tmp_path.glob("*.sqlite")
    with sqlite3.connect(file) as stored:
        ((count,),) = stored.execute("select count(*) from dictionaries").fetchall()
    assert count == 1


def test_answers_borrowed_from_a_neighbour_are_whole(tmp_path: Path) -> None:
    import asyncio

    async def write() -> None:
        first = Journal(tmp_path / "a")
        for number in range(3):
            await first.record(entry(number))
        first.close()
        second = Journal(tmp_path / "b", [tmp_path / "a"])
        assert len(second.find([entry(number).key for number in range(3)])) == 3
        second.close()

    asyncio.run(write())
    assert sorted(read_entries(tmp_path / "b"), key=lambda each: each.key) == [entry(number) for number in range(3)]


def test_a_journal_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    old = entry(1)
    with sqlite3.connect(tmp_path / "old.sqlite") as stored:
        stored.execute(
            "create table answers (key blob primary key, model text, request blob, raw blob,"
            " tokens_in integer, tokens_out integer, seconds real, at real) without rowid"
        )
        row = (bytes.fromhex(old.key), "m", zlib.compress(old.request), zlib.compress(old.raw), 1, 2, 0.5, 1.0)
        stored.execute("insert into answers values (?, ?, ?, ?, ?, ?, ?, ?)", row)
    assert list(read_entries(tmp_path)) == [old]
