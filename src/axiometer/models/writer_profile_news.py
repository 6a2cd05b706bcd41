"""What is planted in a simulated model that plays the steps of `build statements`: shares of 1, by step."""

from __future__ import annotations

import pydantic


class Extraction(pydantic.BaseModel):
    """What is found in texts, and what is said of it.

    Shares of the statements of a text: `omitted`; `invented`, altered ones that are listed beside them with a number,
    a name or a denial that the text does not have; `dressed`, whose white space and quotation marks are others.
    `facts`: of a text's reports, those that are listed as statements. `mended`: texts whose second answer holds no
    invented ones. Of statements in the next two steps: `missed`, positions called reports; `believed`, reports called
    positions; `turned`, whose answer to the question is the wrong one; `reworded`, whose question is in other words;
    `misattributed`, given to somebody else; `imagined`, given to a speaker who does not stand in the text. Of the calls
    of each step: `refused`; `prose`, answered in words and in the form asked for when asked again; `lost`, in words
    both times.
    """

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    omitted: float = pydantic.Field(0.03, ge=0, le=1)
    invented: float = pydantic.Field(0.05, ge=0, le=1)
    dressed: float = pydantic.Field(0.1, ge=0, le=1)
    facts: float = pydantic.Field(0.1, ge=0, le=1)
    mended: float = pydantic.Field(0.5, ge=0, le=1)
    missed: float = pydantic.Field(0.02, ge=0, le=1)
    believed: float = pydantic.Field(0.03, ge=0, le=1)
    turned: float = pydantic.Field(0.0, ge=0, le=1)
    reworded: float = pydantic.Field(0.2, ge=0, le=1)
    misattributed: float = pydantic.Field(0.04, ge=0, le=1)
    imagined: float = pydantic.Field(0.02, ge=0, le=1)
    refused: float = pydantic.Field(0.005, ge=0)
    lost: float = pydantic.Field(0.005, ge=0)
    prose: float = pydantic.Field(0.03, ge=0)

    @pydantic.model_validator(mode="after")
    def _at_most_all(self) -> Extraction:
        if self.refused + self.lost + self.prose > 1.0:
            raise ValueError("refused, lost and prose must be shares of at most 1 together")
        return self

    def without_faults(self) -> Extraction:
        """The same errors of reading, and every call answered in the form asked for with what the text supports."""
        names = ("invented", "imagined", "refused", "lost", "prose")
        return self.model_copy(update=dict.fromkeys(names, 0.0))


class Relations(pydantic.BaseModel):
    """What is said of pairs of statements. Shares of pairs: `wrong`, of which something else is said in both orders the
    same; `swayed`, of which something else is said in one of them. Of the calls: `refused`; `prose`, answered in words
    and in the form asked for when asked again."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    wrong: float = pydantic.Field(0.0, ge=0, le=1)
    swayed: float = pydantic.Field(0.0, ge=0, le=1)
    refused: float = pydantic.Field(0.005, ge=0)
    prose: float = pydantic.Field(0.03, ge=0)

    @pydantic.model_validator(mode="after")
    def _at_most_all(self) -> Relations:
        if self.refused + self.prose > 1.0:
            raise ValueError("refused and prose must be shares of at most 1 together")
        return self

    def without_faults(self) -> Relations:
        """The same errors of judgement, and every call answered in the form asked for."""
        return self.model_copy(update={"refused": 0.0, "prose": 0.0})
