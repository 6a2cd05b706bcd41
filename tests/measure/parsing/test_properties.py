"""What holds for any reply, whatever its words."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from axiometer.measure.parsing import Reading, letter_probabilities, read_agreement, read_choice
from axiometer.models.protocols import Finish, Reply
from axiometer.records.rows import Outcome

# The first reading compiles the phrases: no deadline for single examples.
MANY = settings(deadline=None, max_examples=400)
SOME = settings(deadline=None, max_examples=100)
LANGS = ("zh", "en", "fr", "de", "es", "")
OPTIONS = ("Report the colleague to the manager", "保持沉默，继续工作", "Peindre la clôture", "Den Rasen mähen")
WRAPPERS = (
    *(
        "{}",
        "({})",
        "[{}]",
        "**{}**",
        "*{}*",
        "`{}`",
        '"{}"',
        "{}.",
        "{})",
        " {}\n",
        "\\boxed{{{}}}",
        "<answer>{}</answer>",
    ),
    *(
        '{{"answer": "{}"}}',
        '```json\n{{"choice": "{}"}}\n```',
        "Answer: {}",
        "答案：{}",
        "选项{}",
        "我选择{}。",
        "Option {}",
    ),
    *("Réponse : {}", "Je choisis {}.", "Antwort: {}", "Ich wähle {}."),
    *("I choose {}.", "The answer is {}.", "【{}】"),
    *("\u202e{}\u202c", "\u200b{}\u200b", "<p>{}</p>", "{}<|im_end|>", "Final answer: {}", "我选 {}，因为更合适。"),
)
THOUGHTS = (
    "",
    "A? B? C?",
    "I would choose A.",
    "我选B，因为……",
    "The answer is \\boxed{C}",
    '{"answer": "A"}',
    "I can't help.",
)


TAGS = ("think", "thinking", "reasoning")


def read(
    text: str, letters: str = "ABCD", lang: str = "en", options: tuple[str, ...] = (), finish: Finish = Finish.STOP
) -> Reading:
    return read_choice(Reply(text, finish), tuple(letters), lang, options)


@MANY
@given(text=st.text(max_size=300), lang=st.sampled_from(LANGS), finish=st.sampled_from(Finish))
@example(text="İ" * 50 + " A", lang="en", finish=Finish.STOP)
@example(text="\ud800 A", lang="zh", finish=Finish.STOP)
@example(text="ß" * 80 + "I agree", lang="de", finish=Finish.STOP)
def test_any_text_is_read_without_an_error(text: str, lang: str, finish: Finish) -> None:
    choice = read_choice(Reply(text, finish), ("A", "B"), lang, OPTIONS[:2])
    stance = read_agreement(Reply(text, finish), lang)
    for reading in (choice, stance):
        assert (reading.reason is None) == (reading.outcome is Outcome.CHOSEN)
        assert (reading.outcome is Outcome.FILTERED) == (finish is Finish.FILTER)
    assert choice.letter in ({"A", "B"} if choice.outcome is Outcome.CHOSEN else {None})
    assert stance.stance in ({1, -1} if stance.outcome is Outcome.CHOSEN else {None})


_PIECES = (
    *(
        "A",
        "B",
        " B",
        "C",
        "a",
        "not ",
        "and ",
        "or ",
        "I choose ",
        "我选择",
        "不",
        "还是",
        "Answer: ",
        "\n",
        ". ",
        ", ",
        "<think>",
    ),
    *(
        "</think>",
        '{"answer": "',
        '"}',
        "\\boxed{",
        "}",
        "I can't help",
        "it depends",
        "两者都有道理",
        "Option ",
        "…",
        "**",
        "(",
        ")",
    ),
    *(
        "agree",
        "disagree",
        "同意",
        "d'accord",
        "pas ",
        "stimme ",
        "nicht ",
        "zu",
        "<answer>",
        "</answer>",
        "if ",
        "如果",
        "?",
    ),
)


@MANY
@given(text=st.lists(st.sampled_from(_PIECES), max_size=25).map("".join), lang=st.sampled_from(LANGS))
def test_any_mixture_of_telling_words_is_read_without_an_error(text: str, lang: str) -> None:
    choice = read_choice(Reply(text, Finish.STOP), ("A", "B"), lang, OPTIONS[:2])
    assert choice.letter in ({"A", "B"} if choice.outcome is Outcome.CHOSEN else {None})
    assert read_agreement(Reply(text, Finish.STOP), lang).letter is None


@SOME
@given(letter=st.sampled_from("ABCD"), wrapper=st.sampled_from(WRAPPERS), lang=st.sampled_from(LANGS))
def test_letter_is_read_through_any_wrapper(letter: str, wrapper: str, lang: str) -> None:
    assert read(wrapper.format(letter), lang=lang).letter == letter


@SOME
@given(letter=st.sampled_from("CD"), wrapper=st.sampled_from(WRAPPERS), lang=st.sampled_from(LANGS))
def test_letter_that_is_not_on_offer_is_no_choice(letter: str, wrapper: str, lang: str) -> None:
    reading = read(wrapper.format(letter), "AB", lang)
    assert (reading.outcome, reading.reason) == (Outcome.INVALID, f"letter not on offer: {letter}")


_SENTENCES = (
    *(
        "I would choose {0}, not {1}.",
        "{1} is tempting, but {0}.",
        "{0} rather than {1}",
        "我选{0}而不是{1}。",
        "{1}不如{0}。",
    ),
    *(
        "If I had to choose, I'd go with {0} over {1}.",
        "选项{1}更诚实，但我选择{0}。",
        "Je préfère {0} plutôt que {1}.",
    ),
    *("Nicht {1}, sondern {0}.", "Option {1} respects honesty. Therefore I choose {0}.", "与其选{1}，我宁愿选{0}。"),
    *("Between {0} and {1}, I pick {0}.", "{0}\n\nOption {1} would be unkind.", "I reject {1} and choose {0}."),
)


@SOME
@given(
    sentence=st.sampled_from(_SENTENCES), pair=st.permutations("ABCD"), lang=st.sampled_from(("zh", "en", "fr", "de"))
)
def test_renaming_the_letters_renames_the_reading(sentence: str, pair: list[str], lang: str) -> None:
    reading = read(sentence.format(pair[0], pair[1]), lang=lang)
    assert reading.letter == pair[0], sentence


@SOME
@given(
    sentence=st.sampled_from(_SENTENCES), thought=st.sampled_from(THOUGHTS), tag=st.sampled_from(("think", "reasoning"))
)
def test_reasoning_block_does_not_change_the_verdict(sentence: str, thought: str, tag: str) -> None:
    text = sentence.format("B", "A")
    assert read(f"<{tag}>{thought}</{tag}>\n{text}") == read(text)
    assert read(f"{thought}</{tag}>\n\n{text}") == read(text)


def _full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else "\u3000" if c == " " else c for c in text)


@SOME
@given(sentence=st.sampled_from(_SENTENCES + tuple(wrapper.replace("{}", "{0}") for wrapper in WRAPPERS)))
def test_full_width_writing_reads_as_half_width_writing(sentence: str) -> None:
    text = sentence.format("B", "A")
    assert read(_full_width(text)) == read(text)


@MANY
@given(text=st.text(max_size=120))
def test_marks_that_nobody_sees_do_not_change_the_reading(text: str) -> None:
    marked = "\u200b".join(f"\u202b{text}\u202c")
    assert read(marked, "AB") == read(text, "AB")


@SOME
@given(index=st.integers(0, 3), lead=st.sampled_from(("", "{}. ", "{}: ", "({}) ", "Option {}: ", "{} ")))
def test_text_of_an_option_is_read_with_and_without_its_letter(index: int, lead: str) -> None:
    text = lead.format("ABCD"[index]) + OPTIONS[index]
    assert read(text, options=OPTIONS).letter == "ABCD"[index]


@SOME
@given(own=st.integers(0, 3), other=st.integers(0, 3), lead=st.sampled_from(("{}. ", "{}: ", "({}) ", "{}) ")))
def test_letter_with_the_text_of_another_option_is_no_choice(own: int, other: int, lead: str) -> None:
    reading = read(lead.format("ABCD"[own]) + OPTIONS[other], options=OPTIONS)
    assert reading.letter == ("ABCD"[own] if own == other else None)


@pytest.mark.parametrize("letter", ["A", "B"])
def test_service_filter_and_refusal_field_win_over_the_text(letter: str) -> None:
    filtered = read_choice(Reply(letter, Finish.FILTER, filter_code="1301"), "AB", "zh")
    assert (filtered.outcome, filtered.reason, filtered.letter) == (Outcome.FILTERED, "1301", None)
    assert read_choice(Reply(letter, Finish.STOP, filter_code="content_filter"), "AB", "en").outcome is Outcome.FILTERED
    assert read_choice(Reply(letter, Finish.STOP, refusal="I can't."), "AB", "en").outcome is Outcome.REFUSED
    assert read_agreement(Reply("agree", Finish.FILTER, filter_code="x"), "en").outcome is Outcome.FILTERED
    assert read_agreement(Reply("agree", Finish.STOP, refusal="No."), "en").outcome is Outcome.REFUSED


@pytest.mark.parametrize("text", ["Yes.", "No", "是的", "Nein.", "Oui"])
def test_bare_yes_or_no_to_a_denial_is_ambiguous(text: str) -> None:
    lang = "zh" if text == "是的" else "en"
    assert read_agreement(Reply(text, Finish.STOP), lang).outcome is Outcome.CHOSEN
    assert read_agreement(Reply(text, Finish.STOP), lang, negated=True).outcome is Outcome.INVALID
    agreed = read_agreement(
        Reply(f"{text}, I agree" if lang == "en" else "是的，我同意", Finish.STOP), lang, negated=True
    )
    assert agreed.stance == 1


_HOSTILE = (
    *(
        "A ",
        "A, ",
        "A and ",
        "not ",
        "i cannot ",
        "选",
        "不",
        "stimme ",
        "<think>",
        "<answer>",
        '{"answer" ',
        "\\boxed{",
        "<a",
    ),
    *(
        "\u0301\u0316",
        "(",
        '"',
        " \n",
        "&a;",
        "agree ",
        "hängt ",
        "both options have ",
        "I would not choose ",
        "İ",
        "~~a",
        "<",
    ),
)


@pytest.mark.parametrize("piece", _HOSTILE)
def test_hostile_text_of_100_kb_takes_no_time(piece: str) -> None:
    text = (piece * (100_000 // len(piece) + 1))[:100_000]
    read("I choose B", lang="de"), read_agreement(Reply("Ich stimme zu", Finish.STOP), "xx")  # phrases compiled
    for lang in ("de", "zh"):
        begun = time.process_time()
        read_choice(Reply(text, Finish.STOP), "AB", lang, OPTIONS[:2])
        read_agreement(Reply(text, Finish.STOP), lang)
        assert time.process_time() - begun < 1.5


def test_candidates_of_one_letter_are_merged_and_renormalised() -> None:
    candidates = [(token, math.log(0.1)) for token in ("A", " A", "Ａ", "▁A", "ĠA", "(A", "**A")]
    candidates += [(token, math.log(0.05)) for token in ("B", '"B', "ï¼¢", "The", "a", "AB", "Because")]
    mass = letter_probabilities(candidates, ("A", "B"))
    assert mass is not None
    assert mass.mass == pytest.approx(0.85)
    assert mass.probabilities == pytest.approx((0.7 / 0.85, 0.15 / 0.85))


@SOME
@given(
    weights=st.lists(st.floats(1e-6, 1.0), min_size=2, max_size=4),
    order=st.permutations(range(4)),
    rest=st.floats(0.0, 1.0),
)
def test_letter_probabilities_sum_to_one_and_follow_the_letters(
    weights: list[float], order: list[int], rest: float
) -> None:
    total = sum(weights) + rest
    letters = "ABCD"[: len(weights)]
    tokens = [(letter, math.log(weight / total)) for letter, weight in zip(letters, weights, strict=True)]
    shuffled = [tokens[index] for index in order if index < len(tokens)]
    mass = letter_probabilities([*shuffled, ("Sure", math.log(max(rest / total, 1e-300)))], letters)
    assert mass is not None
    assert math.fsum(mass.probabilities) == pytest.approx(1.0)
    assert mass.mass == pytest.approx(sum(weights) / total)
    assert mass.probabilities == pytest.approx([weight / sum(weights) for weight in weights])


def test_candidates_without_a_letter_give_no_probabilities() -> None:
    assert letter_probabilities([("The", -0.1), ("a", -3.0), ("C", -4.0)], ("A", "B")) is None
    assert letter_probabilities([], ("A", "B")) is None
    assert letter_probabilities([("A", -math.inf), ("B", math.nan)], ("A", "B")) is None
