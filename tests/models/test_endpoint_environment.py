"""Keys and base URLs: found, checked, and shown nowhere. Prices: given or unknown."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.errors import InputError
from axiometer.models import environment
from axiometer.models.environment import HIDDEN, checked_key, is_local, redact, service_settings
from axiometer.models.prices import Price, cost, cost_or_none
from axiometer.models.protocols import Usage


@pytest.fixture(scope="module", autouse=True)
def _keys_are_forgotten() -> Iterator[None]:
    """Keys that are drawn here may be words (`choice`), which no later test of this process should see hidden."""
    before = set(environment._given_keys)
    yield
    environment._given_keys.clear()
    environment._given_keys.update(before)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.endswith(("_API_KEY", "_BASE_URL"))]:
        monkeypatch.delenv(name)


def test_a_service_is_reached_by_its_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_LAB_API_KEY", "planted-key")
    monkeypatch.setenv("MY_LAB_BASE_URL", "https://lab.example/v1/")
    assert service_settings("my-lab") == ("https://lab.example/v1", "planted-key")


def test_known_services_need_only_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPSEEK_API_KEY", "planted-key")
    assert service_settings("deepseek").base_url.startswith("https://api.deepseek.com")


def test_dotenv_is_read_and_the_environment_goes_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("\ufeffGLM_API_KEY=from-file\nARK_API_KEY='quoted-file'\n", encoding="utf-8")
    assert service_settings("ark").key == "quoted-file"
    assert service_settings("glm").key == "from-file"
    monkeypatch.setenv("GLM_API_KEY", "from-environment")
    assert service_settings("glm").key == "from-environment"
    assert "ARK_API_KEY" not in os.environ, "what is in .env is not handed on to other processes"


def test_a_missing_key_is_one_line_that_names_the_variable() -> None:
    with pytest.raises(InputError, match="MOONSHOT_API_KEY") as caught:
        service_settings("moonshot")
    assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match="TEAM_KEY"):
        service_settings("moonshot", key_variable="TEAM_KEY")


def test_an_unknown_service_is_asked_for_its_base_url() -> None:
    with pytest.raises(InputError, match="NOWHERE_BASE_URL"):
        service_settings("nowhere")


def test_servers_on_this_machine_need_no_key() -> None:
    assert service_settings("ollama").key is None
    assert service_settings("mine", base_url="http://127.0.0.1:9/v1") == ("http://127.0.0.1:9/v1", None)
    assert [is_local(url) for url in ("http://[::1]:8/v1", "http://0.0.0.0:8", "https://api.example")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("key", ["abc def-key", "abcdef-key\n", "abcdef-ключ", "密钥", "abc\tdef", "abc\x00def"])
def test_a_key_that_cannot_be_sent_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(InputError, match="LAB_API_KEY") as caught:
        checked_key(key, "LAB_API_KEY")
    assert key.strip() not in str(caught.value)


def test_a_dotenv_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("NAME=名字".encode("gb18030"))
    with pytest.raises(InputError, match="UTF-8"):
        service_settings("glm")


def test_keys_are_hidden_in_any_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTHER_API_KEY", "other-planted-key")
    checked_key("seen-planted-key", "X")
    text = redact("a seen-planted-key b other-planted-key c sk-proj-abcdef_123 d")
    assert text == f"a {HIDDEN} b {HIDDEN} c {HIDDEN} d"


@given(
    st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=40), st.text(), st.text()
)
def test_no_accepted_key_survives_redaction(key: str, before: str, after: str) -> None:
    checked_key(key, "X")
    assert key not in redact(before + key + after).replace(HIDDEN, "")


def test_cost_counts_cached_tokens_at_their_own_price() -> None:
    usage = Usage(tokens_in=1_000_000, tokens_out=500_000, tokens_cached=400_000)
    assert cost(usage, Price(2.0, 8.0)) == pytest.approx(6.0)
    assert cost(usage, Price(2.0, 8.0, cached=0.5)) == pytest.approx(0.6 * 2.0 + 0.4 * 0.5 + 4.0)


def test_an_unknown_price_stays_unknown() -> None:
    assert cost_or_none(Usage(10, 10), None) is None
