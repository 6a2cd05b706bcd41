"""What a user may say about files of texts, whatever becomes of them."""

from __future__ import annotations

from typing import Final, Protocol

LONGEST: Final = 16_000_000
"""Characters of the longest document that is taken: what is longer is a file of another kind under a wrong name."""


class TextOptions(Protocol):
    """`text_column`: where tables have their texts (None: by its name, or the only prose); `id_column`: a column that
    is kept as `meta.id`; `lines`: every line of a text file is a text; `limit`: how many rows are read at most."""

    @property
    def text_column(self) -> str | None: ...

    @property
    def id_column(self) -> str | None: ...

    @property
    def lines(self) -> bool: ...

    @property
    def limit(self) -> int | None: ...
