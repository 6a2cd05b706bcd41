"""The forms that the steps of a corpus ask for."""

from __future__ import annotations

from typing import Annotated

import pydantic

from axiometer.measure.asking.answers import Answer, Said, Sayings, Sign, Truth


def _rules(said: object, info: pydantic.ValidationInfo) -> object:
    """Where a text touches no value no rules are missed; a single rule for a list of one."""
    if said is None and info.data.get("touches") is False:
        return ()
    return [said] if isinstance(said, dict) else said


class ScreenAnswer(Answer):
    touches: Truth
    reason: Said = ""


class WriteAnswer(Answer):
    rules: Sayings


class RefineAnswer(Answer):
    fit: Truth
    rule: Said = ""


class FilterAnswer(Answer):
    about_value: Truth
    reason: Said = ""


class ClassifyAnswer(Answer):
    values: Sayings


class LabelAnswer(Answer):
    label: Sign
    reason: Said = ""
    rewrite: Said = ""


class CompactRule(Answer):
    rule: Said
    values: Sayings = ()


class CompactAnswer(Answer):
    touches: Truth
    reason: Said = ""
    rules: Annotated[tuple[CompactRule, ...], pydantic.BeforeValidator(_rules)] = pydantic.Field(
        default=None, validate_default=True
    )
