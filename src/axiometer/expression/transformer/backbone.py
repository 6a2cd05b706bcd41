"""The encoder that training begins with: anything that `AutoModel` loads and that has a fast tokenizer."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Callable, Iterable, Mapping
from contextlib import redirect_stderr
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from axiometer.errors import InputError
from axiometer.expression.card import Json
from axiometer.expression.transformer.tokens import Tokens
from axiometer.models import transformers_weights

if TYPE_CHECKING:
    import torch

Loaded = TypeVar("Loaded")

LIBRARIES: Final = ("torch", "transformers")  # which brings tokenizers and safetensors
_SANE: Final = 1_000_000  # tokens; tokenizers that know no limit name a number far above
# What a configuration may say that makes Transformers fetch or choose code.
_CODE: Final = ("auto_map", "custom_pipelines", "quantization_config", "name_or_path", "attn_implementation")
_CODE_ENDINGS: Final = ("_implementation", "_kernels")


@dataclass(frozen=True, slots=True)
class Backbone:
    """An encoder, not tuned yet. settings: its configuration as plain JSON; digest: of its weights and tokens. A
    network takes a copy of `model`, which stays as it is."""

    name: str
    settings: Mapping[str, Json]
    model: torch.nn.Module
    tokens: Tokens
    dimensions: int
    digest: str


def need_libraries() -> None:
    """Raises `InputError`, in one line, where a library of the extra is not installed."""
    transformers_weights.need_libraries(*LIBRARIES)


def best_device(wanted: str | None = None) -> str:
    """`wanted`, or `cuda` where PyTorch sees one, else `cpu`. Raises `InputError` for one that cannot be used."""
    import torch

    if wanted is None:
        return transformers_weights.default_device()
    try:
        torch.zeros(1, device=wanted)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        said = str(error).splitlines()[0]
        raise InputError("device {device!r} cannot be used: {said}", device=wanted, said=said) from error
    return wanted


def open_backbone(named: str, label: str, longest: int) -> Backbone:
    """The encoder in a folder, or of a hub's name (downloaded once into the user's cache of Hugging Face). No code of a
    repository is run. Raises `InputError` where there is none, it is no encoder, or it has no fast tokenizer."""
    need_libraries()
    import torch
    import transformers

    where = _place(named)
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    config = _opened(named, lambda: _config(where, label))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)  # parts that the file lacks are drawn: the same ones always
        tokenizer = _opened(named, lambda: transformers.AutoTokenizer.from_pretrained(where, trust_remote_code=False))
        model, account = _opened(named, lambda: _weights(where, config))
    _check_whole(account["missing_keys"], label)
    if getattr(model.config, "is_encoder_decoder", False):
        raise InputError("{name} is no encoder: it has a decoder, too", name=label)
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise InputError("{name} has no fast tokenizer (tokenizer.json)", name=label)
    model = without_pooler(model).eval()
    pad = next((each for each in (tokenizer.pad_token_id, model.config.pad_token_id) if isinstance(each, int)), 0)
    tokens = Tokens(backend.to_str(), pad, min(longest, _limit(model, tokenizer)))
    settings = plain_settings(json.loads(model.config.to_json_string(use_diff=False)))
    return Backbone(label, settings, model, tokens, int(model.config.hidden_size), _digest(model, tokens))


def empty_model(settings: Mapping[str, Json], most_layers: int) -> torch.nn.Module:
    """An encoder of this shape; its weights mean nothing yet. Raises `ValueError` for settings that describe none, or
    one of more layers than `most_layers`."""
    import torch
    import transformers

    plain = plain_settings(settings)
    try:
        kind = _known_kind(plain.pop("model_type", None))
        with redirect_stderr(StringIO()), torch.random.fork_rng(devices=[]):
            config = transformers.AutoConfig.for_model(kind, **plain)
            if getattr(config, "num_hidden_layers", 0) > most_layers:
                raise ValueError("more layers than there are weights for")
            model = transformers.AutoModel.from_config(config, dtype=torch.float32, trust_remote_code=False)
    except Exception as error:  # of a stranger's numbers anything may come: KeyError, TypeError, RuntimeError
        raise ValueError(_first_line(error)) from error
    return without_pooler(model).eval()


def plain_settings(settings: Mapping[str, Json]) -> dict[str, Json]:
    """A configuration without what could make Transformers fetch or run code, at any depth."""
    return {
        key: plain_settings(value) if isinstance(value, Mapping) else value
        for key, value in settings.items()
        if key not in _CODE and not key.startswith("_") and not key.endswith(_CODE_ENDINGS)
    }


def without_pooler(model: Any) -> Any:
    """The model without the layer that some have behind the last: it is not read, and files often lack its weights."""
    if getattr(model, "pooler", None) is not None:
        model.pooler = None
    return model


def _config(where: str, label: str) -> Any:
    """The configuration without anything that chooses code. Raises `InputError` where the model needs such."""
    from transformers import AutoConfig, PreTrainedConfig
    from transformers.models.auto.tokenization_auto import get_tokenizer_config

    said, _ = PreTrainedConfig.get_config_dict(where)
    if "auto_map" in said or "auto_map" in get_tokenizer_config(where):
        raise InputError("{name} brings code of its own (auto_map), which is not run", name=label)
    if "quantization_config" in said:
        raise InputError("{name} is quantised: train from its full weights", name=label)
    plain = plain_settings(said)
    return AutoConfig.for_model(_known_kind(plain.pop("model_type", None)), **plain)


def _weights(where: str, config: Any) -> tuple[Any, Any]:
    """(model, what of it was not in the file). Safetensors alone are read: other formats are pickles."""
    import torch
    import transformers

    how = {"dtype": torch.float32, "trust_remote_code": False, "use_safetensors": True, "output_loading_info": True}
    model, account = transformers.AutoModel.from_pretrained(where, config=config, **how)
    return model, account


def _known_kind(kind: object) -> str:
    """The kind of a model that reads texts. Others may fetch files of their own when they are made."""
    from transformers.models.auto import modeling_auto as known

    kinds = {**known.MODEL_FOR_MASKED_LM_MAPPING_NAMES, **known.MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES}
    if kind not in kinds:
        raise ValueError(f"{kind} is no kind of encoder that Transformers knows")
    return str(kind)


def _check_whole(missing: Iterable[str], label: str) -> None:
    """Raises `InputError` where weights that are read were not in the file: they would be drawn at random."""
    lacking = sorted(name for name in missing if not name.startswith("pooler."))
    if lacking:
        raise InputError(
            "{name} lacks weights of its own encoder: {n} tensors, {first} first",
            name=label,
            n=len(lacking),
            first=lacking[0],
        )


def _place(named: str) -> str:
    folder = Path(named).expanduser()
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            raise InputError("holds no config.json", file=folder, mend="is it a model's folder?")
        if not any(folder.glob("*.safetensors")):
            mend = "other formats can run code when they are read: save the model again as safetensors"
            raise InputError("holds no weights (.safetensors)", file=folder, mend=mend)
        return str(folder)
    if named.startswith(("/", ".", "~")) or folder.exists() or named.count("/") > 1:
        raise InputError("there is no folder with a model here", file=folder)
    return named


def _limit(model: Any, tokenizer: Any) -> int:
    """Tokens that the model has places for. Models of RoBERTa's kind begin to count after the token that pads."""
    known = getattr(model.config, "max_position_embeddings", None) or _SANE
    before = getattr(getattr(model, "embeddings", None), "padding_idx", None)
    most = int(known) - (0 if before is None else int(before) + 1)
    return min(most, tokenizer.model_max_length or _SANE, _SANE)


def _digest(model: Any, tokens: Tokens) -> str:
    found = hashlib.sha256(tokens.content.encode())
    for name, tensor in sorted(model.state_dict().items()):
        found.update(name.encode())
        found.update(tensor.detach().contiguous().cpu().numpy().tobytes())
    return found.hexdigest()[:32]


def _opened(name: str, load: Callable[[], Loaded]) -> Loaded:
    """What `load` gives; the many errors of loading as one of ours."""
    try:
        with warnings.catch_warnings(), redirect_stderr(StringIO()):
            warnings.simplefilter("ignore")
            return load()
    except (OSError, ValueError, KeyError, ImportError, RuntimeError, AttributeError, TypeError) as error:
        raise InputError("transformers cannot load {name!r}: {said}", name=name, said=_first_line(error)) from error


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
