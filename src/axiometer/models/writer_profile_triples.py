"""What is planted in a simulated model that writes and checks triples (`writer_triples`)."""

from __future__ import annotations

import pydantic


class Triples(pydantic.BaseModel):
    """Shares of statements whose triple has a fault (`writer_triples.TripleFault`), one each at most. `mended`: of
    those that words show, gone when asked again. `paraphrase_turned`, `twins_turned`: statements of which that form's
    sentences take each other's side. `overlooked`: faults for a reader that the check does not see; `alarms`: sound
    triples in which it sees one. Of the calls of each step: `refused`; `prose`, answered in words and in the form asked
    for when asked again; `lost`, in words both times."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    same: float = pydantic.Field(0.0, ge=0)
    number: float = pydantic.Field(0.0, ge=0)
    length: float = pydantic.Field(0.0, ge=0)
    name: float = pydantic.Field(0.0, ge=0)
    overt: float = pydantic.Field(0.0, ge=0)
    covert: float = pydantic.Field(0.0, ge=0)
    more: float = pydantic.Field(0.0, ge=0)
    double: float = pydantic.Field(0.0, ge=0)
    mended: float = pydantic.Field(0.5, ge=0, le=1)
    paraphrase_turned: float = pydantic.Field(0.0, ge=0, le=1)
    twins_turned: float = pydantic.Field(0.0, ge=0, le=1)
    overlooked: float = pydantic.Field(0.0, ge=0, le=1)
    alarms: float = pydantic.Field(0.0, ge=0, le=1)
    refused: float = pydantic.Field(0.0, ge=0)
    lost: float = pydantic.Field(0.0, ge=0)
    prose: float = pydantic.Field(0.0, ge=0)

    @pydantic.model_validator(mode="after")
    def _at_most_all(self) -> Triples:
        faults = self.same + self.number + self.length + self.name + self.overt + self.covert + self.more + self.double
        if faults > 1.0 + 1e-9 or self.refused + self.lost + self.prose > 1.0:
            raise ValueError("faults, and refused, lost and prose, must be shares of at most 1 together")
        return self

    def without_faults(self) -> Triples:
        """Sound triples alone, and every call answered in the form asked for."""
        return Triples(**dict.fromkeys(Triples.model_fields, 0.0))
