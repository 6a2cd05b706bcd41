"""Where indexes are kept: in the folder, never through a link, elsewhere only as long as the server runs."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from benchmarks.explorer_run import write_run

from axiometer.web.explorer.library import Library


@pytest.mark.parametrize("linked", [".axiometer", ".axiometer/explorer"])
def test_no_index_is_written_through_a_link(linked: str, tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    write_run(root / "run", items=2, models=1)
    elsewhere.mkdir()
    (root / linked).parent.mkdir(exist_ok=True)
    (root / linked).symlink_to(elsewhere)
    library = Library(root)
    index = library.index("run")
    assert list(elsewhere.iterdir()) == []
    assert not index.folder.resolve().is_relative_to(elsewhere)


def test_an_index_that_lies_elsewhere_goes_with_the_server(tmp_path: Path) -> None:
    write_run(tmp_path / "run", items=2, models=1)
    (tmp_path / ".axiometer").write_text("a file where a folder is needed", encoding="utf-8")
    library = Library(tmp_path)
    folder = library.index("run").folder
    assert not folder.is_relative_to(tmp_path)
    assert folder.parent.exists()
    del library
    gc.collect()
    assert not folder.parent.exists()
