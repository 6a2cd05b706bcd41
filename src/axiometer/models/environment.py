"""Where keys and base URLs come from: the environment, then `.env` in the working folder. Keys go nowhere else."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from axiometer.errors import InputError

# Public base URLs of OpenAI-compatible services, so that a key is all a user has to give.
HOSTED = {
    "openai": "https://api.openai.com/v1",
    "ark": "https://ark.cn-beijing.volces.com/api/v3",
    "dashscope": "https://dashscope.aliyuncs.com/compatible-mode/v1",
    "deepseek": "https://api.deepseek.com/v1",
    "gemini": "https://generativelanguage.googleapis.com/v1beta/openai",
    "glm": "https://open.bigmodel.cn/api/paas/v4",
    "groq": "https://api.groq.com/openai/v1",
    "hunyuan": "https://api.hunyuan.cloud.tencent.com/v1",
    "mistral": "https://api.mistral.ai/v1",
    "moonshot": "https://api.moonshot.cn/v1",
    "openrouter": "https://openrouter.ai/api/v1",
    "qianfan": "https://qianfan.baidubce.com/v2",
    "siliconflow": "https://api.siliconflow.cn/v1",
    "together": "https://api.together.xyz/v1",
    "xai": "https://api.x.ai/v1",
    "zai": "https://api.z.ai/api/paas/v4",
    "zhipu": "https://open.bigmodel.cn/api/paas/v4",
}

# Servers that people run themselves, at their default ports. They need no key.
SELF_HOSTED = {
    "llama-server": "http://localhost:8080/v1",
    "lmstudio": "http://localhost:1234/v1",
    "ollama": "http://localhost:11434/v1",
    "sglang": "http://localhost:30000/v1",
    "vllm": "http://localhost:8000/v1",
}

HIDDEN = "[key]"
_SHORTEST_HIDDEN = 6
_KEY_LIKE = re.compile(r"\b(?:sk|ak|pk|rk)-[A-Za-z0-9_*-]{4,}")
_given_keys: set[str] = set()


class ServiceSettings(NamedTuple):
    """How a service is reached. `key` is None where none is needed."""

    base_url: str
    key: str | None


def service_settings(service: str, *, base_url: str | None = None, key_variable: str | None = None) -> ServiceSettings:
    """Base URL and key of a service: `<SERVICE>_BASE_URL`, `<SERVICE>_API_KEY` (upper case, `-` as `_`).

    `base_url` and `key_variable` take precedence (an entry of `models.yaml`). Raises `InputError` naming the variable
    that is missing.
    """
    found = variables()
    stem = service.upper().replace("-", "_").replace(".", "_")
    url = base_url or found.get(f"{stem}_BASE_URL") or HOSTED.get(service.lower()) or SELF_HOSTED.get(service.lower())
    if not url:
        raise InputError(
            "the base URL of service {service!r} is not known",
            mend="set {variable}, in .env for example",
            service=service,
            variable=f"{stem}_BASE_URL",
        )
    checked = checked_url(url, f"{stem}_BASE_URL")
    variable = key_variable or f"{stem}_API_KEY"
    key = found.get(variable)
    if key:
        return ServiceSettings(checked, checked_key(key, variable))
    if key_variable is None and (service.lower() in SELF_HOSTED or is_local(checked)):
        return ServiceSettings(checked, None)
    raise InputError(
        "no key for service {service!r}",
        mend="set {variable}, in .env for example",
        service=service,
        variable=variable,
    )


def variables() -> Mapping[str, str]:
    """The environment's variables over those of `.env` in the working folder. Raises `InputError` for a file that
    cannot be read."""
    file = Path.cwd() / ".env"
    try:
        stamp = file.stat()
    except OSError:
        return os.environ
    stored = _dotenv(str(file), stamp.st_mtime_ns, stamp.st_size)
    return {**stored, **os.environ}


def checked_key(key: str, variable: str) -> str:
    """The key, when it can be sent in a header. Raises `InputError` naming the variable, never showing the key."""
    if not key.isascii():
        raise InputError(
            "the key in {variable} holds characters outside ASCII", mend="copy it again", variable=variable
        )
    if any(character.isspace() or not character.isprintable() for character in key):
        raise InputError(
            "the key in {variable} holds a space or a line end", mend="copy it again, without quotes", variable=variable
        )
    _given_keys.add(key)
    return key


def checked_url(url: str, variable: str) -> str:
    """The URL without a slash at its end. Raises `InputError` for what is no http(s) URL."""
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError("{variable} is no http or https URL", variable=variable)
    return url.strip().rstrip("/")


def is_local(url: str) -> bool:
    """Whether a URL points to this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def host_of(url: str) -> str:
    """Host and port of a URL, without user, password or path: fit for a label."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port is not None else str(parts.hostname)


def redact(text: str) -> str:
    """The text with every known key, and everything that looks like one, replaced by `[key]`."""
    known = {value for name, value in os.environ.items() if name.upper().endswith(("_API_KEY", "_TOKEN"))} | _given_keys
    for key in sorted(known, key=len, reverse=True):
        if len(key) >= _SHORTEST_HIDDEN:
            text = text.replace(key, HIDDEN)
    return _KEY_LIKE.sub(HIDDEN, text)


@lru_cache(maxsize=8)
def _dotenv(path: str, modified: int, size: int) -> Mapping[str, str]:  # noqa: ARG001 (a changed file is read anew)
    from dotenv import dotenv_values

    try:
        found = dotenv_values(path, encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("the file is not UTF-8", file=".env", mend="save it as UTF-8") from error
    return {name: value for name, value in found.items() if value is not None}
