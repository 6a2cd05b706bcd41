from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from axiometer.build.corpus.options import CorpusFolder
from axiometer.build.corpus.pipeline import CorpusSummary
from axiometer.build.corpus.status import status
from axiometer.errors import InputError
from axiometer.records.tables import read_part
from axiometer.runtime.stages.parts import account_of


@pytest.fixture
def copied(built: CorpusSummary, tmp_path: Path) -> CorpusFolder:
    """A corpus to be spoilt."""
    shutil.copytree(built.folder, tmp_path / "corpus")
    return CorpusFolder(tmp_path / "corpus")


def test_the_account_in_the_metadata_is_that_of_the_fates(built: CorpusSummary) -> None:
    for each in status(built.folder):
        stage = CorpusFolder(built.folder).stage(each.step)
        assert each.account == account_of(stage.fates_of("000000")), each.step


def test_a_step_that_is_not_there_yet_waits_for_its_rows(copied: CorpusFolder) -> None:
    whole = {each.step: each for each in status(copied.path)}
    copied.stage("label").remove("000000")
    found = {each.step: each for each in status(copied.path)}
    assert (found["label"].waiting, found["label"].account.rows) == (whole["classify"].account.outputs, 0)


def test_the_account_of_many_parts_takes_no_time(copied: CorpusFolder) -> None:
    stage = copied.stage("screen")
    for number in range(1, 1_000):
        shutil.copy(stage.fates_file("000000"), stage.fates_file(f"{number:06d}"))
        shutil.copy(stage.rows_file("000000"), stage.rows_file(f"{number:06d}"))
    one = account_of(read_part(stage.fates_file("000000")))
    began = time.process_time()
    found = {each.step: each for each in status(copied.path)}
    assert time.process_time() - began < 2
    assert found["screen"].account.rows == 1_000 * one.rows
    assert found["screen"].account.tokens_in == 1_000 * one.tokens_in


def test_a_damaged_part_is_told(copied: CorpusFolder) -> None:
    copied.stage("refine").fates_file("000000").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"refine.*000000\.parquet.*delete it"):
        status(copied.path)
