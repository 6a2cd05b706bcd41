"""What a user wants of topics."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from axiometer.errors import InputError

TOPIC: Final = "topic"
"""The key of `Text.meta` that holds the id of the text's topic or other subject."""
FEWEST: Final = 10
"""Fewer texts of a nation and language than this are not clustered: all of them are tagged."""
MOST_TOPICS: Final = 300


class Method(StrEnum):
    """How texts are clustered."""

    KMEANS = "kmeans"
    HDBSCAN = "hdbscan"


@dataclass(frozen=True, slots=True)
class TopicOptions:
    """How topics are found. Make it with `of`.

    k: how many, None is chosen by the criterion of `clustering.choose_k` between `fewest` and `most` (None: as many as
    there can be of `least_size`, at most 300). dimensions: that vectors are projected to. least_size: texts that a
    topic must have (None: by how many texts there are, see `least_size_of`). outside: how far below the median a text's
    cosine to its centre may lie, in robust standard deviations, before it fits no topic.
    """

    method: Method
    k: int | None
    fewest: int
    most: int | None
    dimensions: int
    least_size: int | None
    outside: float
    seed: int

    @classmethod
    def of(
        cls,
        *,
        method: str = Method.KMEANS,
        k: int | None = None,
        fewest: int = 2,
        most: int | None = None,
        dimensions: int = 50,
        least_size: int | None = None,
        outside: float = 2.0,
        seed: int = 0,
    ) -> TopicOptions:
        """The options, checked. Raises `InputError` for what cannot be."""
        if method not in set(Method):
            known = ", ".join(str(each) for each in Method)
            raise InputError("--{name} {word} is not one of {known}", name="topics", word=method, known=known)
        if k is not None and method == Method.HDBSCAN:
            raise InputError("--topics hdbscan finds how many topics there are: it takes no number")
        for name, number in (("k", k), ("fewest", fewest), ("most", most), ("dimensions", dimensions)):
            if number is not None and number < 1:
                raise InputError("topics: {name} must be at least 1, not {number}", name=name, number=number)
        if most is not None and most < fewest:
            raise InputError("topics: at most {most} are fewer than at least {fewest}", most=most, fewest=fewest)
        if least_size is not None and least_size < 1:
            raise InputError("topics: {name} must be at least 1, not {number}", name="least size", number=least_size)
        if not outside > 0:
            raise InputError("topics: {name} must be above 0, not {number}", name="outside", number=f"{outside:g}")
        return cls(Method(method), k, fewest, most, dimensions, least_size, outside, seed)

    @property
    def said(self) -> dict[str, object]:
        """All of it, as JSON values."""
        return {
            "method": str(self.method),
            "k": self.k,
            "fewest": self.fewest,
            "most": self.most,
            "dimensions": self.dimensions,
            "least_size": self.least_size,
            "outside": self.outside,
            "seed": self.seed,
        }

    def least_size_of(self, texts: int) -> int:
        """Texts that a topic among `texts` must have: as given, or a tenth of their root, but two at least (two of 48,
        ten of 10,000, 32 of 100,000)."""
        return self.least_size or max(2, round(texts**0.5 / 10))
