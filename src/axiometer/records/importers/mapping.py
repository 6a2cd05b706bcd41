"""The YAML mapping of the format `table`: which columns of a user's file make an item.

source: Campus dilemmas v2          # required: stands in every item
prompt: question                    # required: column of the text that is put to the respondent
options:                            # none for open items
  - text: first                     # column of the option's text
    expresses:
      - {column: first_values}      # labels in this column, joined by 、 , ; | or a list; endorsed (+1)
      - {label: Benevolence, polarity: -1}             # the same label in every row; opposed
  - text: second
    expresses:
      - {column: second_rule, kind: rule}              # value (default), rule or position
      - {column: second_values, polarity_column: sign} # +1 or -1 in a column
  - {text: third, role: distractor, optional: true}    # rows may have no third option
framework: schwartz                 # id or path; labels of kind value are resolved through its names and aliases
level: basic                        # look only at values of this level
lang: zh                            # or {column: language}; by default told from the text
kind: dilemma                       # dilemma (default), theme, statement; open where there are no options
id: code                            # column of the file's own ids: a second row with the same id is rejected
parallel_id: code                   # column whose value the versions of one item in several languages share
clusters: [topic, author]           # columns of what an item shares with others (units of resampling)
meta: [year]                        # columns to keep
separator: ";"                      # only this joins several labels in a cell
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from axiometer.records.rows import ExpressionKind, ItemKind, Role
from axiometer.records.yaml_files import checked, read_yaml

Text = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ExpressionMapping(_Strict):
    """What an option expresses: the labels in a column or one constant label."""

    column: Text | None = None
    label: Text | None = None
    kind: ExpressionKind = ExpressionKind.VALUE
    polarity: Literal[1, -1] = 1
    polarity_column: Text | None = None

    @model_validator(mode="after")
    def _one_source(self) -> ExpressionMapping:
        if (self.column is None) == (self.label is None):
            raise ValueError("give either column or label")
        return self


class OptionMapping(_Strict):
    text: Text
    role: Role = Role.SIDE
    expresses: tuple[ExpressionMapping, ...] = ()
    optional: bool = False


class LanguageColumn(_Strict):
    column: Text


class TableMapping(_Strict):
    """A checked mapping. `columns()` are those that the file must have."""

    source: Text
    prompt: Text
    options: tuple[OptionMapping, ...] = ()
    framework: Text | None = None
    level: Text | None = None
    lang: Text | LanguageColumn | None = None
    kind: ItemKind | None = None
    id: Text | None = None
    parallel_id: Text | None = None
    clusters: tuple[Text, ...] = ()
    meta: tuple[Text, ...] = ()
    separator: Text | None = None

    @model_validator(mode="after")
    def _options_fit(self) -> TableMapping:
        if len(self.options) == 1:
            raise ValueError("one option is no choice: give two or more, or none for open items")
        if self.level and not self.framework:
            raise ValueError("level needs a framework")
        if (self.kind is ItemKind.OPEN) != (not self.options) and self.kind is not None:
            raise ValueError("items of kind open have no options, all others have")
        return self

    def columns(self) -> tuple[str, ...]:
        expressions = [expression for option in self.options for expression in option.expresses]
        lang = self.lang.column if isinstance(self.lang, LanguageColumn) else None
        names = [
            self.prompt,
            *(option.text for option in self.options),
            *(column for e in expressions for column in (e.column, e.polarity_column)),
            lang,
            self.id,
            self.parallel_id,
            *self.clusters,
            *self.meta,
        ]
        return tuple(dict.fromkeys(name for name in names if name is not None))


def read_mapping(path: Path) -> TableMapping:
    """The mapping in a YAML file. Raises `InputError` naming the first key that is wrong."""
    return checked(TableMapping, read_yaml(path), path)
