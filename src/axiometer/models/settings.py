"""`models.yaml`: what a user knows about a model (endpoints, parameters, limits, price), by `provider/name`."""

from __future__ import annotations

import os
from pathlib import Path

import pydantic

from axiometer.errors import InputError
from axiometer.models.prices import Price
from axiometer.records.yaml_files import checked, read_yaml

DEFAULT_FILE = "models.yaml"


class Parameters(pydantic.BaseModel):
    """Sampling parameters as a file or the command line gives them; what is None falls through to the next source."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    temperature: float | None = pydantic.Field(None, ge=0, le=5)
    top_p: float | None = pydantic.Field(None, gt=0, le=1)
    max_tokens: int | None = pydantic.Field(None, ge=1)
    system: str | None = None
    reasoning: str | None = None
    seed: int | None = None

    def over(self, other: Parameters) -> Parameters:
        """These parameters, with `other` filling what is None here."""
        return Parameters(**{**other.model_dump(), **self.model_dump(exclude_none=True)})


class ModelLimits(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    concurrency: int | None = pydantic.Field(None, ge=1)
    timeout: float = pydantic.Field(120.0, gt=0)
    attempts: int = pydantic.Field(6, ge=1)


class PriceEntry(pydantic.BaseModel):
    """US dollars per million tokens."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    input: float = pydantic.Field(ge=0)
    output: float = pydantic.Field(ge=0)
    cached: float | None = pydantic.Field(None, ge=0)
    as_of: str | None = None

    def price(self) -> Price:
        return Price(input=self.input, output=self.output, cached=self.cached, as_of=self.as_of)


class ModelEntry(pydantic.BaseModel):
    """One model of `models.yaml`."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    endpoints: list[str] = []
    key_variable: str | None = None
    parameters: Parameters = Parameters()
    limits: ModelLimits = ModelLimits()
    price: PriceEntry | None = None
    token_parameter: str | None = None
    chat_template: bool = True
    extra: dict[str, pydantic.JsonValue] = {}
    released: str | None = None
    knowledge_until: str | None = None
    note: str | None = None

    @pydantic.field_validator("released", "knowledge_until", mode="before")
    @classmethod
    def _date_as_text(cls, value: object) -> object:
        return value if value is None else str(value)


class Models(pydantic.BaseModel):
    """The whole file: `models:` maps `provider/name` to a `ModelEntry`."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    models: dict[str, ModelEntry] = {}

    def entry(self, name: str) -> ModelEntry:
        return self.models.get(name, ModelEntry())


def load_models(path: Path | None = None) -> Models:
    """The file at `path`, else the one that `AXIOMETER_MODELS` names, else `models.yaml` in this folder, else nothing.

    Raises `InputError` naming the entry that is wrong.
    """
    named = path or (Path(os.environ["AXIOMETER_MODELS"]) if os.environ.get("AXIOMETER_MODELS") else None)
    file = named or Path(DEFAULT_FILE)
    if not file.exists():
        if named is not None:
            raise InputError("no such file", file=file)
        return Models()
    return checked(Models, read_yaml(file) or {}, file)
