"""Weights in Hugging Face's formats, and what is needed to load them: a folder, an adapter, a GGUF file, a hub's name.

Nothing of PyTorch is imported before something is loaded.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import warnings
from contextlib import redirect_stderr
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from axiometer.errors import InputError
from axiometer.models.local_weights import ALIASES, check_target, digest_of, file_digest, find_weights

EXTRA = "pip install 'axiometer[train]'"
ADAPTER = "adapter_config.json"
_CONFIG = "config.json"
_HUB = re.compile(r"[\w][\w.-]*/[\w][\w.-]*")
_WEIGHTS = (".safetensors", ".bin", ".json", ".jinja", ".model", ".txt")
_NOT_WEIGHTS = ("README", "training_", "trainer_state", "train.json", "axiometer")


@dataclass(frozen=True, slots=True)
class Weights:
    """Where weights are. `folder` holds them (None: a GGUF file, `gguf`); `base` is what an adapter changes."""

    target: str
    digest: str
    folder: Path | None = None
    gguf: str | None = None
    base: Weights | None = None

    @property
    def label(self) -> str:
        """A name without this machine's paths."""
        return Path(self.target).name if self.folder is not None or self.gguf not in ALIASES else self.target


def find(target: str) -> Weights:
    """The weights that `target` names: an alias of a packaged GGUF model, a GGUF file, a folder with a model or an
    adapter, or the name of a model on a hub, which is downloaded once. Raises `InputError` where there are none."""
    folder = Path(target).expanduser()
    if target in ALIASES or target.endswith(".gguf"):
        check_target(target)
        return Weights(target, digest_of(target), gguf=target)
    if folder.is_dir():
        return _in_folder(target, folder)
    if _HUB.fullmatch(target) and not folder.exists():
        return _in_folder(target, _downloaded(target))
    known = "a folder with {config} or {adapter}, a GGUF file, a hub's owner/name, or one of {aliases}"
    raise InputError(
        "no such model", file=target, mend=known, config=_CONFIG, adapter=ADAPTER, aliases=", ".join(ALIASES)
    )


def need_libraries(*names: str) -> None:
    """Raises `InputError`, in one line, where a library of the extra is not installed."""
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        raise InputError("this needs {names}", mend=EXTRA, names=" and ".join(missing))


def load(weights: Weights, dtype: str, device: str) -> tuple[Any, Any]:
    """(model, tokenizer), in evaluation mode, an adapter merged in. Raises `InputError` where they cannot be loaded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of one library to another
        model, tokenizer = load_base(weights.base or weights, dtype)
        if weights.base is not None:
            need_libraries("peft")
            import peft

            model = peft.PeftModel.from_pretrained(model, str(weights.folder)).merge_and_unload()
    return model.to(device).eval(), tokenizer


def load_base(weights: Weights, dtype: str) -> tuple[Any, Any]:
    """(model, tokenizer) without any adapter, on the processor. Raises `InputError` where they cannot be loaded."""
    need_libraries("torch", "transformers", *(("gguf",) if weights.gguf is not None else ()))
    import torch
    import transformers

    transformers.utils.logging.disable_progress_bar()
    more: dict[str, Any] = {}
    folder = weights.folder
    if weights.gguf is not None:
        file = find_weights(weights.gguf)
        folder, more = file.parent, {"gguf_file": file.name}
    try:
        with redirect_stderr(StringIO()):  # bars of progress, and of no use to anyone here
            tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder), **more)
            model = transformers.AutoModelForCausalLM.from_pretrained(str(folder), dtype=getattr(torch, dtype), **more)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise InputError("transformers cannot load this model: {said}", file=weights.target, said=said) from error
    if weights.gguf is not None:
        model = _plain(model)
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return model, tokenizer


def _plain(model: Any) -> Any:
    """The same model without the mark of a quantised one: its weights were unpacked when they were loaded, but
    trainers refuse it by that mark, and it would be saved with it."""
    import transformers

    config = model.config
    for name in ("quantization_config", "_pre_quantization_dtype"):
        if hasattr(config, name):
            delattr(config, name)
    plain = transformers.AutoModelForCausalLM.from_config(config, dtype=model.dtype)
    plain.load_state_dict(model.state_dict())
    plain.generation_config = model.generation_config
    return plain.eval()


def default_device() -> str:
    """`cuda` where PyTorch sees one, else `cpu`."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _in_folder(target: str, folder: Path) -> Weights:
    adapter = folder / ADAPTER
    if adapter.is_file():
        base = _base_of(adapter)
        digest = _digest(folder, [base.digest])
        return Weights(target, digest, folder=folder, base=base)
    if not (folder / _CONFIG).is_file():
        what = "holds neither {config} nor {adapter}"
        raise InputError(what, file=target, mend="is it a model's folder?", config=_CONFIG, adapter=ADAPTER)
    return Weights(target, _digest(folder, []), folder=folder)


def _base_of(adapter: Path) -> Weights:
    """What an adapter changes: as its configuration names it, a relative path from the adapter's own folder."""
    try:
        named = json.loads(adapter.read_text(encoding="utf-8"))["base_model_name_or_path"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError("names no base model", file=adapter) from error
    beside = adapter.parent / str(named)
    return find(str(beside) if str(named).startswith(".") and beside.is_dir() else str(named))


def _digest(folder: Path, more: list[str]) -> str:
    """The SHA-256 over the names and hashes of all files that decide what the model says."""
    files = [
        file
        for file in sorted(folder.iterdir())
        if file.is_file() and file.suffix in _WEIGHTS and not file.name.startswith(_NOT_WEIGHTS)
    ]
    if not any(file.suffix in (".safetensors", ".bin") for file in files):
        raise InputError("holds no weights (.safetensors)", file=folder)
    digests = [f"{file.name} {file_digest(file)}" for file in files]
    return hashlib.sha256("\n".join([*more, *digests]).encode()).hexdigest()


def _downloaded(name: str) -> Path:
    """A hub's model in the user's own cache of Hugging Face."""
    need_libraries("huggingface_hub")
    import huggingface_hub

    try:
        kept = [f"*{suffix}" for suffix in _WEIGHTS if suffix != ".bin"]
        return Path(huggingface_hub.snapshot_download(name, allow_patterns=kept))
    except Exception as error:  # the hub's client raises its own, OSError, and those of its HTTP library
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise InputError("{name} cannot be downloaded: {said}", name=name, said=said) from error
