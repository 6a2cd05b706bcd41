"""The batch endpoints as the `openai` SDK sees them."""

from __future__ import annotations

import json

import openai
import pytest

from axiometer.testing import Behaviour, FakeServer, Filter, FilterForm


def lines(count: int) -> bytes:
    rows = [
        {
            "custom_id": f"call-{number}",
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {"model": "m", "messages": [{"role": "user", "content": f"{number} {'blocked' * (number == 3)}"}]},
        }
        for number in range(count)
    ]
    return "\n".join(json.dumps(row) for row in rows).encode()


def submit(client: openai.OpenAI, count: int) -> openai.types.Batch:
    file = client.files.create(file=("in.jsonl", lines(count)), purpose="batch")
    return client.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")


def test_a_batch_is_worked_off_after_the_planted_number_of_polls() -> None:
    behaviour = Behaviour(batch_polls=2, filters=(Filter(FilterForm.AZURE, words=("blocked",)),))
    with FakeServer(behaviour) as server, openai.OpenAI(api_key="k", base_url=server.base_url) as client:
        batch = submit(client, 5)
        states = [client.batches.retrieve(batch.id) for _ in range(3)]
        assert [state.status for state in states] == ["in_progress", "in_progress", "completed"]
        good = client.files.content(str(states[-1].output_file_id)).text.splitlines()
        bad = client.files.content(str(states[-1].error_file_id)).text.splitlines()
        assert {json.loads(line)["custom_id"] for line in good} == {"call-0", "call-1", "call-2", "call-4"}
        assert json.loads(bad[0])["response"]["status_code"] == 400
        assert server.counts.answered == 5
        client.batches.retrieve(batch.id)
        assert server.counts.answered == 5


@pytest.mark.parametrize("end", ["failed", "expired"])
def test_a_batch_can_end_without_all_its_answers(end: str) -> None:
    behaviour = Behaviour(batch_polls=0, batch_end=end)
    with FakeServer(behaviour) as server, openai.OpenAI(api_key="k", base_url=server.base_url) as client:
        state = client.batches.retrieve(submit(client, 4).id)
        assert state.status == end
        assert server.counts.answered == (2 if end == "expired" else 0)


def test_a_batch_can_be_cancelled_and_listed() -> None:
    with FakeServer() as server, openai.OpenAI(api_key="k", base_url=server.base_url) as client:
        batch = submit(client, 1)
        assert client.batches.cancel(batch.id).status == "cancelled"
        assert [each.id for each in client.batches.list()] == [batch.id]
        with pytest.raises(openai.NotFoundError):
            client.batches.retrieve("batch_9999")
