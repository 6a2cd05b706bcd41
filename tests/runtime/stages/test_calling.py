from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axiometer.errors import InputError, Stopped
from axiometer.models.protocols import BadRequest, Finish, Message, Reply, Request, Usage
from axiometer.records import Text, make_text, to_frame, to_rows
from axiometer.runtime import Budget, Journal, Limits, Tally
from axiometer.runtime.respondent import Respondent
from axiometer.runtime.stages.calling import Asking, InputPart
from axiometer.runtime.stages.parts import StageFolder, account_of
from axiometer.runtime.stages.rows import Account, Dropped, Fate, Kept, Rejected, Status


@dataclass(slots=True)
class Echo:
    """Answers with what stands after the last `:` of the prompt; counts its calls by prompt."""

    asked: list[str] = field(default_factory=list)
    fails_on: frozenset[str] = frozenset()
    name: str = "test/echo"
    wants_meta: bool = False
    continues: bool = False
    concurrency: int | None = 4

    @property
    def identity(self) -> Mapping[str, object]:
        return {"model": self.name}

    async def send(self, request: Request) -> bytes:
        said = request.messages[-1].content
        assert request.meta is None, "meta is for simulated models"
        self.asked.append(said)
        await asyncio.sleep(0.001 * (len(said) % 3))
        if said in self.fails_on:
            raise BadRequest("the service does not take this one")
        return json.dumps({"text": said.rpartition(":")[2]}).encode()

    def read(self, raw: bytes) -> Reply:
        return Reply(json.loads(raw)["text"], Finish.STOP, usage=Usage(10, 3))

    async def close(self) -> None:
        return


