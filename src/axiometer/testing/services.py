"""Errors as services send them: status, headers and body, written after the services' published error references."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from email.utils import formatdate

from axiometer.testing.behaviour import Body, Fault, FaultKind, FilterForm, RetryAfter


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer."""

    status: int
    body: Body
    headers: tuple[tuple[str, str], ...] = field(default=())


def error(status: int, message: str, kind: str | None, code: str | None, param: str | None = None) -> Response:
    """An error in the form of OpenAI's API."""
    return Response(status, {"error": {"message": message, "type": kind, "param": param, "code": code}})


def unauthorised() -> Response:
    return error(401, "Incorrect API key provided.", "invalid_request_error", "invalid_api_key")


def model_not_found(model: str) -> Response:
    return error(404, f"The model `{model}` does not exist.", "invalid_request_error", "model_not_found")


def context_length(limit: int) -> Response:
    message = f"This model's maximum context length is {limit} tokens."
    return error(400, message, "invalid_request_error", "context_length_exceeded", "messages")


def rate_limited(wait: float | None, form: RetryAfter = RetryAfter.SECONDS) -> Response:
    """A 429 with the time to wait in the form that is asked for."""
    base = error(429, "Rate limit reached for requests.", "requests", "rate_limit_exceeded")
    return Response(base.status, base.body, wait_header(wait, form))


def wait_header(wait: float | None, form: RetryAfter) -> tuple[tuple[str, str], ...]:
    """The header that says when to come back."""
    if wait is None:
        return ()
    if form is RetryAfter.MILLISECONDS:
        return (("retry-after-ms", str(round(wait * 1000))),)
    if form is RetryAfter.DATE:
        return (("retry-after", formatdate(time.time() + wait, usegmt=True)),)
    return (("retry-after", f"{wait:g}"),)


def fault_response(fault: Fault, model: str) -> Response | None:
    """The body of a fault that has one; None for faults of the connection (hang, reset, truncated, malformed)."""
    match fault.kind:
        case FaultKind.RATE_LIMIT:
            return rate_limited(fault.wait, fault.wait_form)
        case FaultKind.SERVER_ERROR:
            base = error(fault.status, "The server had an error.", "server_error", None)
            return Response(base.status, base.body, wait_header(fault.wait, fault.wait_form))
        case FaultKind.UNAUTHORISED:
            return unauthorised()
        case FaultKind.QUOTA:
            return error(429, "You exceeded your current quota.", "insufficient_quota", "insufficient_quota")
        case FaultKind.MODEL_NOT_FOUND:
            return model_not_found(model)
        case FaultKind.CONTEXT_LENGTH:
            return context_length(4096)
        case FaultKind.BAD_REQUEST:
            message = "Unsupported value: 'temperature' does not support 0.0 with this model."
            return error(400, message, "invalid_request_error", "unsupported_value", "temperature")
        case _:
            return None


def filter_response(form: FilterForm) -> Response | None:
    """A content filter's error body; None for the forms that come as a finish reason of an answer."""
    match form:
        case FilterForm.AZURE:
            return _azure()
        case FilterForm.DASHSCOPE:
            base = error(
                400, "Input data may contain inappropriate content.", "data_inspection_failed", "data_inspection_failed"
            )
            return Response(400, {**base.body, "request_id": "fake"})
        case FilterForm.ARK:
            message = "The request failed because the input text may contain sensitive information."
            return error(400, message, "BadRequest", "SensitiveContentDetected")
        case FilterForm.DEEPSEEK:
            return error(400, "Content Exists Risk", "invalid_request_error", "invalid_request_error")
        case FilterForm.GLM:
            message = (
                "系统检测到输入或生成内容可能包含不安全或敏感内容，请您避免输入易产生敏感内容的提示语，感谢您的配合。"
            )
            return Response(
                400,
                {"contentFilter": [{"level": 1, "role": "user"}], "error": {"code": "1301", "message": message}},
            )
        case _:
            return None


def filter_finish(form: FilterForm) -> str:
    """The finish reason of an answer that the filter cut."""
    return "sensitive" if form is FilterForm.GLM_FINISH else "content_filter"


def _azure() -> Response:
    clean = {"filtered": False, "severity": "safe"}
    return Response(
        400,
        {
            "error": {
                "message": "The response was filtered due to the prompt triggering the content management policy.",
                "type": None,
                "param": "prompt",
                "code": "content_filter",
                "status": 400,
                "innererror": {
                    "code": "ResponsibleAIPolicyViolation",
                    "content_filter_result": {
                        "hate": {"filtered": True, "severity": "medium"},
                        "self_harm": clean,
                        "sexual": clean,
                        "violence": clean,
                    },
                },
            }
        },
    )
