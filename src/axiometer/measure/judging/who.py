"""Who may judge: another model than any respondent, and one that can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from axiometer.errors import InputError, Refused
from axiometer.measure.design import Design
from axiometer.models.protocols import ChatModel
from axiometer.models.simulated_judge import SimulatedJudge
from axiometer.runtime.respondent import Respondent


def check_judge(
    design: Design, judge: Respondent | None, respondents: Sequence[Respondent], *, itself: bool = False
) -> None:
    """Raises `InputError` where a judge is missing, not wanted or cannot judge, and `Refused` where it is one of the
    respondents and not `itself`."""
    if judge is None:
        if design.is_judged:
            raise InputError(
                "--mode {mode} needs a judge", mend="name another model with --judge provider/name", mode=design.mode
            )
        return
    if not design.is_judged:
        raise InputError(
            "--judge has no meaning with --mode {mode}", mend="leave it out, or use --mode judged", mode=design.mode
        )
    if judge.model.wants_meta and not isinstance(judge.model, SimulatedJudge):
        raise InputError("{model} cannot judge answers", mend="for trying, use sim/judge", model=judge.model.name)
    own = [each.model.name for each in respondents if _same(each.model, judge.model)]
    if own and not itself:
        raise Refused(
            "{model} would judge its own answers (take another model, or force it with --judge-itself)", model=own[0]
        )


def _same(one: ChatModel, other: ChatModel) -> bool:
    """Whether two names stand for one model: the same name, or the same model at the same address."""
    return one.name == other.name or (_model(one) is not None and _model(one) == _model(other))


def _model(model: ChatModel) -> tuple[str, str] | None:
    identity: Mapping[str, object] = model.identity
    named = identity.get("model")
    return None if named is None else (str(identity.get("host") or ""), str(named))
