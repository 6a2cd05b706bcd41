"""What the checks of translations let pass: parallel texts, texts of other items, and planted faults of each kind.

There is no model here that translates. True translations are the starter set's, written in both languages by people; a
way back is the original itself, or what the simulated writer says (the original with some words exchanged), so the
shares of faults found are those of faults that a way back shows. What real ways back cost in sound translations is
judged by labelled pairs: a paraphrase is freer than a translation there and back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from axiometer.build.conflicts.calibrate import labelled_pairs
from axiometer.build.translation import wording
from axiometer.build.translation.asking import TranslateBack, TranslateItems
from axiometer.build.translation.likeness import Likeness
from axiometer.build.translation.options import LEAST
from axiometer.build.translation.rows import ReturnTranslation, make_returned, make_translated, wanted_translation
from axiometer.models.protocols import Finish, Reply, Request
from axiometer.models.simulated_writer import load_writer
from axiometer.models.writer_profile import Translations
from axiometer.models.writer_translation import TranslationFault
from axiometer.models.writer_translation import answer as said_by_writer
from axiometer.records.importers.starter import LANGUAGES, starter_items
from axiometer.records.rows import Item
from axiometer.runtime.stages.rows import Kept
from axiometer.similarity.embedders import open_embedder
from axiometer.similarity.labelled import shipped_pairs
from axiometer.similarity.vectors import Vectors

_EMBEDDER = open_embedder()
_SEEN: dict[str, Vectors] = {}


def translations() -> None:
    print("\ntranslations: what passes the checks of `axiometer build translate`")
    _parallel()
    _same_language()
    for way in (0.0, 1.0):
        _planted(way)


def _parallel() -> None:
    both = [starter_items((lang,)) for lang in LANGUAGES]
    for source, target in ((0, 1), (1, 0)):
        ours, theirs = both[source], both[target]
        true = [_row(one, _texts(other), _texts(one)) for one, other in zip(ours, theirs, strict=True)]
        shifted = [theirs[(place + 7) % len(theirs)] for place in range(len(theirs))]
        wrong = [_row(one, _texts(other), _texts(one)) for one, other in zip(ours, shifted, strict=True)]
        back = [(place + 7) % len(ours) for place in range(len(ours))]
        honest = [
            _row(one, _texts(other), _texts(ours[place])) for one, other, place in zip(ours, shifted, back, strict=True)
        ]
        swapped = [_row(one, _swapped(_texts(other)), _texts(one)) for one, other in zip(ours, theirs, strict=True)]
        print(f"{ours[0].lang} -> {theirs[0].lang}, {len(true)} starter items")
        for name, rows in (
            ("their parallel texts, original as way back", true),
            ("texts of another item, original as way back (a model that guesses)", wrong),
            ("texts of another item, its own way back", honest),
            ("both sides exchanged, original as way back (a model that guesses)", swapped),
        ):
            print(f"  pass: {_passing(rows):6.1%}  {name}")


def _same_language() -> None:
    print(f"pairs of rules in one language: share with cosine >= {LEAST}, share called a denial")
    found: dict[str, list[tuple[float, bool]]] = {}
    _, conflicts = labelled_pairs()
    pairs = [(pair.a, pair.b, pair.lang, str(pair.relation)) for pair in conflicts]
    pairs += [(pair.first, pair.second, pair.lang, pair.kind) for pair in shipped_pairs()]
    for first, second, lang, relation in pairs:
        cosine = float(_vectors([first])[0] @ _vectors([second])[0])
        found.setdefault(relation, []).append((cosine, wording.contradicts(first, second, lang)))
    for relation, each in sorted(found.items()):
        like = np.mean([cosine >= LEAST for cosine, _ in each])
        print(f"  {relation:14s} n={len(each):4d}  {like:6.1%}  {np.mean([denied for _, denied in each]):6.1%}")


def _planted(mended: float) -> None:
    kind = "tells the original all the same" if mended else "tells what it finds"
    print(f"planted faults, both directions; the way back {kind}: share found, reasons")
    seed = load_writer("rulewriter").seed
    for fault in (None, *TranslationFault):
        shares = dict.fromkeys(Translations.model_fields, 0.0) | {"mended": mended}
        profile = Translations(**(shares | ({str(fault): 1.0} if fault else {})))
        rows = [row for lang in LANGUAGES for row in _rows_of_writer(profile, seed, lang)]
        reasons = Counter(problems[0][0] for row in rows if (problems := _problems(row)))
        top = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common(3))
        print(f"  {fault or 'none':13s} n={len(rows):4d}  {reasons.total() / len(rows):6.1%}  {top}")


def _rows_of_writer(profile: Translations, seed: int, target: str) -> Iterator[ReturnTranslation]:
    """What a writer with that profile says, read as the steps read it. Rows that a step ends are left out."""
    there, back = TranslateItems(), TranslateBack()
    (source,) = (lang for lang in LANGUAGES if lang != target)
    for item in starter_items((source,)):
        wanted = wanted_translation(item, target)
        request = there.render(wanted)
        assert isinstance(request, Request)
        made = there.read(wanted, Reply(said_by_writer(profile, seed, request), Finish.STOP))
        if isinstance(made, Kept):
            asked = back.render(made.rows[0])
            assert isinstance(asked, Request)
            returned = back.read(made.rows[0], Reply(said_by_writer(profile, seed, asked), Finish.STOP))
            if isinstance(returned, Kept):
                yield returned.rows[0]


def _row(item: Item, made: Sequence[str], back: Sequence[str]) -> ReturnTranslation:
    (target,) = (lang for lang in LANGUAGES if lang != item.lang)
    return make_returned(make_translated(wanted_translation(item, target), tuple(made)), tuple(back))


def _texts(item: Item) -> tuple[str, ...]:
    return (item.prompt, *(option.text for option in item.options))


def _swapped(texts: Sequence[str]) -> tuple[str, ...]:
    return (texts[0], texts[2], texts[1], *texts[3:])


def _passing(rows: Sequence[ReturnTranslation]) -> float:
    return float(np.mean([not _problems(row) for row in rows]))


def _problems(row: ReturnTranslation) -> list[tuple[str, str]]:
    before = row.there.asked.texts
    found = Likeness.of(_vectors(before), _vectors(row.there.texts), _vectors(row.back))
    return [*wording.problems(row), *found.problems(before, LEAST)]


def _vectors(texts: Sequence[str]) -> Vectors:
    new = [text for text in dict.fromkeys(texts) if text not in _SEEN]
    if new:
        _SEEN.update(zip(new, _EMBEDDER.embed(new), strict=True))
    return np.stack([_SEEN[text] for text in texts])