@dataclass(frozen=True, slots=True)
class Sieve:
    """Keeps `keep`, drops `drop`, settles `known` without a call, mends `mend` at the second answer, else rejects."""

    version: int = 1
    name: str = "sieve"
    output: type[Text] = Text

    @property
    def fingerprint(self) -> Mapping[str, object]:
        return {"version": self.version}

    def render(self, row: Text) -> Request | Kept[Text] | Dropped:
        if row.text.endswith("known"):
            return Dropped("known already")
        return Request((Message("user", f"v{self.version}:{row.text}"),), meta={"id": row.id})

    def read(self, row: Text, reply: Reply) -> Kept[Text] | Dropped | Rejected:
        word = reply.text.split()[-1] if reply.text.split() else ""
        if word == "keep":
            return Kept((row, make_text(lang="en", text=f"{row.text} again", source="sieve")))
        if word == "drop":
            return Dropped("not wanted", note=reply.text)
        return Rejected("not a word of ours")

    def repair(self, row: Text, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        mended = "keep" if row.text.endswith("mend") else "still not"
        return Request(
            (*asked.messages, Message("user", f"{rejected.problem}:{row.text} {mended}")), meta={"id": row.id}
        )


def put(folder: StageFolder, name: str, words: list[str]) -> InputPart[Text]:
    texts = [make_text(lang="en", text=word, source="test") for word in words]
    fates = [Fate(text.id, Status.KEPT, outputs=(text.id,)) for text in texts]
    folder.write(name, to_frame(texts, Text), fates, "made by hand")
    return InputPart(name, folder, Text)


def work_off(
    tmp_path: Path, parts: list[InputPart[Text]], model: Echo, stage: Sieve | None = None, limits: Limits | None = None
) -> StageFolder:
    output = StageFolder(tmp_path / "sieve")

    async def run() -> None:
        journal = Journal(tmp_path / "journal")
        respondent = Respondent(model, limits or Limits())
        try:
            await Asking(stage or Sieve(), respondent, parts, output, journal, Notes(), Tally("sieve")).run()
        finally:
            journal.close()

    asyncio.run(run())
    return output


class Notes:
    lines: ClassVar[list[str]] = []

    def show(self, tally: Tally) -> None:
        return

    def note(self, line: str) -> None:
        self.lines.append(line)

    def close(self) -> None:
        return


def bytes_of(folder: StageFolder) -> dict[str, bytes]:
    return {str(path.relative_to(folder.path)): path.read_bytes() for path in sorted(folder.path.rglob("*.parquet"))}


WORDS = ["1 keep", "2 drop", "3 known", "4 mend", "5 nonsense", "6 keep"]


def test_every_row_has_its_fate_in_the_order_of_the_rows(tmp_path: Path) -> None:
    source = StageFolder(tmp_path / "in")
    output = work_off(tmp_path, [put(source, "000000", WORDS)], Echo())
    fates = list(to_rows(output.fates_of("000000"), Fate))
    assert [fate.id for fate in fates] == source.rows_of("000000")["id"].to_list()
    assert [(fate.status, fate.reason or fate.error) for fate in fates] == [
        (Status.KEPT, None),
        (Status.DROPPED, "not wanted"),
        (Status.DROPPED, "known already"),
        (Status.KEPT, None),
        (Status.FAILED, "not a word of ours"),
        (Status.KEPT, None),
    ]
    assert [len(fate.calls) for fate in fates] == [1, 1, 0, 2, 2, 1]
    assert fates[4].raw == "5 nonsense still not"
    texts = [row.text for row in to_rows(output.rows_of("000000"), Text)]
    assert texts == ["1 keep", "1 keep again", "4 mend", "4 mend again", "6 keep", "6 keep again"]


def test_the_account_explains_every_row(tmp_path: Path) -> None:
    source = StageFolder(tmp_path / "in")
    parts = [put(source, "000000", WORDS), put(source, "000001", [f"{n} keep" for n in range(10, 15)])]
    account = work_off(tmp_path, parts, Echo()).account()
    assert (account.rows, account.kept, account.outputs) == (11, 8, 16)
    assert account.dropped == {"known already": 1, "not wanted": 1}
    assert account.failed == {"not a word of ours": 1}
    assert (account.calls, account.repaired, account.tokens_in, account.tokens_out) == (12, 2, 120, 36)


def test_what_is_finished_is_not_asked_again(tmp_path: Path) -> None:
    source = StageFolder(tmp_path / "in")
    parts = [put(source, "000000", WORDS)]
    first = bytes_of(work_off(tmp_path, parts, Echo()))
    again = Echo()
    assert bytes_of(work_off(tmp_path, parts, again)) == first
    assert again.asked == []


def test_another_version_of_the_stage_makes_the_part_again(tmp_path: Path) -> None:
    parts = [put(StageFolder(tmp_path / "in"), "000000", ["1 keep"])]
    work_off(tmp_path, parts, Echo())
    again = Echo()
    work_off(tmp_path, parts, again, Sieve(version=2))
    assert again.asked == ["v2:1 keep"]


def test_added_rows_do_not_repay_for_old_ones(tmp_path: Path) -> None:
    source = StageFolder(tmp_path / "in")
    work_off(tmp_path, [put(source, "000000", ["1 keep", "2 keep"])], Echo())
    again = Echo()
    output = work_off(tmp_path, [put(source, "000000", ["1 keep", "2 keep", "3 drop"])], again)
    assert again.asked == ["v1:3 drop"]
    assert output.account().rows == 3


def test_a_failed_call_is_asked_again_on_resume_and_a_bad_answer_is_not(tmp_path: Path) -> None:
    parts = [put(StageFolder(tmp_path / "in"), "000000", ["1 keep", "2 keep", "5 nonsense"])]
    output = work_off(tmp_path, parts, Echo(fails_on=frozenset({"v1:2 keep"})))
    assert output.account().failed == {"BadRequest": 1, "not a word of ours": 1}
    again = Echo()
    assert work_off(tmp_path, parts, again).account().failed == {"not a word of ours": 1}
    assert again.asked == ["v1:2 keep"]


def test_a_part_whose_input_is_gone_is_taken_away(tmp_path: Path) -> None:
    source = StageFolder(tmp_path / "in")
    parts = [put(source, "000000", ["1 keep"]), put(source, "000001", ["2 keep"])]
    work_off(tmp_path, parts, Echo())
    output = work_off(tmp_path, parts[:1], Echo())
    assert [part.name for part in output.parts()] == ["000000"]


def test_an_interrupted_stage_gives_the_same_bytes_in_the_end(tmp_path: Path) -> None:
    words = [f"{n} {word}" for n in range(30) for word in ("keep", "drop", "mend", "nonsense")]
    whole = tmp_path / "whole"
    expected = bytes_of(
        work_off(whole, [put(StageFolder(whole / "in"), f"{p:06d}", words[p::3]) for p in range(3)], Echo())
    )
    cut = tmp_path / "cut"
    parts = [put(StageFolder(cut / "in"), f"{p:06d}", words[p::3]) for p in range(3)]
    model = Echo()
    for most in (7, 40):
        with pytest.raises(Stopped):
            work_off(cut, parts, model, limits=Limits(budget=Budget(max_calls=most)))
    assert bytes_of(work_off(cut, parts, model)) == expected
    assert len(model.asked) == len(set(model.asked))


def test_a_model_that_always_answers_the_same_is_noticed(tmp_path: Path) -> None:
    @dataclass(slots=True)
    class Dull(Echo):
        async def send(self, request: Request) -> bytes:
            return b'{"text": "drop"}'

    notes = Notes.lines
    notes.clear()
    work_off(tmp_path, [put(StageFolder(tmp_path / "in"), "000000", [f"{n} keep" for n in range(25)])], Dull())
    assert [line for line in notes if "same answer in 25 of 25 calls" in line]


def test_one_unusable_answer_for_everything_is_noticed_too(tmp_path: Path) -> None:
    @dataclass(slots=True)
    class Stuck(Echo):
        async def send(self, request: Request) -> bytes:
            return b'{"text": "I am stuck"}'

    notes = Notes.lines
    notes.clear()
    output = work_off(
        tmp_path, [put(StageFolder(tmp_path / "in"), "000000", [f"{n} keep" for n in range(25)])], Stuck()
    )
    assert output.account().failed == {"not a word of ours": 25}
    assert [line for line in notes if "same answer in 25 of 25 calls" in line]


def test_a_damaged_part_is_told_with_its_file(tmp_path: Path) -> None:
    parts = [put(StageFolder(tmp_path / "in"), "000000", ["1 keep"])]
    output = work_off(tmp_path, parts, Echo())
    output.fates_file("000000").write_bytes(b"PAR1 and nothing more")
    with pytest.raises(InputError, match=r"000000\.parquet.*damaged"):
        work_off(tmp_path, parts, Echo())


counts = st.dictionaries(st.sampled_from(["short", "twice", "odd"]), st.integers(1, 9))


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 9), counts, counts), max_size=5))
def test_accounts_add_up_in_any_order(parts: list[tuple[int, dict[str, int], dict[str, int]]]) -> None:
    accounts = [
        Account(kept + sum(dropped.values()) + sum(failed.values()), kept, dropped, failed)
        for kept, dropped, failed in parts
    ]
    forward, backward = Account(), Account()
    for account in accounts:
        forward = forward.plus(account)
    for account in reversed(accounts):
        backward = backward.plus(account)
    assert forward == backward
    assert forward.rows == forward.kept + sum(forward.dropped.values()) + sum(forward.failed.values())


