"""From a reply to a row of the answers table: the option that was chosen, whatever its letter."""

from __future__ import annotations

import math
from dataclasses import dataclass

from axiometer.measure.design import Design, Presentation
from axiometer.measure.parsing import Reading, letter_probabilities, read_agreement, read_choice
from axiometer.measure.render import Rendered
from axiometer.models.protocols import CallError, Finish, Reply
from axiometer.records.ids import content_id
from axiometer.records.rows import Answer, Mode, Outcome

NO_LETTER = "no option letter among the first token's candidates"
NO_LIKELIHOODS = "no likelihoods of the options"


def answer_row(
    presentation: Presentation,
    rendered: Rendered,
    design: Design,
    *,
    run: str,
    model: str,
    call: str,
    reply: Reply | None,
    error: CallError | None,
) -> Answer:
    """The row for one presentation. Exactly one of `reply` and `error` is given."""
    item = presentation.item
    read = _read(presentation, rendered, design, reply, error)
    reading = read.reading
    letter_slot = rendered.letters.index(reading.letter) if reading.letter in rendered.letters else None
    chosen = reading.outcome is Outcome.CHOSEN
    agree = design.mode is Mode.AGREE
    told = (run, model, item.id, design.mode, presentation.order, rendered.wording)
    return Answer(
        id=content_id("answer", *told, presentation.repeat, presentation.negated),
        parent_ids=(item.id,),
        run=run,
        model=model,
        item=item.id,
        lang=item.lang,
        mode=design.mode,
        seq=presentation.seq,
        order=presentation.order,
        wording=rendered.wording,
        repeat=presentation.repeat,
        shown=presentation.shown,
        negated=presentation.negated,
        outcome=reading.outcome,
        option=_option(presentation, letter_slot, agree) if chosen else None,
        letter=reading.letter,
        stance=_stance(reading, presentation.negated) if chosen and agree else None,
        probabilities=read.probabilities,
        reason=reading.reason,
        raw=reply.text if reply is not None else "",
        reasoning=reply.reasoning if reply is not None else None,
        tokens_in=reply.usage.tokens_in if reply is not None else 0,
        tokens_out=reply.usage.tokens_out if reply is not None else 0,
        served_model=reply.served_model if reply is not None else None,
        prompt_hash=rendered.prompt_hash,
        call=call,
        letter_mass=read.mass,
    )


@dataclass(frozen=True, slots=True)
class _Read:
    reading: Reading
    probabilities: tuple[float, ...] | None = None
    mass: float | None = None


def _read(
    presentation: Presentation, rendered: Rendered, design: Design, reply: Reply | None, error: CallError | None
) -> _Read:
    if reply is None:
        return _Read(Reading(Outcome.ERROR, None, None, f"{type(error).__name__}: {error}"))
    if design.mode is Mode.LIKELIHOOD:
        return _read_likelihoods(reply, presentation, rendered)
    if design.mode is Mode.LOGPROB:
        return _read_probabilities(reply, presentation, rendered)
    texts = [presentation.item.options[index].text for index in presentation.order]
    if design.mode is Mode.AGREE:
        lang = presentation.item.lang
        return _Read(read_agreement(reply, lang, negated=presentation.negated, option=texts[0]))
    return _Read(read_choice(reply, rendered.letters, presentation.item.lang, texts))


def _option(presentation: Presentation, slot: int | None, agree: bool) -> int | None:
    """The index in the item: of the option at the chosen slot, or of the one that was put forward."""
    if agree:
        return presentation.shown
    assert slot is not None
    return presentation.order[slot]


def _stance(reading: Reading, negated: bool) -> int:
    """+1 where the option itself is supported: agreement with its denial opposes it."""
    assert reading.stance is not None
    return -reading.stance if negated else reading.stance


def _read_probabilities(reply: Reply, presentation: Presentation, rendered: Rendered) -> _Read:
    """The most probable letter, and the probabilities in the order of the item's options."""
    if reply.finish is Finish.FILTER:
        return _Read(Reading(Outcome.FILTERED, None, None, reply.filter_code))
    found = letter_probabilities(reply.first_token or (), rendered.letters)
    if found is None:
        return _Read(Reading(Outcome.INVALID, None, None, NO_LETTER))
    by_option = [0.0] * len(presentation.order)
    for slot, index in enumerate(presentation.order):
        by_option[index] = found.probabilities[slot]
    best = max(range(len(rendered.letters)), key=lambda slot: found.probabilities[slot])
    return _Read(Reading(Outcome.CHOSEN, rendered.letters[best], None, None), tuple(by_option), found.mass)


def _read_likelihoods(reply: Reply, presentation: Presentation, rendered: Rendered) -> _Read:
    """The likeliest option, and the probability of each given that the answer is one of them: the options' likelihoods
    as whole answers over their sum. The sum itself is the mass."""
    said = reply.continuations
    if said is None or len(said) != len(presentation.order):
        return _Read(Reading(Outcome.INVALID, None, None, NO_LIKELIHOODS))
    best = max(said)
    weights = [math.exp(value - best) for value in said]
    by_option = [0.0] * len(presentation.order)
    for slot, index in enumerate(presentation.order):
        by_option[index] = weights[slot] / math.fsum(weights)
    letter = rendered.letters[said.index(best)]
    mass = math.exp(best) * math.fsum(weights)
    return _Read(Reading(Outcome.CHOSEN, letter, None, None), tuple(by_option), min(mass, 1.0))
