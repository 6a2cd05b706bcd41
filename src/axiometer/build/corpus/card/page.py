"""Writes the dataset card: Markdown, with the front matter by which `datasets` and the Hugging Face Hub read it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import jinja2
import yaml

from axiometer.build.corpus.card.context import CardContext, PromptRecord, StepRecord
from axiometer.build.corpus.card.counts import Counts
from axiometer.build.corpus.card.markdown import Markdown, code, plain, table
from axiometer.build.corpus.card.shares import Share, share_of
from axiometer.build.corpus.card.words import Words
from axiometer.build.corpus.release_rows import level_column

_MOST_ROWS = 25
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_LANGUAGE_CODE = re.compile(r"[a-z]{2,3}")


def card(context: CardContext, counts: Counts, rejected: Mapping[str, int], lang: str) -> str:
    """The card in `en` or `zh`. `rejected`: step -> rows that are listed as rejects."""
    view = View(context, counts, rejected, Words(lang))
    body = (
        _environment().get_template(f"{lang}.md.j2").render(view=view, context=context, counts=counts, words=view.words)
    )
    return f"---\n{front_matter(context, counts)}---\n\n{body.strip()}\n"


def front_matter(context: CardContext, counts: Counts) -> str:
    """YAML: language codes, licence, size, and which file holds the rules."""
    languages = sorted({lang for lang in counts.where["lang"] if lang is not None and _LANGUAGE_CODE.fullmatch(lang)})
    fields: dict[str, object] = {"pretty_name": context.name}
    if languages:
        fields["language"] = languages
    licences = [licence for licence in counts.where["licence"] if licence is not None]
    fields["license"] = "other" if licences else "unknown"
    if len(licences) == 1 and None not in counts.where["licence"]:
        fields["license_name"] = licences[0]
    fields["size_categories"] = [next((name for most, name in _SIZES if counts.rules < most), "n>1M")]
    fields["tags"] = ["value-rules", "axiometer", context.framework.id]
    rules = {"split": "train", "path": "data/rules.parquet"}
    # `datasets` keeps what it loaded under the content of this entry, whatever the files hold: two corpora, or one that
    # has grown, must differ here.
    about = f"{counts.rules} rules, {counts.digest}"
    fields["configs"] = [{"config_name": "rules", "default": True, "description": about, "data_files": [rules]}]
    return yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=100)


@dataclass(frozen=True, slots=True)
class View:
    """What the templates of a card show, ready for their tables."""

    context: CardContext
    counts: Counts
    rejected: Mapping[str, int]
    words: Words

    @property
    def framework(self) -> str:
        names = self.context.framework.names
        return names.get(self.words.lang) or next(iter(names.values()), self.context.framework.id)

    @property
    def level_columns(self) -> Sequence[tuple[str, str]]:
        """Column and name of each level."""
        return [(level_column(level.id), self._level(level.id)) for level in self.context.framework.levels]

    def levels(self) -> Iterator[tuple[str, int, int, list[tuple[object, ...]]]]:
        """Of each level: its name, rules without a value on it, values without a rule, and (value, id, rules)."""
        framework, lang = self.context.framework, self.words.lang
        for level in framework.levels:
            counted = self.counts.values[level.id]
            rows: list[tuple[object, ...]] = [
                (framework.name(value, lang), code(value), self.words.count(n)) for value, n in counted.items()
            ]
            yield self._level(level.id), self.counts.without[level.id], sum(n == 0 for n in counted.values()), rows

    def where(self, column: str) -> list[tuple[object, ...]]:
        """(what, rules) of a column, the most frequent; the others together."""
        counted = self.counts.where[column]
        rows: list[tuple[object, ...]] = [
            (self._named(what), self.words.count(n)) for what, n in list(counted.items())[:_MOST_ROWS]
        ]
        rest = list(counted.values())[_MOST_ROWS:]
        return [*rows, (f"… +{len(rest)}", self.words.count(sum(rest)))] if rest else rows

    def is_stated(self, column: str) -> bool:
        return any(what is not None for what in self.counts.where[column])

    def labels(self) -> list[tuple[object, ...]]:
        return [
            (self.words("labels", None if label is None else str(label)), self.words.count(n))
            for label, n in self.counts.labels.items()
        ]

    @property
    def labelled(self) -> int:
        return sum(n for label, n in self.counts.labels.items() if label is not None)

    @property
    def rewritten(self) -> Share:
        """Rules that were turned round, of those that we labelled."""
        return share_of(self.counts.rewritten, self.labelled, self.counts.clusters)

    def account(self) -> list[tuple[object, ...]]:
        """(step, rows in, kept, dropped, failed, rows out, repaired) of every step."""
        rows: list[tuple[object, ...]] = []
        for step in self.context.steps:
            told = step.account
            numbers = (
                told.rows,
                told.kept,
                sum(told.dropped.values()),
                sum(told.failed.values()),
                told.outputs,
                told.repaired,
            )
            rows.append((self.words("steps", step.name), *map(self.words.count, numbers)))
        return rows

    def reasons(self) -> list[tuple[object, ...]]:
        """(step, dropped or failed, reason, rows)."""
        rows: list[tuple[object, ...]] = []
        for step in self.context.steps:
            for fate, reasons in (("dropped", step.account.dropped), ("failed", step.account.failed)):
                for reason, n in reasons.items():
                    told = (self.words("steps", step.name), self.words("fates", fate), self.words("reasons", reason))
                    rows.append((*told, self.words.count(n)))
        return rows

    @property
    def asked(self) -> list[StepRecord]:
        """The steps that asked a model."""
        return [step for step in self.context.steps if step.model is not None]

    def models(self) -> list[tuple[object, ...]]:
        """(step, model, parameters, calls, tokens in, tokens out, cost)."""
        return [
            (
                self.words("steps", step.name),
                code(step.model),
                code(_parameters(step)) if step.parameters or step.served else "",
                self.words.count(step.account.calls),
                self.words.count(step.account.tokens_in),
                self.words.count(step.account.tokens_out),
                self.words.money(step.usd),
            )
            for step in self.asked
        ]

    @property
    def tokens(self) -> tuple[int, int, int]:
        """Calls, tokens in and tokens out of all steps."""
        accounts = [step.account for step in self.asked]
        return (
            sum(told.calls for told in accounts),
            sum(told.tokens_in for told in accounts),
            sum(told.tokens_out for told in accounts),
        )

    @property
    def usd(self) -> float | None:
        """What all calls cost; None where a price was not known."""
        known = [step.usd for step in self.asked if step.usd is not None]
        return sum(known) if len(known) == len(self.asked) else None

    def prompts(self) -> list[tuple[object, ...]]:
        """(prompt, hash, the steps that used it)."""
        used: dict[PromptRecord, list[str]] = {}
        for step in self.context.steps:
            for prompt in step.prompts:
                used.setdefault(prompt, []).append(self.words("steps", step.name))
        return [(code(prompt.id), code(prompt.hash), ", ".join(steps)) for prompt, steps in used.items()]

    @property
    def is_simulated(self) -> bool:
        """Whether a step asked a model that only plays one."""
        return any((step.model or "").startswith("sim/") for step in self.asked)

    def coverage(self) -> list[tuple[object, ...]]:
        """(language, share reached, rules by people)."""
        found = self.context.coverage
        assert found is not None
        return [
            (lang, self.words.share(reached.rules), self.words.count(reached.people))
            for lang, reached in found.by_language.items()
        ]

    def covered_values(self) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
        """Of each level: its name and (value, share reached, rules by people)."""
        found = self.context.coverage
        assert found is not None
        for level, values in found.by_value.items():
            yield (
                self._level(level),
                [
                    (
                        self.context.framework.name(value, self.words.lang),
                        self.words.share(reached.rules),
                        self.words.count(reached.people),
                    )
                    for value, reached in values.items()
                ],
            )

    def probes(self) -> list[tuple[object, ...]]:
        return [
            (self.words("steps", probe.step), self.words.share(share_of(probe.obeyed, probe.probes)))
            for probe in self.context.probes
        ]

    def near_duplicates(self) -> int:
        return sum(sum(step.account.dropped.values()) for step in self.context.steps if step.name == "dedup")

    def shown(self) -> list[tuple[object, ...]]:
        return [(lang, text, ", ".join(names)) for lang, text, names in self.counts.shown]

    def _level(self, level: str) -> str:
        names = self.context.framework.level(level).names
        return names.get(self.words.lang) or next(iter(names.values()), level)

    def _named(self, what: str | None) -> str:
        return self.words("said", None) if what is None else what


def _parameters(step: StepRecord) -> str:
    said = [f"{name}={value}" for name, value in sorted(step.parameters.items()) if value is not None]
    return ", ".join([*said, *(f"served={version}" for version in step.served)])


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("axiometer.build.corpus.card"),
        undefined=jinja2.StrictUndefined,
        finalize=plain,  # whatever is put in is words, unless it is Markdown of ours
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(table=table, code=code)
    environment.filters["count"] = lambda n: Markdown(f"{n:,}")
    return environment
