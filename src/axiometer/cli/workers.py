"""Worker processes or a cluster for a verb that computes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from axiometer.runtime.runners import Runner


@contextmanager
def workers(given: Mapping[str, Any], output: Path) -> Iterator[Runner]:
    """The runner that the options ask for, closed in the end. output: where the work goes; workers are told of the
    deepest folder above it that exists, which all of them must see."""
    from axiometer.runtime.runners import open_runner

    seen_by_all = next(folder for folder in (output, *output.absolute().parents) if folder.is_dir())
    with open_runner(
        given["runner"], address=given["address"], processes=given["processes"], folder=seen_by_all
    ) as runner:
        yield runner