def test_half_a_character_in_an_answer_ends_nothing(tmp_path: Path) -> None:
    @dataclass(slots=True)
    class Halves(Echo):
        async def send(self, request: Request) -> bytes:
            self.asked.append(request.messages[-1].content)
            return b'{"text": "no word \\ud83d of ours"}'

    model = Halves()
    output = work_off(tmp_path, [put(StageFolder(tmp_path / "in"), "000000", ["1 keep"])], model)
    (fate,) = to_rows(output.fates_of("000000"), Fate)
    assert (fate.status, fate.raw) == (Status.FAILED, "no word \ufffd of ours")
    assert len(model.asked) == 2


def test_a_part_that_needs_no_call_lets_others_have_a_turn(tmp_path: Path) -> None:
    parts = [put(StageFolder(tmp_path / "in"), f"{n:06d}", [f"{n} known"]) for n in range(5)]
    output = StageFolder(tmp_path / "sieve")
    seen: list[int] = []

    async def look() -> None:
        while len(seen) < 1_000:
            seen.append(len(output.parts()))
            await asyncio.sleep(0)

    async def run() -> None:
        journal = Journal(tmp_path / "journal")
        asking = Asking(Sieve(), Respondent(Echo(), Limits()), parts, output, journal, Notes(), Tally("sieve"))
        looking = asyncio.create_task(look())
        await asking.run()
        looking.cancel()
        journal.close()

    asyncio.run(run())
    assert set(range(1, 5)) <= set(seen)
    assert output.account().dropped == {"known already": 5}


