"""What is planted in a simulated model that names subjects, tags texts and says which subjects touch values."""

from __future__ import annotations

import pydantic


class Subjects(pydantic.BaseModel):
    """Shares of 1. `mislabelled`: topics that get another topic's name; `mistagged`: texts of which the first tag is
    another subject's; `varied`: tags in another form or a word of the same meaning; `missed`: subjects with statements
    that are said not to touch values; `alarms`: subjects without any that are said to. Of the calls of each step:
    `refused`; `prose`, answered in words and in the form asked for when asked again; `lost`, in words both times."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    mislabelled: float = pydantic.Field(0.03, ge=0, le=1)
    mistagged: float = pydantic.Field(0.03, ge=0, le=1)
    varied: float = pydantic.Field(0.3, ge=0, le=1)
    missed: float = pydantic.Field(0.0, ge=0, le=1)
    alarms: float = pydantic.Field(0.05, ge=0, le=1)
    refused: float = pydantic.Field(0.01, ge=0)
    lost: float = pydantic.Field(0.01, ge=0)
    prose: float = pydantic.Field(0.03, ge=0)

    @pydantic.model_validator(mode="after")
    def _at_most_all(self) -> Subjects:
        if self.refused + self.lost + self.prose > 1.0:
            raise ValueError("refused, lost and prose must be shares of at most 1 together")
        return self

    def without_faults(self) -> Subjects:
        """The same errors of reading, and every call answered in the form asked for."""
        return self.model_copy(update={"refused": 0.0, "lost": 0.0, "prose": 0.0})
