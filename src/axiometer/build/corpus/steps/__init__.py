"""The steps that ask a model, from texts to labelled rules: each renders a request from a row and reads the answer.

Both are pure. `steps` builds them for a framework; the stages of `runtime` run them.
"""

from __future__ import annotations

from typing import TypeAlias

from axiometer.build.corpus.steps.classify import classify
from axiometer.build.corpus.steps.compact import CompactScreen, CompactWrite, compact_prompting
from axiometer.build.corpus.steps.examples import Example, Examples, read_examples
from axiometer.build.corpus.steps.filter import filter_rules
from axiometer.build.corpus.steps.label import label
from axiometer.build.corpus.steps.refine import refine
from axiometer.build.corpus.steps.screen import screen
from axiometer.build.corpus.steps.write import write
from axiometer.frameworks import Framework
from axiometer.records.corpus_rows import Rule, Text
from axiometer.runtime.stages.rows import CallStage

__all__ = ["COMPACT_STEPS", "STEPS", "Example", "Examples", "Step", "read_examples", "steps"]

Step: TypeAlias = CallStage[Text, Text] | CallStage[Text, Rule] | CallStage[Rule, Rule]

STEPS = ("screen", "write", "refine", "filter", "classify", "label")
COMPACT_STEPS = ("screen", "write", "classify", "label")


def steps(framework: Framework, *, compact: bool, examples: Examples | None, seed: int) -> tuple[Step, ...]:
    """The steps in their order, named as in `STEPS`, or `COMPACT_STEPS` where several are asked in one call."""
    classifying, labelling = classify(framework), label(framework, examples, seed)
    if compact:
        prompting = compact_prompting(framework)
        return CompactScreen(prompting), CompactWrite(prompting), classifying, labelling
    return (
        screen(framework),
        write(framework),
        refine(framework),
        filter_rules(framework),
        classifying,
        labelling,
    )
