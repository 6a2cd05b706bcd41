"""`nli/NAME_OR_PATH`: a cross-encoder for natural language inference from Hugging Face, or from a folder (extra `nli`).

A score is the softmax probability of the label that the model's own configuration calls contradiction. Such models
judge sentences, not rules: they are trained on what can be true of one scene, and know no tension between good rules.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final, TypeVar

from axiometer.errors import InputError
from axiometer.models.contradiction.labels import Named, contradiction_label
from axiometer.models.protocols import Confidence, ConflictKind, Contradiction

if TYPE_CHECKING:
    import torch

Loaded = TypeVar("Loaded")

CONTRADICTS: Final = 0.5
"""Pairs that reach this probability in both directions are called contradictions."""

_VERSION: Final = 1
_LONGEST = 512  # tokens of a pair, where the model does not say; rules have some tens
_MOST_PAIRS = 128  # of one batch
_WEIGHTS = ("*.safetensors", "*.bin")
_DESCRIBING = ("config.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt", "*.model")
_BLOCK = 1 << 20


class CrossEncoder:
    """A `ContradictionModel` by a classifier of pairs. `device`: where it computes; None: a GPU where there is one.
    `label_of`: finds the label whose probability is read.

    The first text is the premise, the second the hypothesis; the other direction is asked where the first reaches
    `plausible`. Batches hold pairs of like length, of at most `tokens` tokens with padding. The configuration is read
    when the model is opened, the weights at the first pair. Scores are equal within rounding (about 1e-6) whatever
    else is in a batch.
    """

    def __init__(
        self,
        model: str,
        *,
        device: str | None = None,
        plausible: float = 0.1,
        tokens: int = 16_384,
        label_of: Callable[[str, Named, Named], int] = contradiction_label,
    ) -> None:
        if not 0.0 <= plausible <= 1.0:
            raise InputError("{name} must lie between 0 and 1, not {value}", name="plausible", value=plausible)
        if tokens < 1:
            raise InputError("{name} must be at least 1, not {value}", name="tokens", value=tokens)
        self.model = model
        self.plausible = plausible
        self.tokens = tokens
        self._device = device
        self._where = _place(model)
        self._commit, self.label = _configuration(model, self._where, label_of)
        self._network: _Network | None = None

    @property
    def name(self) -> str:
        return f"nli/{self.model}"

    @property
    def identity(self) -> Mapping[str, object]:
        """A folder is known by the hash of its weights, a name on the hub by its commit."""
        folder = Path(self._where)
        return {
            "method": "nli",
            "version": _VERSION,
            "model": folder.name if folder.is_dir() else self.model,
            "weights": _digest(folder) if folder.is_dir() else self._commit,
            "label": self.label,
            "plausible": self.plausible,
            "from": CONTRADICTS,
        }

    def contradictions(self, pairs: Sequence[tuple[str, str, str]]) -> list[Contradiction]:
        """See `ContradictionModel`. The languages are not looked at: what a model knows is its own affair."""
        ab = self.probabilities([(first, second) for first, second, _ in pairs])
        worth = [row for row, score in enumerate(ab) if score >= self.plausible]
        other = self.probabilities([(pairs[row][1], pairs[row][0]) for row in worth])
        ba: dict[int, float] = dict(zip(worth, other, strict=True))
        return [_contradiction(score, ba.get(row)) for row, score in enumerate(ab)]

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Of the label that is read, for each pair as premise and hypothesis."""
        if not pairs:
            return []
        if self._network is None:
            self._network = _Network(self.model, self._where, self._device)
        return self._network.probabilities(pairs, self.label, self.tokens)


def _contradiction(ab: float, ba: float | None) -> Contradiction:
    found = ba is not None and min(ab, ba) >= CONTRADICTS
    return Contradiction(ab, ba, ConflictKind.CONTRADICTION if found else None, Confidence.NORMAL)