def test_a_stop_between_parts_that_need_no_call_is_obeyed(tmp_path: Path) -> None:
    parts = [put(StageFolder(tmp_path / "in"), f"{n:06d}", [f"{n} known"]) for n in range(50)]
    output = StageFolder(tmp_path / "sieve")

    async def run() -> None:
        journal = Journal(tmp_path / "journal")
        asking = Asking(Sieve(), Respondent(Echo(), Limits()), parts, output, journal, Notes(), Tally("sieve"))
        running = asyncio.create_task(asking.run())
        while not output.parts():
            await asyncio.sleep(0)
        asking.caller.request_stop(Stopped("enough"))
        try:
            await running
        finally:
            journal.close()

    with pytest.raises(Stopped, match="enough"):
        asyncio.run(run())
    assert 0 < len(output.parts()) < 50


def test_the_account_of_a_part_is_read_without_its_rows(tmp_path: Path) -> None:
    output = work_off(tmp_path, [put(StageFolder(tmp_path / "in"), "000000", WORDS)], Echo())
    (part,) = output.parts()
    assert part.account == account_of(output.fates_of("000000"))
    output.rows_file("000000").write_bytes(b"no table")
    assert output.account() == part.account
    with pytest.raises(InputError, match="delete it and give the same command again"):
        output.rows_of("000000")


@dataclass(frozen=True, slots=True)
class Lists(Sieve):
    """Makes a row of each word of an answer; fewer than three are asked for once more. `again`: what is said then."""

    again: str = ""

    def read(self, row: Text, reply: Reply) -> Kept[Text] | Dropped | Rejected:
        words = reply.text.split()
        if words == ["no"]:
            return Dropped("refused")
        kept = Kept(tuple(make_text(lang="en", text=word, source="lists") for word in words))
        return kept if len(words) > 2 else Rejected("too few", usable=kept)

    def repair(self, row: Text, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        return Request((*asked.messages, Message("user", f":{self.again}")))


@pytest.mark.parametrize(
    ("first", "again", "rows"),
    [
        ("a b", "c d e", ["c", "d", "e"]),
        ("a b", "c", ["a", "b"]),
        ("a", "c d", ["c", "d"]),
        ("a b", "", ["a", "b"]),
        ("a b", "no", ["a", "b"]),
        ("", "", []),
    ],
)
def test_of_two_answers_that_give_too_little_the_one_that_gives_more_is_taken(
    tmp_path: Path, first: str, again: str, rows: list[str]
) -> None:
    folder = work_off(tmp_path, [put(StageFolder(tmp_path / "in"), "p", [first])], Echo(), Lists(again=again))
    assert [text.text for text in to_rows(folder.rows_of("p"), Text)] == rows
    account = folder.account()
    assert account.calls == 2 and account.kept == bool(rows) and account.failed == ({} if rows else {"too few": 1})
