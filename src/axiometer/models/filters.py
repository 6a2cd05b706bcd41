"""Content filters of services: the many forms in which a service says that it blocked a text.

A blocked request is an answer (`Finish.FILTER`), attributed to the service and not to the model. Every form here is
matched by status and code; a message is compared only where a service gives no code of its own, and then as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

MARK = "axiometer_filtered"

_CODES = {
    "content_filter": "azure",
    "ResponsibleAIPolicyViolation": "azure",
    "content_policy_violation": "openai",
    "invalid_prompt": "openai",
    "data_inspection_failed": "dashscope",
    "DataInspectionFailed": "dashscope",
    "1301": "glm",
    "1026": "minimax",
    "1027": "minimax",
}
_ARK_CODES = ("SensitiveContentDetected", "TextRiskDetection")
_MESSAGES = {"Content Exists Risk": "deepseek"}
_GROK = "Content violates usage guidelines"


@dataclass(frozen=True, slots=True)
class ErrorDetails:
    """What an error body says, whatever its form; empty where it says nothing."""

    code: str = ""
    kind: str = ""
    message: str = ""
    param: str = ""
    inner_code: str = ""


@dataclass(frozen=True, slots=True)
class Filtered:
    """A filter that stepped in: the service's own code and whose form it is."""

    code: str
    service: str


def details_of(body: object) -> ErrorDetails:
    """The error in a body: `{"error": {...}}`, `{"error": "text"}`, `{"detail": ...}`, `{"code", "message"}`,
    `{"base_resp": {...}}`, or a list that holds one of them."""
    if isinstance(body, list):
        return details_of(body[0]) if body else ErrorDetails()
    if not isinstance(body, Mapping):
        return ErrorDetails()
    error = body.get("error")
    if isinstance(error, Mapping):
        inner = error.get("innererror")
        return ErrorDetails(
            code=_text(error.get("code")),
            kind=_text(error.get("type")),
            message=_text(error.get("message")),
            param=_text(error.get("param")),
            inner_code=_text(inner.get("code")) if isinstance(inner, Mapping) else "",
        )
    if isinstance(error, str) and error:
        return ErrorDetails(code=_text(body.get("code")), kind=_text(body.get("type")), message=error)
    base = body.get("base_resp")
    if isinstance(base, Mapping) and base.get("status_code") not in (None, 0):
        return ErrorDetails(code=_text(base.get("status_code")), message=_text(base.get("status_msg")))
    if "detail" in body:
        return ErrorDetails(message=_text(body["detail"]))
    if "message" in body and "choices" not in body:
        return ErrorDetails(
            code=_text(body.get("code")), kind=_text(body.get("type")), message=_text(body.get("message"))
        )
    return ErrorDetails()


def filter_in(status: int, details: ErrorDetails) -> Filtered | None:
    """The content filter that an error tells of, if it tells of one."""
    if status == 403 and details.message.startswith(_GROK):
        return Filtered("usage_guidelines", "xai")
    # 429 and 5xx say nothing about the content, whatever code they carry; 200 is how some services send errors.
    if status not in (200, 400, 403, 421, 422, 451):
        return None
    for code in (details.code, details.inner_code, details.kind):
        if code in _CODES:
            return Filtered(code, _CODES[code])
        if any(code.endswith(mark) or f"{mark}." in code for mark in _ARK_CODES):
            return Filtered(code, "ark")
    if details.message in _MESSAGES:
        return Filtered(details.message, _MESSAGES[details.message])
    return None


def filtered_answer(filtered: Filtered, status: int, body: object) -> bytes:
    """A blocked request as a raw answer, for the journal."""
    inside = {"code": filtered.code, "service": filtered.service, "status": status, "body": body}
    return json.dumps({MARK: inside}, ensure_ascii=False, sort_keys=True).encode()


def filter_finish(reason: str) -> bool:
    """Whether a finish reason says that a filter cut the answer."""
    lowered = reason.lower()
    return lowered.startswith("content_filter") or lowered in ("sensitive", "safety", "prohibited_content", "blocklist")


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
