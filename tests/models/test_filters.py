"""Content filters of services: an answer that is attributed to the service."""

from __future__ import annotations

import asyncio
import json

import pytest

from axiometer.models.endpoint import Endpoint
from axiometer.models.filters import MARK, ErrorDetails, details_of, filter_in
from axiometer.models.protocols import Finish, Message, Reply, Request, Sampling
from axiometer.testing import Behaviour, FakeServer, Filter, FilterForm


def ask(server: FakeServer) -> tuple[bytes, Reply]:
    endpoint = Endpoint("openai-api/fake/m", "m", [server.base_url], "planted-key", Sampling())

    async def run() -> bytes:
        try:
            return await endpoint.send(Request((Message("user", "A. x\nB. y"),)))
        finally:
            await endpoint.close()

    raw = asyncio.run(run())
    return raw, endpoint.read(raw)


@pytest.mark.parametrize(
    ("form", "code", "service"),
    [
        (FilterForm.AZURE, "content_filter", "azure"),
        (FilterForm.DASHSCOPE, "data_inspection_failed", "dashscope"),
        (FilterForm.ARK, "SensitiveContentDetected", "ark"),
        (FilterForm.DEEPSEEK, "Content Exists Risk", "deepseek"),
        (FilterForm.GLM, "1301", "glm"),
    ],
)
def test_a_blocked_request_is_an_answer_with_the_services_code(form: FilterForm, code: str, service: str) -> None:
    with FakeServer(Behaviour(filters=(Filter(form, share=1.0),))) as server:
        raw, reply = ask(server)
    assert (reply.finish, reply.filter_code, reply.text) == (Finish.FILTER, code, "")
    inside = json.loads(raw)[MARK]
    assert (inside["code"], inside["service"], inside["status"]) == (code, service, 400)
    assert inside["body"]


@pytest.mark.parametrize(
    ("form", "code"), [(FilterForm.AZURE_FINISH, "content_filter"), (FilterForm.GLM_FINISH, "sensitive")]
)
def test_an_answer_that_the_filter_cut_is_filtered(form: FilterForm, code: str) -> None:
    with FakeServer(Behaviour(filters=(Filter(form, share=1.0),))) as server:
        raw, reply = ask(server)
    assert (reply.finish, reply.filter_code) == (Finish.FILTER, code)
    assert MARK not in json.loads(raw)


@pytest.mark.parametrize(
    ("status", "body", "service"),
    [
        (400, {"error": {"code": None, "innererror": {"code": "ResponsibleAIPolicyViolation"}}}, "azure"),
        (400, {"error": {"code": "InputTextSensitiveContentDetected"}}, "ark"),
        (400, {"error": {"code": "SensitiveContentDetected.Violence"}}, "ark"),
        (400, {"error": {"code": "OutputTextRiskDetection"}}, "ark"),
        (400, {"code": "DataInspectionFailed", "message": "x"}, "dashscope"),
        (400, {"error": {"type": "content_filter", "message": "high risk"}}, "azure"),
        (400, {"error": {"code": 1301, "message": "x"}}, "glm"),
        (400, {"detail": "Content Exists Risk"}, "deepseek"),
        (200, {"base_resp": {"status_code": 1026, "status_msg": "input"}}, "minimax"),
        (403, {"code": "denied", "error": "Content violates usage guidelines. Failed check: X"}, "xai"),
    ],
)
def test_variants_of_the_forms_are_known(status: int, body: object, service: str) -> None:
    found = filter_in(status, details_of(body))
    assert found is not None
    assert found.service == service


@pytest.mark.parametrize(
    ("status", "details"),
    [
        (400, ErrorDetails(message="The prompt mentions that Content Exists Risk somewhere")),
        (400, ErrorDetails(code="invalid_request_error", message="max_tokens is too large")),
        (429, ErrorDetails(code="content_filter")),
        (500, ErrorDetails(code="1301")),
        (400, ErrorDetails(code="13010")),
    ],
)
def test_other_errors_are_not_taken_for_a_filter(status: int, details: ErrorDetails) -> None:
    assert filter_in(status, details) is None
