from __future__ import annotations

from pathlib import Path

import pytest

from axiometer.errors import InputError
from axiometer.models.registry import open_model, providers
from axiometer.models.settings import ModelEntry, Parameters, load_models


def test_an_unknown_provider_is_named_with_those_that_exist() -> None:
    with pytest.raises(InputError, match=r"'gpt-5'.*sim/.*local/"):
        open_model("gpt-5")
    with pytest.raises(InputError, match="unknown model"):
        open_model("sim/")


def test_a_missing_key_names_its_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DEEPSEEK_API_KEY", raising=False)
    with pytest.raises(InputError, match="DEEPSEEK_API_KEY"):
        open_model("openai-api/deepseek/deepseek-chat")


def test_the_command_line_s_parameters_go_before_the_file_s(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FAKE_API_KEY", "k")
    monkeypatch.setenv("FAKE_BASE_URL", "http://127.0.0.1:9/v1")
    entry = ModelEntry(parameters=Parameters(temperature=0.7, top_p=0.9))
    plain = open_model("openai-api/fake/m").identity
    filed = open_model("openai-api/fake/m", entry).identity
    given = open_model("openai-api/fake/m", entry, Parameters(temperature=0.2)).identity
    assert plain["sampling"]["temperature"] == 0.0  # type: ignore[index]
    assert (filed["sampling"]["temperature"], filed["sampling"]["top_p"]) == (0.7, 0.9)  # type: ignore[index]
    assert (given["sampling"]["temperature"], given["sampling"]["top_p"]) == (0.2, 0.9)  # type: ignore[index]


def test_every_provider_says_how_its_names_look() -> None:
    assert {provider.prefix for provider in providers()} == {
        "sim",
        "local",
        "hf",
        "openai",
        "openai-api",
        "completions",
        "recorded",
    }


def test_models_yaml_is_found_and_a_mistake_in_it_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AXIOMETER_MODELS", raising=False)
    assert load_models().models == {}
    file = tmp_path / "models.yaml"
    file.write_text(
        "models:\n"
        "  openai-api/fake/m:\n"
        "    endpoints: [http://127.0.0.1:9/v1, http://127.0.0.1:10/v1]\n"
        "    price: {input: 0.5, output: 1.5, as_of: '2026-11-01'}\n"
        "    limits: {concurrency: 64}\n"
        "    released: 2026-05-01\n",
        encoding="utf-8",
    )
    entry = load_models().entry("openai-api/fake/m")
    assert entry.price is not None and entry.price.price().output == 1.5
    assert entry.limits.concurrency == 64
    assert entry.released == "2026-05-01"
    file.write_text("models:\n  openai-api/fake/m:\n    limits: {concurrency: 0}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"models\.yaml.*concurrency"):
        load_models()
    file.write_text("models: [\n", encoding="utf-8")
    with pytest.raises(InputError, match="line"):
        load_models()
    with pytest.raises(InputError, match="no such file"):
        load_models(tmp_path / "other.yaml")
