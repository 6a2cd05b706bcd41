"""From `provider/name` to a respondent. Providers are imported only when they are named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from axiometer.errors import InputError
from axiometer.models.protocols import ChatModel, Sampling
from axiometer.models.settings import ModelEntry, Parameters

ENDPOINT_TOKENS = 256
LOCAL_TOKENS = 24
_HERE = ("local", "hf")  # providers that run in this process


@dataclass(frozen=True, slots=True)
class Provider:
    """A kind of respondent: the prefix of its names, what follows the prefix, and a line about it."""

    prefix: str
    form: str
    about: str
    make: Callable[[str, ModelEntry, Sampling], ChatModel]


def open_model(name: str, entry: ModelEntry | None = None, parameters: Parameters | None = None) -> ChatModel:
    """The respondent called `name`. `parameters` (the command line's) go before those of `entry` (models.yaml's).

    Raises `InputError` for an unknown provider or model, a missing key or a missing file.
    """
    known = entry or ModelEntry()
    prefix, _, rest = name.partition("/")
    provider = {provider.prefix: provider for provider in providers()}.get(prefix)
    if provider is None or not rest:
        prefixes = ", ".join(f"{each.prefix}/" for each in providers())
        raise InputError("unknown model {name!r}", mend="names begin with {prefixes}", name=name, prefixes=prefixes)
    return provider.make(rest, known, _sampling(parameters or Parameters(), known, prefix))


def providers() -> tuple[Provider, ...]:
    """Every provider, in the order in which they are documented."""
    return (
        Provider("sim", "PROFILE or FILE.yaml", "simulated respondents with planted values", _simulated),
        Provider("local", "ALIAS or FILE.gguf", "a GGUF model in this process (llama.cpp)", _local),
        Provider("hf", "FOLDER, NAME or ALIAS", "a Hugging Face model or adapter in this process (PyTorch)", _hf),
        Provider("openai", "MODEL", "OpenAI (OPENAI_API_KEY)", _openai),
        Provider(
            "openai-api", "SERVICE/MODEL", "any OpenAI-compatible service (<SERVICE>_API_KEY, _BASE_URL)", _service
        ),
        Provider("completions", "SERVICE/MODEL", "base models behind /v1/completions (vLLM, llama.cpp)", _completions),
        Provider("recorded", "FILE or FILE#MODEL", "answers recorded in a table", _recorded),
    )


def _sampling(given: Parameters, entry: ModelEntry, prefix: str) -> Sampling:
    """The stated defaults: temperature 0, no top-p, 256 tokens (24 for models in this process), no system prompt."""
    wanted = given.over(entry.parameters)
    tokens = LOCAL_TOKENS if prefix in _HERE else ENDPOINT_TOKENS
    return Sampling(
        temperature=0.0 if wanted.temperature is None else wanted.temperature,
        top_p=wanted.top_p,
        max_tokens=wanted.max_tokens or tokens,
        system=wanted.system,
        reasoning=wanted.reasoning,
        seed=wanted.seed,
    )


def _simulated(rest: str, entry: ModelEntry, sampling: Sampling) -> ChatModel:
    from axiometer.models.simulated import SimulatedRespondent, is_judge, is_writer, load_profile

    del entry, sampling
    if is_writer(rest):
        from axiometer.models.simulated_writer import SimulatedWriter, load_writer

        return SimulatedWriter(load_writer(rest))
    if is_judge(rest):
        from axiometer.models.simulated_judge import SimulatedJudge, load_judge

        return SimulatedJudge(load_judge(rest))
    return SimulatedRespondent(load_profile(rest))


def _recorded(rest: str, entry: ModelEntry, sampling: Sampling) -> ChatModel:
    from axiometer.models.recorded import load_recorded

    del entry, sampling
    return load_recorded(rest)


def _local(rest: str, entry: ModelEntry, sampling: Sampling) -> ChatModel:
    from axiometer.models.local import LocalModel

    return LocalModel(f"local/{rest}", rest, sampling, chat_template=entry.chat_template)


def _hf(rest: str, entry: ModelEntry, sampling: Sampling) -> ChatModel:
    from axiometer.models.transformers_model import open_transformers

    return open_transformers(f"hf/{rest}", rest, entry, sampling)


def _openai(rest: str, entry: ModelEntry, sampling: Sampling) -> ChatModel:
    return _endpoint(f"openai/{rest}", "openai", rest, entry, sampling)


def _service(rest: str, entry: ModelEntry, sampling: Sampling) -> ChatModel:
    service, model = _service_and_model("openai-api", rest)
    return _endpoint(f"openai-api/{rest}", service, model, entry, sampling)


def _endpoint(name: str, service: str, model: str, entry: ModelEntry, sampling: Sampling) -> ChatModel:
    from axiometer.models.endpoint import Endpoint
    from axiometer.models.environment import service_settings

    first = entry.endpoints[0] if entry.endpoints else None
    settings = service_settings(service, base_url=first, key_variable=entry.key_variable)
    return Endpoint(
        name,
        model,
        entry.endpoints or [settings.base_url],
        settings.key,
        sampling,
        timeout=entry.limits.timeout,
        extra=entry.extra or None,
        token_parameter=entry.token_parameter,
    )


def _completions(rest: str, entry: ModelEntry, sampling: Sampling) -> ChatModel:
    from axiometer.models.completions import CompletionsEndpoint
    from axiometer.models.environment import service_settings

    service, model = _service_and_model("completions", rest)
    first = entry.endpoints[0] if entry.endpoints else None
    settings = service_settings(service, base_url=first, key_variable=entry.key_variable)
    return CompletionsEndpoint(
        f"completions/{rest}",
        model,
        entry.endpoints or [settings.base_url],
        settings.key,
        sampling,
        timeout=entry.limits.timeout,
        extra=entry.extra or None,
    )


def _service_and_model(prefix: str, rest: str) -> tuple[str, str]:
    service, _, model = rest.partition("/")
    if not model:
        name = f"{prefix}/{rest}"
        raise InputError("unknown model {name!r}", mend="write {form}", name=name, form=f"{prefix}/<service>/<model>")
    return service, model
