"""Statements that contradict each other within a nation: found, shown, and resolved so that no position holds both.

What the step needs, in the order in which it is called (`options = ReductionOptions.of(policy=..., judge=...,
period=..., near=..., k=...)`; `statements`: the folder of the last step before, parts of `Statement` with question,
stance and attribution; `copies`: id of a text or document -> id of the one that it copies):

    candidates.find_pairs(statements, found, options, search, copies) -> names of parts
        `found`: a `StageFolder` that gets parts of `RulePair` (statements as rule_a, rule_b) and `wordings.parquet`
    with a judge (`llm/...`):
        relating.write_questions(found, asked) -> names of parts of `RelationQuestion`
        turns.ask(RelateStatements(), respondent, [InputPart(name, asked, RelationQuestion) ...], answered)
    with `lexical` or `nli/...`:
        conflicts.scoring.score(found, scored, model, map_tasks, both=True)
    pipeline.reduce_statements(statements, found, verdicts, output, tables, options, search) -> Summary
        `verdicts`: `Judged(answered, method)` or `Scored(scored, method)`; `output` gets parts of the names of
        `statements`, `tables` the files issues, opposed and removed (.parquet).

Inside: `wordings` (what counts as one source), `edges` (the model's word and the stances, combined), `groups` (issues),
`balance` (two stances), `positions` and `resolving` (policies, to the fixed point), `publish` (tables).
"""
