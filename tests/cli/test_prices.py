"""`planoai prices`."""

import json
from pathlib import Path

import pytest
from click.testing import Result

from planoai.pricing.table import snapshot
from planoai.process.home import Home
from planoai.process.prices import file_in
from tests.cli.command import KEY
from tests.cli.within import said
from tests.support.upstream import scripted, whole

CONFIG = """
version: v0.4.0
listeners:
  - {type: model, name: test, address: 127.0.0.1, port: 12000}
model_providers:
  - {model: openai/gpt-4o, access_key: $THE_KEY, default: true}
  - {model: house/llama, name: fast, base_url: "http://127.0.0.1:1", provider_interface: openai, price: {input: 0.25, output: 1}}
  - {model: house/other, base_url: "http://127.0.0.1:1", provider_interface: openai}
  - {model: openai/gpt-new, access_key: $THE_KEY}
model_aliases: {smart: {target: openai/gpt-4o}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "config.yaml"
    file.write_text(CONFIG)
    return file


def lines(result: Result) -> list[list[str]]:
    assert result.exit_code == 0, result.output
    return [line.split() for line in result.stdout.splitlines()]


async def test_what_the_models_of_a_config_cost_and_who_says_so(home: Home, file: Path) -> None:
    result = await said("prices", "--config", str(file), home=home)
    head, gpt, fast, other, new = lines(result)
    assert head == ["model", "input", "output", "cache", "read", "cache", "write", "from"]
    assert gpt == ["openai/gpt-4o", "2.5", "10", "1.25", "-", *snapshot().source.split(), snapshot().as_of]
    assert fast == ["fast", "0.25", "1", "-", "-", "the", "config"]
    assert other == ["house/other", "-", "-", "-", "-", "not", "known"]
    assert new == ["openai/gpt-new", "-", "-", "-", "-", "not", "known"]
    assert snapshot().as_of in result.stderr


@pytest.mark.parametrize(
    ("asked", "model"),
    [("fast", "fast"), ("house/llama", "fast"), ("smart", "openai/gpt-4o"), ("default", "openai/gpt-4o")],
)
async def test_one_model_by_any_name_of_the_config(home: Home, file: Path, asked: str, model: str) -> None:
    result = await said("prices", asked, "--config", str(file), home=home)
    assert [line[0] for line in lines(result)] == ["model", model]


async def test_a_model_that_is_not_configured_is_found_in_the_list(home: Home, file: Path) -> None:
    told = json.loads((await said("prices", "claude-haiku-5-5", "--json", "--config", str(file), home=home)).stdout)
    assert (told["source"], told["as_of"]) == (snapshot().source, snapshot().as_of)
    (row,) = told["prices"]
    price = snapshot().prices["anthropic/claude-haiku-5-5"]
    assert (row["model"], row["input"], row["cache_write"]) == ("claude-haiku-5-5", price.input, price.cache_write)
    assert row["tiers"][0]["above"] == price.tiers[0].above
    assert (row["source"], row["as_of"]) == (snapshot().source, snapshot().as_of)


async def test_a_part_of_a_name_shows_all_that_have_it(home: Home, file: Path) -> None:
    found = [line[0] for line in lines(await said("prices", "4-MINI", "--config", str(file), home=home))]
    assert "openai/o4-mini" in found
    assert all("4-mini" in name for name in found[1:] if "/" in name)


@pytest.mark.parametrize("part", ["HOUSE/", "lla", "fas"])
async def test_a_part_of_a_name_of_the_config_is_one_too(home: Home, file: Path, part: str) -> None:
    shown = {line[0]: line[-1] for line in lines(await said("prices", part, "--config", str(file), home=home))}
    assert shown["fast"] == "config"
    assert shown.get("house/other", "known") == "known"


async def test_what_is_like_nothing_known_is_not_told_other_names(home: Home, file: Path) -> None:
    result = await said("prices", "zzzzzz", "--config", str(file), home=home)
    assert result.exit_code == 1
    assert result.stderr.endswith("Error: what 'zzzzzz' costs is not known\n")


async def test_long_requests_have_a_line_of_their_own(home: Home, file: Path) -> None:
    shown = lines(await said("prices", "gemini/gemini-2.5-pro", "--config", str(file), home=home))
    assert shown[1][:4] == ["gemini/gemini-2.5-pro", "1.25", "10", "0.125"]
    assert shown[2] == ["from", "200,001", "tokens", "2.5", "15", "0.25", "-"]


async def test_a_model_of_which_nothing_is_known(home: Home, file: Path) -> None:
    result = await said("prices", "clade-haiku-5-5", "--config", str(file), home=home)
    assert result.exit_code == 1
    assert "what 'clade-haiku-5-5' costs is not known; did you mean 'claude-haiku-5-5'" in result.stderr
    assert not result.stdout
    result = await said("prices", "house/other", "--config", str(file), home=home)
    assert result.exit_code == 1
    assert "`price` in its entry of the config says it" in result.stderr


async def test_without_a_config_every_price_is_shown(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = json.loads((await said("prices", "--json", home=home)).stdout)
    assert len(told["prices"]) == len(snapshot().prices)
    (tmp_path / "config.yaml").write_text(CONFIG)
    assert [line[0] for line in lines(await said("prices", home=home))][1:3] == ["openai/gpt-4o", "fast"]


async def test_a_refresh_reads_the_source_of_the_config(home: Home, file: Path) -> None:
    async with scripted() as upstream:
        upstream.will(
            whole({"openai": {"models": {"gpt-new": {"cost": {"input": 3, "output": 4}}}}}), whole({}, status=500)
        )
        source = f'{{type: cost, provider: models.dev, url: "{upstream.url}"}}'
        file.write_text(f"{CONFIG}model_metrics_sources: [{source}]\n")
        unread = await said("prices", "--json", "--config", str(file), home=home)
        assert f"{upstream.url} was not read yet; `planoai prices --refresh` reads it" in unread.stderr
        result = await said("prices", "gpt-new", "--refresh", "--config", str(file), home=home)
        assert "was not read yet" not in result.stderr
        assert lines(result)[1][:3] == ["openai/gpt-new", "3", "4"]
        assert lines(result)[1][5] == upstream.url
        assert f"{upstream.url}: prices of 1 model, in {file_in(home.root)}" in result.stderr
        again = await said("prices", "gpt-new", "--refresh", "--config", str(file), home=home)
        assert again.exit_code == 1
        assert "it answered with status 500; its prices stay as they are" in again.stderr
    assert lines(await said("prices", "gpt-new", "--config", str(file), home=home))[1][:3] == lines(result)[1][:3]


async def test_a_source_that_is_not_there_is_told_in_one_sentence(home: Home, file: Path) -> None:
    file.write_text(
        f'{CONFIG}model_metrics_sources: [{{type: cost, provider: models.dev, url: "http://127.0.0.1:1"}}]\n'
    )
    result = await said("prices", "--refresh", "--config", str(file), home=home)
    assert result.exit_code == 1
    assert result.stderr.endswith("; its prices stay as they are\n")
    assert ".;" not in result.stderr


async def test_a_refresh_without_a_source_says_how_to_name_one(home: Home, file: Path) -> None:
    result = await said("prices", "--refresh", "--config", str(file), home=home)
    assert result.exit_code == 1
    assert "{type: cost, provider: models.dev}" in result.stderr


async def test_a_proxy_that_can_be_none_is_told_before_anything_is_asked(home: Home, file: Path) -> None:
    result = await said(
        "prices", "--refresh", "--config", str(file), home=home, environ={**KEY, "HTTPS_PROXY": "ftp://x"}
    )
    assert result.exit_code == 1
    assert "HTTPS_PROXY" in result.stderr


async def test_what_is_not_known_has_no_rates_in_json(home: Home, file: Path) -> None:
    told = json.loads((await said("prices", "--json", "--config", str(file), home=home)).stdout)
    assert {"model": "house/other", "source": None} in told["prices"]


async def test_a_config_that_is_wrong_or_not_there_is_told(home: Home, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("version: v9\n")
    assert (await said("prices", "--config", str(broken), home=home)).exit_code == 1
    assert (await said("prices", "--config", str(tmp_path / "none.yaml"), home=home)).exit_code == 1
