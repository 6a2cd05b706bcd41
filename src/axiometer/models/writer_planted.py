"""What a simulated rule writer is planted to do with each text and each rule: pure functions of profile and ids.

Every draw is a hash of the profile's seed and of what it is about: a text's id, or a rule's source and words. So a rule
meets the same fate whichever steps came before it, and a test can say beforehand what must come out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from axiometer.models import writer_words as words_of
from axiometer.models.draws import uniform, weighted, whole
from axiometer.models.writer_profile import Malformed, Step, WriterProfile
from axiometer.models.writer_words import Base

MAIN_FIELD: Mapping[Step, str] = {
    Step.SCREEN: "touches",
    Step.WRITE: "rules",
    Step.REFINE: "fit",
    Step.FILTER: "about_value",
    Step.CLASSIFY: "values",
    Step.LABEL: "label",
    Step.COMPACT: "touches",
}
TEXT_STEPS = (Step.SCREEN, Step.WRITE, Step.COMPACT)
_LABELLING = (Step.CLASSIFY, Step.COMPACT)
RULE_STEPS = (Step.REFINE, Step.FILTER, Step.CLASSIFY, Step.LABEL)


class Form(StrEnum):
    """The form in which a call is answered."""

    PLAIN = "plain"
    FENCE = "fence"
    ALIAS = "alias"
    REFUSED = "refused"
    FILTERED = "filtered"
    PROSE = "prose"
    EMPTY = "empty"
    CUT = "cut"
    WRONG_FORM = "wrong form"
    UNKNOWN_LABEL = "unknown label"


_PROBLEMS = {
    Form.PROSE: "not JSON",
    Form.EMPTY: "empty",
    Form.CUT: "cut off",
    Form.UNKNOWN_LABEL: "unknown label",
}


@dataclass(frozen=True, slots=True)
class PlantedCall:
    """How one call is answered. `mended`: asked once more, a malformed answer becomes a plain one; else it stays."""

    step: Step
    form: Form
    mended: bool = False

    @property
    def problem(self) -> str | None:
        """Why the first answer is rejected; None where it is not."""
        if self.form is Form.WRONG_FORM:
            return f"wrong form: {MAIN_FIELD[self.step]}"
        if self.form is Form.UNKNOWN_LABEL and self.step is Step.COMPACT:
            return None  # the labels are no matter of screen and write, which read this answer first
        return _PROBLEMS.get(self.form)

    @property
    def failed(self) -> str | None:
        """Why the row fails; None where it does not."""
        return None if self.mended else self.problem

    @property
    def dropped(self) -> str | None:
        """Why the row is dropped by the form of the answer; None where it is not."""
        return {Form.REFUSED: "refused", Form.FILTERED: "content filter"}.get(self.form)

    @property
    def lost(self) -> bool:
        """Whether the row ends with this call, whatever the answer would have said."""
        return self.failed is not None or self.dropped is not None


@dataclass(frozen=True, slots=True)
class PlantedRule:
    """A rule. `words`: as it stands once refined; `written`: as it is written (longer where it is unfit).

    `values` is empty for a rule about no value. `label` is what the rule deserves, `given` what it gets (another one
    where the writer errs) with `rewrite`, the words proposed in its stead. `says`: equal for rules that are planted
    duplicates of each other; None for others. `calls` has one call for each step that asks about rules.
    """

    words: str
    written: str
    values: tuple[str, ...]
    label: int
    given: int
    rewrite: str | None
    says: str | None
    calls: Mapping[Step, PlantedCall]

    @property
    def fit(self) -> bool:
        return self.words == self.written


@dataclass(frozen=True, slots=True)
class PlantedText:
    """A text. `touches`: whether it touches a value; `obeys`: whether an instruction planted in it is followed.

    `rules` are what is written about it (also where it touches nothing, should it be asked). `calls` has one call for
    each step that asks about texts.
    """

    touches: bool
    obeys: bool
    rules: tuple[PlantedRule, ...]
    calls: Mapping[Step, PlantedCall]


def planted(
    profile: WriterProfile,
    text_id: str,
    *,
    lang: str = "en",
    framework: str = words_of.HOME,
    canary: str | None = None,
) -> PlantedText:
    """What the writer does with a text. `canary`: the word that only obeying answers hold, for texts that have one."""
    obeys = obeys_at(profile, text_id, canary)
    return PlantedText(
        touches=touches_value(profile, text_id, canary=canary),
        obeys=obeys,
        rules=tuple(
            planted_rule(profile, text_id, wording.written, lang=lang, framework=framework, says=wording.says)
            for wording in wordings(profile, text_id, lang=lang, framework=framework, canary=canary)
        ),
        calls={step: planted_call(profile, step, text_id, obeys=obeys) for step in TEXT_STEPS},
    )


def touches_value(profile: WriterProfile, text_id: str, *, canary: str | None = None) -> bool:
    """Whether the writer finds that a text touches a value; always where it follows an instruction in it."""
    return obeys_at(profile, text_id, canary) or uniform(profile.seed, "touches", text_id) < profile.relevant


def obeys_at(profile: WriterProfile, text_id: str, canary: str | None) -> bool:
    """Whether the writer follows the instruction that is planted in a text; never where none is."""
    return canary is not None and uniform(profile.seed, "obeys", text_id) < profile.injections_obeyed


class Wording(NamedTuple):
    """The words of a rule: refined, as first written, and what it says where it is a planted duplicate."""

    words: str
    written: str
    says: str | None


def wordings(
    profile: WriterProfile, text_id: str, *, lang: str, framework: str, canary: str | None = None
) -> tuple[Wording, ...]:
    """The words of the rules that are written about a text: one to three, all different."""
    spoken, known, seed = words_of.language(lang), words_of.home(framework), profile.seed
    if canary is not None and obeys_at(profile, text_id, canary):
        obeyed = words_of.obeying(canary, spoken)
        return (Wording(obeyed, obeyed, None),)
    count = 1 + weighted(dict(enumerate(profile.rules)), seed, "rules", text_id)
    refined: dict[str, str | None] = {}
    for number in range(count):
        words, says = _words(profile, text_id, number, spoken, known)
        attempt = 0
        while words in refined:
            attempt += 1
            words, says = _words(profile, text_id, f"{number}.{attempt}", spoken, known)
        refined[words] = says
    return tuple(Wording(words, _written(profile, text_id, words, spoken), says) for words, says in refined.items())


def planted_rule(
    profile: WriterProfile,
    source: str,
    text: str,
    *,
    lang: str = "en",
    framework: str = words_of.HOME,
    says: str | None = None,
) -> PlantedRule:
    """What the writer does with a rule, its own or another's; `source` is the id of the text that it comes from.

    A rule's own words tell what it is about where they are the writer's; else its values are drawn.
    """
    spoken = words_of.language(lang)
    words = words_of.shortened(text, spoken) or text
    label, given, proposes = _labels(profile, source, words)
    return PlantedRule(
        words=words,
        written=text,
        values=rule_values(profile, source, words, lang=lang, framework=framework),
        label=label,
        given=given,
        rewrite=words_of.rewritten(words, spoken) if proposes else None,
        says=says,
        calls={step: planted_call(profile, step, source, words) for step in RULE_STEPS},
    )


def rule_values(profile: WriterProfile, source: str, words: str, *, lang: str, framework: str) -> tuple[str, ...]:
    """The values of a rule (its refined words), none for one about no value."""
    spoken, known, seed = words_of.language(lang), words_of.home(framework), profile.seed
    if words_of.obeys(words, spoken):
        return ()
    base = words_of.base_of(words, known, spoken)
    leaves = words_of.leaves(known)
    if base is None:
        if uniform(seed, "off value", source, words) < profile.off_value:
            return ()
        first = leaves[whole(len(leaves), seed, "value", source, words)]
    elif base.value is None:
        return ()
    else:
        first = base.value
    if uniform(seed, "two values", source, words) >= profile.second_value or len(leaves) < 2:
        return (first,)
    others = [value for value in leaves if value != first]
    return (first, others[whole(len(others), seed, "second value", source, words)])


def planted_label(profile: WriterProfile, source: str, words: str) -> tuple[int, bool]:
    """The label that a rule (its refined words) gets, and whether other words are proposed."""
    _, given, proposes = _labels(profile, source, words)
    return given, proposes


def planted_call(profile: WriterProfile, step: Step, *about: str, obeys: bool = False) -> PlantedCall:
    """How a call is answered. `about`: the text's id, or a rule's source and refined words."""
    if obeys:  # whoever follows the text's instructions neither refuses nor forgets the form
        return PlantedCall(step, Form.PLAIN)
    malformed = profile.malformed.get(step, _NOTHING_MALFORMED)
    shares = (
        (Form.REFUSED, profile.refusals.get(step, 0.0)),
        (Form.FILTERED, profile.filtered.get(step, 0.0)),
        (Form.PROSE, malformed.prose),
        (Form.EMPTY, malformed.empty),
        (Form.CUT, malformed.cut),
        (Form.WRONG_FORM, malformed.wrong_form),
        (Form.UNKNOWN_LABEL, malformed.unknown_label if step in _LABELLING else 0.0),
        (Form.FENCE, malformed.fence),
        (Form.ALIAS, malformed.alias if step in _LABELLING else 0.0),
    )
    point = uniform(profile.seed, "form", str(step), *about)
    for form, share in shares:
        if point < share:
            call = PlantedCall(step, form)
            mended = call.problem is not None and uniform(profile.seed, "mended", str(step), *about) < profile.repaired
            return PlantedCall(step, form, mended)
        point -= share
    return PlantedCall(step, Form.PLAIN)


_NOTHING_MALFORMED = Malformed()
# Name in the profile -> the label, and whether other words are proposed.
_LABELS = {
    "fit": (1, False),
    "fit_rewritten": (1, True),
    "irrelevant": (0, False),
    "conflict": (-1, False),
    "conflict_rewritten": (-1, True),
}


def _labels(profile: WriterProfile, source: str, words: str) -> tuple[int, int, bool]:
    """The label deserved, the label given, and whether other words are proposed."""
    weights = {name: float(getattr(profile.labels, name)) for name in _LABELS}
    label, proposes = _LABELS[weighted(weights, profile.seed, "label", source, words)]
    if uniform(profile.seed, "label error", source, words) >= profile.label_errors:
        return label, label, proposes
    others = {name: 1.0 for name, (value, _) in _LABELS.items() if value != label}
    given, proposes = _LABELS[weighted(others, profile.seed, "wrong label", source, words)]
    return label, given, proposes


def _written(profile: WriterProfile, text_id: str, words: str, lang: str) -> str:
    """The words as they are first written: longer where the rule is unfit."""
    if uniform(profile.seed, "unfit", text_id, words) >= profile.unfit:
        return words
    return words_of.lengthened(words, whole(2, profile.seed, "long", text_id, words), lang)


def _words(
    profile: WriterProfile, text_id: str, number: int | str, lang: str, framework: str
) -> tuple[str, str | None]:
    """The refined words of a text's rule, and what it says where it is a planted duplicate."""
    about = (text_id, str(number))
    seed = profile.seed
    circumstance = whole(words_of.circumstances(), seed, "circumstance", *about)
    if uniform(seed, "off value", *about) < profile.off_value:
        idle = words_of.off_value(lang)
        return words_of.under(idle[whole(len(idle), seed, "base", *about)].words, circumstance, lang), None
    bases: tuple[Base, ...] = words_of.bases(framework, lang)
    if uniform(seed, "duplicate", *about) >= profile.duplicates:
        return words_of.under(bases[whole(len(bases), seed, "base", *about)].words, circumstance, lang), None
    pool = words_of.pool(len(bases))
    index = pool[whole(len(pool), seed, "pool", *about)]
    shared = whole(words_of.circumstances(), seed, "pool circumstance", index)
    other = words_of.variant(bases[index].words, whole(words_of.variants(), seed, "variant", *about), lang)
    return words_of.under(other, shared, lang), f"{lang}/{framework}/{index}"
