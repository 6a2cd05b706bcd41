"""From a verb's options to a design: `measure` and `validate` ask in the same ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axiometer.errors import InputError

if TYPE_CHECKING:
    from axiometer.measure.design import Design


def design_of(given: dict[str, Any], langs: tuple[str, ...] | None) -> Design:
    """The design that the options describe. Raises `InputError` for an unknown mode or order."""
    from axiometer.measure.design import Design, Orders
    from axiometer.records.rows import FREELY, Mode

    mode = member(Mode, given["mode"], "--mode")
    return Design(
        mode=mode,
        orders=member(Orders, given["orders"], "--orders"),
        wordings=given["wordings"],
        repeats=given["repeats"],
        langs=langs,
        free_tokens=given.get("max_tokens") if mode in FREELY else None,
    )


def parts(text: str | list[object] | None) -> tuple[str, ...]:
    """What stands between commas; in a file it may be a list."""
    listed = text if isinstance(text, list) else (text or "").replace("，", ",").split(",")
    return tuple(part for each in listed if (part := str(each).strip()))


def member(kind: Any, text: str, option: str) -> Any:
    """The member of a closed set that `text` names. Raises `InputError` with all of them."""
    try:
        return kind(text)
    except ValueError:
        known = ", ".join(str(member) for member in kind)
        raise InputError("{option} {text}", mend="one of {known}", option=option, text=text, known=known) from None