class _Network:
    """The weights and the tokenizer, on their device."""

    def __init__(self, name: str, where: str, device: str | None) -> None:
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        self._torch = torch
        self._tokenizer = _opened(name, lambda: AutoTokenizer.from_pretrained(where))
        loaded = _opened(name, lambda: AutoModelForSequenceClassification.from_pretrained(where, dtype=torch.float32))
        try:
            self._device = torch.device(device or _best_device(torch))
            self._model = loaded.to(self._device).eval()
        except (RuntimeError, AssertionError) as error:
            said = str(error).splitlines()[0]
            raise InputError("device {device!r} cannot be used: {said}", device=device, said=said) from error
        known = min(self._tokenizer.model_max_length, getattr(loaded.config, "max_position_embeddings", _LONGEST))
        self._longest = min(known, _LONGEST)

    def probabilities(self, pairs: Sequence[tuple[str, str]], label: int, tokens: int) -> list[float]:
        encoded = self._tokenizer(
            [first for first, _ in pairs],
            [second for _, second in pairs],
            truncation="longest_first",
            max_length=self._longest,
        )
        lengths = [len(ids) for ids in encoded["input_ids"]]
        scores = [0.0] * len(pairs)
        for rows in batches(lengths, tokens):
            chosen = {name: [column[row] for row in rows] for name, column in encoded.items()}
            padded = self._tokenizer.pad(chosen, padding="longest", return_tensors="pt").to(self._device)
            with self._torch.inference_mode():
                found: torch.Tensor = self._model(**padded).logits.float().softmax(dim=-1)[:, label]
            for row, score in zip(rows, found.cpu().tolist(), strict=True):
                scores[row] = min(1.0, max(0.0, float(score)))
        return scores


def batches(lengths: Sequence[int], tokens: int) -> Iterator[list[int]]:
    """Rows of like length, the longest first, so that a batch that does not fit shows at once; padded to its longest, a
    batch holds at most `tokens` tokens (a longer row is alone)."""
    rows = sorted(range(len(lengths)), key=lambda row: (-lengths[row], row))
    start = 0
    while start < len(rows):
        count = max(1, min(_MOST_PAIRS, tokens // max(1, lengths[rows[start]])))
        yield rows[start : start + count]
        start += count


def _configuration(name: str, where: str, label_of: Callable[[str, Named, Named], int]) -> tuple[str | None, int]:
    """(the commit on the hub, None for a folder; the index of the label that is read)."""
    try:
        import torch  # noqa: F401  (missing, it is said before anything is planned with this model)
        from transformers import AutoConfig, PretrainedConfig
    except ImportError as error:
        raise InputError("NLI models need PyTorch and Transformers", mend="pip install 'axiometer[nli]'") from error
    config = _opened(name, lambda: AutoConfig.from_pretrained(where))
    # As it is written: Transformers puts numbers in place of names where only one of the two mappings is there.
    written, _ = _opened(name, lambda: PretrainedConfig.get_config_dict(where))
    label = label_of(name, written.get("id2label"), written.get("label2id"))
    if not 0 <= label < config.num_labels:
        raise InputError("{model}: there is no output {label}", model=name, label=label)
    return (None if Path(where).is_dir() else getattr(config, "_commit_hash", None)), label


def _opened(name: str, load: Callable[[], Loaded]) -> Loaded:
    """What `load` gives; the many errors of loading as one of ours."""
    try:
        return load()
    except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise InputError("the NLI model {name!r} cannot be loaded: {said}", name=name, said=said) from error


def _place(model: str) -> str:
    """The folder, or the name on the hub."""
    folder = Path(model).expanduser()
    if folder.is_dir():
        return str(folder)
    if model.startswith(("/", ".", "~")) or folder.exists():
        raise InputError("there is no folder with an NLI model here", file=folder)
    return model


def _best_device(torch: ModuleType) -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


@cache
def _digest(folder: Path) -> str:
    """32 hex digits of the SHA-256 of a model's files, names included."""
    found = hashlib.sha256()
    names = {path.name for pattern in (*_WEIGHTS, *_DESCRIBING) for path in folder.glob(pattern)}
    for name in sorted(names):
        found.update(f"{name}\0".encode())
        with (folder / name).open("rb") as file:
            while block := file.read(_BLOCK):
                found.update(block)
    return found.hexdigest()[:32]
