"""Value statements in texts: which words state one, on what question, and whose they are.

Three stages that ask a model about each row (`runtime.stages.CallStage`):

- `extracting.ExtractStatements`: `Text` -> `Statement`. Words that do not stand in the text, or that it does not
  support, are no statements (`support.unsupported`).
- `positions.TellPositions`: `Statement` -> the same with `question` and `stance`; reports of fact are dropped.
- `attributing.AttributeStatements`: `Statement` -> the same with `attribution`, `speaker`, `role` and `doubt`. What
  word lists say (`patterns.attribution_by_patterns`) is not shown to the model.

`extracting.unsupported_counts(folder)` counts, from the fates of `extract`, the statements that were not supported.
"""
