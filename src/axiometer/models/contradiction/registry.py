"""From a name to a contradiction model: `lexical`, `nli/NAME_OR_PATH`, `llm/PROVIDER/NAME`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from axiometer.errors import InputError
from axiometer.models.contradiction.judge import Judge
from axiometer.models.protocols import ContradictionModel

DEFAULT: Final = "lexical"
FORMS: Final = "lexical, nli/NAME_OR_PATH, llm/PROVIDER/NAME"

Opened: TypeAlias = ContradictionModel | Judge


@dataclass(frozen=True, slots=True)
class CrossEncoderOptions:
    """device: `cpu`, `cuda`, `cuda:1`, `mps`; None: a GPU where there is one. plausible: the second direction is asked
    where the first reaches this. tokens: of one batch, padding included."""

    device: str | None = None
    plausible: float = 0.1
    tokens: int = 16_384


def open_contradiction_model(name: str = DEFAULT, options: CrossEncoderOptions | None = None) -> Opened:
    """The model of that name. `llm/...` gives a `Judge`, which is asked through a stage (`build.conflicts.judging`);
    the others compute where they are called. Weights are loaded at the first pair.

    Raises `InputError` for an unknown name, and for `nli/...` where PyTorch, Transformers or the model are missing or
    the model has no label for contradiction.
    """
    kind, _, rest = name.partition("/")
    if name == "lexical":
        from axiometer.models.contradiction.lexical import LexicalModel

        return LexicalModel()
    if kind == "nli" and rest:
        from axiometer.models.contradiction.nli import CrossEncoder

        chosen = options or CrossEncoderOptions()
        return CrossEncoder(rest, device=chosen.device, plausible=chosen.plausible, tokens=chosen.tokens)
    if kind == "llm" and rest.partition("/")[2]:
        return Judge(rest)
    raise InputError("unknown contradiction model {name!r}", mend="known: {known}", name=name, known=FORMS)
