"""From an HTTP answer to a raw answer or a `CallError`: may the same call succeed later, is going on futile."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from axiometer.models.environment import redact
from axiometer.models.filters import ErrorDetails, details_of, filter_in, filtered_answer
from axiometer.models.protocols import (
    BadAnswer,
    BadRequest,
    CallError,
    ModelNotFound,
    QuotaExceeded,
    RateLimited,
    Temporary,
    Unauthorised,
)

_QUOTA_CODES = {
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_not_active",
    "exceeded_current_quota_error",
    "insufficient_balance",
    "AccountOverdueError",
    "Arrearage",
    "1113",
}
_MISSING_CODES = {"model_not_found", "ModelNotFound", "1211", "InvalidEndpointOrModel.NotFound", "model_not_exist"}
_MISSING_MESSAGES = {"Model Not Exist"}
_KEY_CODES = {"invalid_api_key", "AuthenticationError", "1000", "1001", "1002", "1003", "1004"}
_INTERRUPTED = {"insufficient_system_resource", "network_error"}
_LONGEST = 300


def accept(name: str, status: int, headers: Mapping[str, str], content: bytes) -> bytes:
    """The raw answer in an HTTP answer: its body, or a marked body where a content filter blocked the request.

    `name` is the respondent's, for messages. Raises the `CallError` that fits anything else.
    """
    try:
        body = json.loads(content)
    except ValueError:
        if status == 200:
            raise BadAnswer(f"{name}: the answer is not JSON ({len(content)} bytes)") from None
        body = None
    if status == 200 and isinstance(body, dict) and body.get("choices"):
        _check_interrupted(name, body)
        return content
    details = details_of(body)
    filtered = filter_in(status, details)
    if filtered is not None:
        return filtered_answer(filtered, status, body)
    if status == 200 and details == ErrorDetails():
        raise BadAnswer(f"{name}: the answer holds no choices")
    raise failure(name, status, headers, details, content)


def failure(
    name: str, status: int, headers: Mapping[str, str], details: ErrorDetails, content: bytes = b""
) -> CallError:
    """The error for an HTTP status and what its body says. A status of 200 with an error inside counts as 400."""
    codes = {details.code, details.kind} - {""}
    said = details.message or content[:_LONGEST].decode("utf-8", "replace").strip()
    label = details.code or details.kind
    line = redact(f"{name}: HTTP {status}{f' {label}' if label else ''}: {' '.join(said.split())[:_LONGEST]}")
    wait = retry_after(headers)
    if status == 402 or (codes & _QUOTA_CODES and not _throttled(name, status)):
        return QuotaExceeded(f"{line} (top up the account, then run the same command again)")
    if codes & _MISSING_CODES or details.message in _MISSING_MESSAGES or status == 404:
        return ModelNotFound(f"{line} (check the model's name and the base URL)")
    if status in (401, 403) or codes & _KEY_CODES:
        return Unauthorised(f"{line} (check the key and what it may use)")
    if status == 429 or (status == 503 and wait is not None):
        return RateLimited(line, wait)
    if status in (408, 409, 425) or status >= 500:
        return Temporary(line)
    return BadRequest(line)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait as a service says it: `retry-after-ms`, or `retry-after` in seconds or as an HTTP date."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return max(milliseconds / 1000.0, 0.0)
    value = headers.get("retry-after")
    if value is None:
        return None
    seconds = _number(value)
    if seconds is not None:
        return max(seconds, 0.0)
    try:
        return max(parsedate_to_datetime(value).timestamp() - time.time(), 0.0)
    except ValueError:
        return None


def _number(text: str | None) -> float | None:
    """The number in a header; what is none, not-a-number or infinite says nothing."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _throttled(name: str, status: int) -> bool:
    """DashScope sends `insufficient_quota` with 429 for tokens per minute, which is a matter of waiting."""
    return status == 429 and "/dashscope/" in name


def _check_interrupted(name: str, body: Mapping[str, object]) -> None:
    choices = body["choices"]
    first = choices[0] if isinstance(choices, list) else None
    if not isinstance(first, dict):
        raise BadAnswer(f"{name}: the answer's choices have an unknown form")
    if first.get("finish_reason") in _INTERRUPTED:
        raise Temporary(f"{name}: the service broke off ({first['finish_reason']})")
