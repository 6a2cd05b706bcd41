"""What a user may say about scoring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from axiometer.errors import InputError

VERSION: Final = 1
LEAST_WINDOW: Final = 40  # characters


@dataclass(frozen=True, slots=True)
class ScoreOptions:
    """How texts are read and scored. `text_column`: where tables have their texts (None: by its name, or the only
    prose); `id_column`: a column that names them (None: by file and row); `lines`: every line of a text file is a text;
    `limit`: how many rows are read at most; a text of more than `window` characters is cut at the ends of sentences;
    `polarity`: whether it is told how a text stands to what it expresses; a part holds at most `part_size` rows."""

    text_column: str | None = None
    id_column: str | None = None
    lines: bool = False
    limit: int | None = None
    window: int = 800
    polarity: bool = True
    part_size: int = 2_000

    def __post_init__(self) -> None:
        if self.window < LEAST_WINDOW:
            raise InputError(
                "windows of {n} characters hold no thought",
                mend="give at least {least}",
                n=self.window,
                least=LEAST_WINDOW,
            )
        if self.part_size < 1 or (self.limit is not None and self.limit < 1):
            raise InputError("a part and a limit are at least 1")

    @property
    def fingerprint(self) -> dict[str, object]:
        """All that decides what becomes of a row. Not the limit: with a higher one, what is done stays done."""
        return {
            "version": VERSION,
            "text_column": self.text_column,
            "id_column": self.id_column,
            "lines": self.lines,
            "window": self.window,
            "polarity": self.polarity,
            "part_size": self.part_size,
        }
