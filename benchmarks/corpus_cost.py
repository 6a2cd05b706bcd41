"""What a corpus costs: calls and prompt tokens per accepted rule, for the full protocol, `--compact`, and the six calls
of the published scripts with prompts of the same content, on the same 500 texts and the same simulated writer.

Published protocol (Wu et al. 2025, arXiv 2506.01495, and their scripts): one rule per text; six calls, each for every
row that is left; refining sees the text again; filter, classification and label each list the whole framework; no
repair. Tokens are those of `measure.estimate.tokens_of` for all three.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from axiometer.build.corpus.options import CorpusOptions
from axiometer.build.corpus.pipeline import run_corpus
from axiometer.build.corpus.plan import plan_corpus
from axiometer.build.corpus.steps import steps
from axiometer.build.corpus.steps.framework_text import chosen, overview, tree
from axiometer.frameworks import load_framework
from axiometer.measure.asking.languages import prompt_language
from axiometer.measure.estimate import tokens_of
from axiometer.models.protocols import ChatModel, Request
from axiometer.models.registry import open_model
from axiometer.records.corpus_rows import Text
from axiometer.records.schemas import to_rows
from axiometer.runtime.journal import read_entries
from axiometer.runtime.respondent import Respondent
from axiometer.runtime.runners import open_runner
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Kept
from benchmarks.ingest import write_texts

TEXTS = 506  # one in fifty is a repetition: 500 different ones
FRAMEWORK = "core-socialist-values"
MODEL = "sim/rulewriter"


@dataclass(slots=True)
class Cost:
    """Calls, prompt tokens, and tokens that open the prompt before (of the same step and language)."""

    rules: int = 0
    calls: int = 0
    tokens: float = 0.0
    shared: float = 0.0
    _before: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, step: str, prompt: str, more: float = 0.0) -> None:
        kind = (step, "zh" if prompt[:40] > "⺀" else "en")
        self.calls += 1
        self.tokens += tokens_of(prompt) + more
        self.shared += tokens_of(_beginning(prompt, self._before.get(kind, "")))
        self._before[kind] = prompt


def corpus_cost() -> None:
    """Prints one row per protocol and the ratios to the published one."""
    with TemporaryDirectory() as folder:
        source = Path(folder) / "texts"
        write_texts(source, TEXTS)
        full = _built(source, Path(folder) / "full" / "corpus", compact=False)
        compact = _built(source, Path(folder) / "compact" / "corpus", compact=True)
        stage = StageFolder(Path(folder) / "full" / "corpus" / "stages" / "ingest")
        texts = [text for part in stage.parts() for text in to_rows(stage.rows_of(part.name), Text)]
        published = asyncio.run(_published(texts))
    print(f"\n# corpus-cost: {len(texts)} texts, {MODEL}; accepted: label 1, or -1 rewritten, before duplicates\n")
    head = ("rules", "calls", "calls/rule", "tokens/rule", "to published", "cacheable")
    print(f"{'protocol':<12}" + "".join(f"{name:>13}" for name in head))
    for name, cost in (("published", published), ("full", full), ("compact", compact)):
        each = cost.tokens / cost.rules
        ratio = each / (published.tokens / published.rules)
        told = (f"{cost.rules}", f"{cost.calls}", f"{cost.calls / cost.rules:.2f}", f"{each:.0f}", f"{ratio:.2f}")
        print(f"{name:<12}" + "".join(f"{cell:>13}" for cell in (*told, f"{cost.shared / cost.tokens:.0%}")))


def _beginning(one: str, other: str) -> str:
    """What both begin with."""
    return "".join(a for a, _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _built(source: Path, output: Path, *, compact: bool) -> Cost:
    options = CorpusOptions(framework=FRAMEWORK, compact=compact, probes=0)
    plan = plan_corpus([str(source)], options, Respondent(open_model(MODEL)), {})
    with open_runner("local") as runner:
        summary = run_corpus(plan, output, runner)
    cost = Cost(rules=next(each.account.outputs for each in summary.steps if each.step == "label"))
    for entry in read_entries(output / "journal"):
        request = json.loads(entry.request)
        cost.add(request["meta"]["step"], "\n".join(content for _, content in request["messages"]))
    return cost


async def _published(texts: list[Text]) -> Cost:
    cost = Cost()
    model = open_model(MODEL)
    framework = load_framework(FRAMEWORK)
    stages: list[Any] = list(steps(framework, compact=False, examples=None, seed=0))
    sizes: dict[str, dict[str, float]] = defaultdict(dict)
    for lang in ("zh", "en"):
        sizes[lang] = {"tree": tokens_of(tree(framework, lang)), "overview": tokens_of(overview(framework, lang))}
    for text in texts:
        row: Any = text
        size = sizes[prompt_language(text.lang)]
        for stage in stages:
            request = stage.render(row)
            if not isinstance(request, Request):
                break
            more = {"refine": tokens_of(text.text), "filter": size["tree"] - size["overview"]}.get(stage.name, 0.0)
            if stage.name == "label":
                more = size["tree"] - tokens_of(chosen(framework, row.values, prompt_language(row.lang)))
            cost.add(stage.name, request.messages[0].content, more)
            read = stage.read(row, await _answer(model, request))
            if not isinstance(read, Kept):
                break
            row = read.rows[0]
        else:
            cost.rules += 1
    return cost


async def _answer(model: ChatModel, request: Request) -> Any:
    return model.read(await model.send(request))
