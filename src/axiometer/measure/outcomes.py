"""From a reply to a row of the answers table: the option that was chosen, whatever its letter."""

from __future__ import annotations

from axiometer.measure.design import Design, Presentation
from axiometer.measure.parsing import Reading, letter_probabilities, read_agreement, read_choice
from axiometer.measure.render import Rendered
from axiometer.models.protocols import CallError, Finish, Reply
from axiometer.records.ids import content_id
from axiometer.records.rows import Answer, Mode, Outcome

NO_LETTER = "no option letter among the first token's candidates"


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
    probabilities: tuple[float, ...] | None = None
    mass: float | None = None
    if reply is None:
        reading = Reading(Outcome.ERROR, None, None, f"{type(error).__name__}: {error}")
    elif design.mode is Mode.LOGPROB:
        reading, probabilities, mass = _read_probabilities(reply, presentation, rendered)
    elif design.mode is Mode.AGREE:
        reading = read_agreement(reply, item.lang)
    else:
        texts = [item.options[index].text for index in presentation.order]
        reading = read_choice(reply, rendered.letters, item.lang, texts)
    chosen = reading.outcome is Outcome.CHOSEN
    option: int | None = None
    stance: int | None = None
    if chosen and design.mode is Mode.AGREE:
        assert reading.stance is not None
        stance = -reading.stance if presentation.negated else reading.stance
        option = presentation.shown
    elif chosen:
        assert reading.letter is not None
        option = presentation.order[rendered.letters.index(reading.letter)]
    return Answer(
        id=content_id(
            "answer",
            run,
            model,
            item.id,
            design.mode,
            presentation.order,
            rendered.wording,
            presentation.repeat,
            presentation.negated,
        ),
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
        option=option,
        letter=reading.letter,
        stance=stance,
        probabilities=probabilities,
        reason=reading.reason,
        raw=reply.text if reply is not None else "",
        reasoning=reply.reasoning if reply is not None else None,
        tokens_in=reply.usage.tokens_in if reply is not None else 0,
        tokens_out=reply.usage.tokens_out if reply is not None else 0,
        served_model=reply.served_model if reply is not None else None,
        prompt_hash=rendered.prompt_hash,
        call=call,
        letter_mass=mass,
    )


def _read_probabilities(
    reply: Reply, presentation: Presentation, rendered: Rendered
) -> tuple[Reading, tuple[float, ...] | None, float | None]:
    """The most probable letter, and the probabilities in the order of the item's options."""
    if reply.finish is Finish.FILTER:
        return Reading(Outcome.FILTERED, None, None, reply.filter_code), None, None
    found = letter_probabilities(reply.first_token or (), rendered.letters)
    if found is None:
        return Reading(Outcome.INVALID, None, None, NO_LETTER), None, None
    by_option = [0.0] * len(presentation.order)
    for slot, index in enumerate(presentation.order):
        by_option[index] = found.probabilities[slot]
    best = max(range(len(rendered.letters)), key=lambda slot: found.probabilities[slot])
    return Reading(Outcome.CHOSEN, rendered.letters[best], None, None), tuple(by_option), found.mass
