"""What a user may say about the texts."""

from __future__ import annotations

from dataclasses import dataclass

from axiometer.errors import InputError

VERSION = 1


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """How sources are read. `text_column`: where tables have their texts (None: by its name, or the only prose);
    `lang`: the language of all texts (None: detected); `limit`: how many source rows are read at most; a text with more
    than `max_characters` is split; a part holds at most `part_size` source rows; `id_column`: a column that is kept as
    `meta["id"]`; `lines`: every line of a text file is a text; `repeats`: texts with the same words
    stay, since somebody else tells who else had them."""

    text_column: str | None = None
    lang: str | None = None
    limit: int | None = None
    max_characters: int = 3_000
    part_size: int = 2_000
    id_column: str | None = None
    lines: bool = False
    repeats: bool = False

    def __post_init__(self) -> None:
        if self.max_characters < 100:
            raise InputError(
                "pieces of {n} characters hold no thought", mend="give at least 100", n=self.max_characters
            )
        if self.part_size < 1 or (self.limit is not None and self.limit < 1):
            raise InputError("a part and a limit are at least 1")

    @property
    def fingerprint(self) -> dict[str, object]:
        """All that decides what becomes of a source row. Not the limit: with a higher one, what is done stays done."""
        return {
            "version": VERSION,
            "text_column": self.text_column,
            "lang": self.lang,
            "max_characters": self.max_characters,
            "part_size": self.part_size,
            "id_column": self.id_column,
            "lines": self.lines,
            **({"repeats": True} if self.repeats else {}),  # not named where it is as it always was
        }
