"""Transformers that tell values (extra `train`): any encoder that Transformers loads, tuned or frozen.

`multilabel`: one encoder, one output per value. `binary`: a classifier per value, over one frozen encoder, or each with
an encoder of its own that was tuned for it. `batching`, `tokens`: texts to batches of like length; `backbone`,
`network`: what is computed; `losses`, `tuning`, `checkpoints`: how it is learnt, and goes on after a kill; `frozen`:
heads over vectors; `training` puts it together; `model`, `storing`: what is applied, and how it lies on disk. PyTorch
is imported by `network`, `losses`, `tuning` and `checkpoints`, and these by functions alone.
"""
