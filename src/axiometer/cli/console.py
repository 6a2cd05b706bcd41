"""What the command line prints: tables, JSON, and progress on a terminal or in plain lines."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import typer

from axiometer.messages import language, t

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from axiometer.runtime import Progress, Tally


def say(line: str = "") -> None:
    typer.echo(line)


def remark(line: str) -> None:
    """What is said beside the results, which may be JSON: on standard error."""
    typer.echo(line, err=True)


def reason(why_not: str) -> str:
    """Why an analysis gives no number, in the reader's language: its reasons hold counts, so no table of texts does."""
    from axiometer.report.texts import Texts

    return Texts("zh" if language() == "zh" else "en").reason(why_not)


def say_json(value: Any) -> None:
    plain = "utf" not in (sys.stdout.encoding or "").lower()
    typer.echo(json.dumps(value, ensure_ascii=plain, indent=2, default=str))


def say_table(headers: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """A table with translated headers, as wide as it needs to be; numbers stand to the right."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    listed = [[_cell(value) for value in row] for row in rows]
    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False, title_style="bold")
    for column, header in enumerate(headers):
        numeric = bool(listed) and all(_numeric(row[column]) for row in listed)
        table.add_column(t(header), justify="right" if numeric else "left", overflow="fold")
    for row in listed:
        table.add_row(*[Text(value) for value in row])
    console = Console(width=None if sys.stdout.isatty() else 140, highlight=False)
    console.print(table)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3f}"
    return str(value)


def _numeric(text: str) -> bool:
    return text == "-" or text.replace(".", "").replace("-", "").replace("%", "").replace(",", "").strip().isdigit()


def progress_display() -> Progress:
    """A bar on a terminal, plain lines otherwise."""
    return _BarDisplay() if sys.stderr.isatty() else _LineDisplay()


def summary_of(tally: Tally) -> str:
    """Outcomes, tokens and money so far, in one short line."""
    parts = [f"{t(str(name))} {count}" for name, count in tally.outcomes.most_common(5)]
    if tally.tokens_in:
        parts.append(f"{_thousands(tally.tokens_in + tally.tokens_out)} {t('tokens')}")
    if tally.usd is not None:
        parts.append(f"{tally.usd:.2f} USD")
    if tally.hits:
        parts.append(f"{t('from the journal')} {tally.hits}")
    return ", ".join(parts)


def _thousands(n: int) -> str:
    return f"{n:,}" if n < 10_000 else f"{n / 1000:,.0f}k"


@dataclass(slots=True)
class _LineDisplay:
    """A line every five seconds, and at the end of each respondent."""

    _shown: float = field(default_factory=time.monotonic)

    def show(self, tally: Tally) -> None:
        now = time.monotonic()
        finished = tally.total is not None and tally.done >= tally.total
        if now - self._shown < 5 and not finished:
            return
        self._shown = now
        left = tally.seconds_left
        ahead = f", {t('{seconds} s left', seconds=f'{left:.0f}')}" if left and not finished else ""
        total = f"/{tally.total}" if tally.total is not None else ""
        said = "; ".join(part for part in (f"{tally.rate:.1f}/s{ahead}", summary_of(tally)) if part)
        typer.echo(f"{tally.name}: {tally.done}{total}, {said}", err=True)

    def note(self, line: str) -> None:
        typer.echo(line, err=True)

    def close(self) -> None:
        return


@dataclass(slots=True)
class _BarDisplay:
    _bar: Bar | None = None
    _tasks: dict[str, TaskID] = field(default_factory=dict)
    _shown: float = 0.0

    def show(self, tally: Tally) -> None:
        now = time.monotonic()
        finished = tally.total is not None and tally.done >= tally.total
        if now - self._shown < 0.1 and not finished:
            return
        self._shown = now
        bar = self._started()
        if tally.name not in self._tasks:
            self._tasks[tally.name] = bar.add_task(tally.name, total=tally.total, rate="", said="")
        bar.update(self._tasks[tally.name], completed=tally.done, rate=f"{tally.rate:.1f}/s", said=summary_of(tally))

    def note(self, line: str) -> None:
        self._started().console.print(line, markup=False, highlight=False)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _started(self) -> Bar:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
            from rich.table import Column

            self._bar = Progress(
                TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True)),
                BarColumn(bar_width=12, table_column=Column(min_width=12)),
                MofNCompleteColumn(table_column=Column(no_wrap=True)),
                TextColumn("{task.fields[rate]}", table_column=Column(no_wrap=True, min_width=6)),
                TimeRemainingColumn(compact=True, table_column=Column(no_wrap=True, min_width=5)),
                TextColumn("{task.fields[said]}", markup=False, table_column=Column(no_wrap=True, ratio=1)),
                expand=True,
                console=Console(stderr=True),
            )
            self._bar.start()
        return self._bar
