"""`planoai doctor` on this machine."""

import json
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from planoai.cli import ollama
from planoai.config import defaults
from planoai.process.home import Home
from tests.cli.command import KEY, written
from tests.cli.within import SECRETS, gateway, said
from tests.support.upstream import scripted, whole


@pytest.fixture(autouse=True)
def no_ollama(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever runs on the machine of the developer."""
    monkeypatch.setattr(ollama, "ADDRESS", "http://127.0.0.1:1")


def found(output: str) -> dict[str, list[tuple[str, str]]]:
    """By check: the level and what is said."""
    told: dict[str, list[tuple[str, str]]] = {}
    for each in json.loads(output):
        told.setdefault(each["check"], []).append((each["level"], each["said"]))
    return told


async def test_a_machine_on_which_all_is_well(home: Home, tmp_path: Path) -> None:
    home.make()
    async with scripted() as upstream:
        upstream.will(whole(b"", status=404))
        file, url = written(tmp_path, upstream.url)
        told = await said("doctor", str(file), home=home)
        assert told.exit_code == 0
        assert f"✓ config      {file} is valid" in told.stdout
        assert "THE_KEY: set in this shell" in told.stdout
        assert f"✓ providers   openai: {upstream.url} answers" in told.stdout
        assert f"{url.rpartition(':')[2]}: can be had" in told.stdout
        assert "→" not in told.stdout
        [asked] = upstream.asked
        assert (asked.method, asked.target) == ("GET", "/")
        assert KEY["THE_KEY"] not in str(asked.headers)


async def test_offline_nobody_is_asked(home: Home, tmp_path: Path) -> None:
    async with scripted() as upstream:
        file, _ = written(tmp_path, upstream.url)
        told = await said("doctor", str(file), "--offline", "--json", home=home)
        assert told.exit_code == 0
        assert not upstream.asked
    assert not {"providers", "clock"} & set(found(told.stdout))


async def test_a_provider_that_nobody_reaches(home: Home, tmp_path: Path) -> None:
    written(tmp_path)
    told = await said("doctor", "--path", str(tmp_path), home=home)
    assert told.exit_code == 1
    assert "✗ providers   openai: http://127.0.0.1:1 cannot be reached: it refuses the connection" in told.stdout
    assert told.stderr.strip() == "1 problem"


async def test_a_config_with_problems_and_variables_that_nobody_has_set(home: Home, tmp_path: Path) -> None:
    file, _ = written(tmp_path)
    file.write_text(file.read_text().replace("name: test", "nmae: test"))
    told = await said("doctor", str(file), "--json", home=home, environ={"THE_KEY": None})
    assert told.exit_code == 1
    checks = found(told.stdout)
    assert checks["variables"] == [("fail", "THE_KEY is not set")]
    [(level, problem)] = checks["config"]
    assert level == "fail"
    assert problem.startswith("config.yaml:4:")
    assert problem.endswith("(the first of 3 problems)")


async def test_where_each_variable_comes_from(home: Home, tmp_path: Path) -> None:
    file, _ = written(tmp_path)
    file.write_text(file.read_text().replace("port: ", "client_keys: [$TEAM_KEY, '${EMPTY}key-of-a-team'], port: "))
    (tmp_path / ".env").write_text(f"TEAM_KEY={SECRETS['TEAM_KEY']}\nTHE_KEY=not-this-one\n")
    told = await said("doctor", str(file), "--offline", "--json", home=home, environ={**KEY, "EMPTY": ""})
    assert found(told.stdout)["variables"] == [
        ("ok", "THE_KEY: set in this shell"),
        ("ok", "TEAM_KEY: set in `.env`"),
        ("warn", "EMPTY is set, and empty"),
    ]


async def test_a_file_that_is_not_there_is_no_usage_error(home: Home, tmp_path: Path) -> None:
    told = await said("doctor", str(tmp_path / "no.yaml"), "--offline", home=home)
    assert told.exit_code == 1
    assert f"there is no file {tmp_path / 'no.yaml'}" in told.stdout
    told = await said("doctor", str(tmp_path / "\udcff.yaml"), "--offline", "--json", home=home)
    assert told.exit_code == 1
    assert found(told.stdout)["config"] == [("fail", f"{tmp_path}/?.yaml can not be used: its name is not UTF-8")]
    told = await said("doctor", "--path", str(tmp_path / (300 * "x")), "--offline", "--json", home=home)
    assert told.exit_code == 1
    assert "can not be used: file name too long" in told.stdout


async def test_without_a_config_those_providers_are_asked_whose_key_is_set(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing: dict[str, str | None] = dict.fromkeys(defaults.variables())
    (tmp_path / ".env").write_text(f"OPENAI_API_KEY={SECRETS['OPENAI_API_KEY']}\n")
    proxy = "http://planted-user:sk-that-nobody-sees@127.0.0.1:1"
    told = await said(
        "doctor",
        "--path",
        str(tmp_path),
        "--json",
        home=home,
        environ={**nothing, "HTTPS_PROXY": proxy, "NO_PROXY": ""},
    )
    checks = found(told.stdout)
    assert checks["config"][0][1].startswith("there is none here")
    assert checks["variables"] == [("ok", "OPENAI_API_KEY: set in `.env`")]
    assert checks["proxies"] == [("ok", "requests to openai go through the one that HTTPS_PROXY names")]
    [(level, who)] = checks["providers"]
    assert level == "fail"
    assert who.startswith("openai: https://api.openai.com cannot be reached through the proxy that HTTPS_PROXY names")
    assert "planted-user" not in told.output


async def test_an_address_of_a_proxy_that_is_none(home: Home, tmp_path: Path) -> None:
    file, _ = written(tmp_path)
    proxy = "socks5://sk-that-nobody-sees@127.0.0.1"
    told = await said("doctor", str(file), "--offline", "--json", home=home, environ={**KEY, "https_proxy": proxy})
    [(level, problem)] = found(told.stdout)["proxies"]
    assert level == "fail"
    assert problem.startswith("HTTPS_PROXY names a proxy that speaks 'socks5'")


async def test_a_home_that_is_no_folder(tmp_path: Path) -> None:
    file, _ = written(tmp_path)
    told = await said("doctor", str(file), "--offline", home=Home(file))
    assert told.exit_code == 1
    assert f"✗ PLANO_HOME  {file} can not be written to" in told.stdout
    assert "no Plano runs" in told.stdout
    told = await said("doctor", str(file), "--offline", home=Home(file / "below"))
    assert f"✗ PLANO_HOME  {file}/below can not be made" in told.stdout


async def test_a_certificate_that_has_ended(home: Home, tmp_path: Path) -> None:
    issued = trustme.CA().issue_cert("gateway.example", not_after=datetime.now(UTC) - timedelta(days=2, hours=1))
    (tmp_path / "cert.pem").write_bytes(issued.cert_chain_pems[0].bytes())
    (tmp_path / "key.pem").write_bytes(issued.private_key_pem.bytes())
    file, _ = written(tmp_path)
    file.write_text(file.read_text().replace("name: test,", "name: test, tls: {cert: cert.pem, key: key.pem},"))
    told = await said("doctor", str(file), "--offline", home=home)
    assert told.exit_code == 1
    assert f"✗ certificates  {tmp_path}/cert.pem ended 2 d 1 h ago" in told.stdout


async def test_a_port_that_somebody_else_has(home: Home, tmp_path: Path) -> None:
    file, url = written(tmp_path)
    with socket.create_server(("127.0.0.1", int(url.rpartition(":")[2]))):
        told = await said("doctor", str(file), "--offline", "--json", home=home)
    assert told.exit_code == 1
    [(level, problem)] = found(told.stdout)["ports"]
    assert level == "fail"
    assert problem.startswith("config.yaml:4:")
    assert "can not be bound: address already in use" in problem


async def test_the_gateway_that_runs_is_looked_at_with_its_config(home: Home, tmp_path: Path) -> None:
    file, url = written(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    async with gateway(home, file):
        told = await said("doctor", "--path", str(elsewhere), "--offline", "--json", home=home)
    checks = found(told.stdout)
    assert checks["config"] == [("ok", f"{file} is valid")]
    assert checks["gateway"][0][1].startswith(f"it serves {file} (pid ")
    assert checks["ports"] == [("ok", f"{url.rpartition(':')[2]}: served by the Plano that runs")]


async def test_a_gateway_without_a_config_is_looked_at_as_such(home: Home, tmp_path: Path) -> None:
    home.make()
    _, url = written(tmp_path)
    (tmp_path / "config.yaml").unlink()
    made = home.root / defaults.NAME
    port = int(url.rpartition(":")[2])
    nothing: dict[str, str | None] = dict.fromkeys(defaults.variables())
    made.write_text(defaults.text({}, port=port))
    async with gateway(home, made, {}):
        told = await said("doctor", "--path", str(tmp_path), "--offline", "--json", home=home, environ=nothing)
    checks = found(told.stdout)
    assert checks["config"][0][1].startswith("there is none here")
    assert checks["ports"] == [("ok", f"{port}: served by the Plano that runs")]


async def test_an_ollama_of_this_machine(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, _ = written(tmp_path)
    async with scripted() as upstream:
        upstream.will(whole({"models": [{"name": "qwen3"}, {"name": "llama4"}]}))
        monkeypatch.setattr(ollama, "_SECONDS", 5.0)
        monkeypatch.setattr(ollama, "ADDRESS", upstream.url)
        told = await said("doctor", str(file), "--offline", "--json", home=home)
    assert found(told.stdout)["Ollama"][0][1].startswith("it runs on this machine with 2 models")


LITERAL = """
version: v0.4.0
listeners:
  - {{type: model, name: test, address: 127.0.0.1, port: {port}, client_keys: [{client}]}}
model_providers:
  - {{model: openai/gpt-4o, base_url: "{url}", access_key: {key}, headers: {{x-api-key: {key}}}, default: true}}
  - {{model: mistral/m, base_url: "{url}", access_key: "a-${{REST}}"}}
  - model: amazon_bedrock/m2
    base_url: "{url}"
    aws: {{access_key_id: AKIAIOSFODNN7EXAMPLE, secret_access_key: {key}, session_token: {client}, region: eu-west-1}}
"""


@pytest.mark.parametrize(
    "words", [("doctor",), ("doctor", "--json"), ("test", "m"), ("test", "gpt-4o", "--json"), ("status",)]
)
async def test_keys_that_are_written_in_the_config_are_shown_nowhere(
    home: Home, tmp_path: Path, words: tuple[str, ...]
) -> None:
    file = tmp_path / "config.yaml"
    keys = {"key": KEY["THE_KEY"], "client": SECRETS["TEAM_KEY"]}
    async with scripted() as upstream:
        upstream.will(whole({"error": {"message": f"{KEY['THE_KEY']} is wrong"}}, status=401))
        file.write_text(LITERAL.format(port=written(tmp_path)[1].rpartition(":")[2], url=upstream.url, **keys))
        environ = {"REST": "sk-of-a-vendor-0123456789"}
        async with gateway(home, file, environ):
            told = await said(*words, home=home, environ=environ)  # looks for them
    assert told.stdout


@pytest.mark.parametrize("place", ["version: ", "listeners: ", "model_providers: [{model: ", "workers: ", "nothing: "])
async def test_a_key_in_a_wrong_place_is_shown_nowhere(home: Home, tmp_path: Path, place: str) -> None:
    file = tmp_path / "config.yaml"
    end = "}]" if "{" in place else ""
    for written_as in (KEY["THE_KEY"], "$THE_KEY"):
        file.write_text(f"{place}{written_as}{end}\n")
        for words in (("doctor", str(file), "--offline"), ("test", "m", str(file))):
            assert (await said(*words, home=home)).exit_code == 1


@pytest.mark.parametrize(
    ("environ", "beside", "said_of_it"),
    [
        (f"{SECRETS['OPENAI_API_KEY']}\nx", b"", "OPENAI_API_KEY holds a line break or another character"),
        (None, b"OPENAI_API_KEY=\xff", ".env can not be read: byte 16 is not UTF-8"),
    ],
    ids=["a key that can not be sent", "an .env that can not be read"],
)
async def test_what_keeps_up_from_making_a_config_is_a_finding(
    home: Home, tmp_path: Path, environ: str | None, beside: bytes, said_of_it: str
) -> None:
    (tmp_path / ".env").write_bytes(beside)
    nothing: dict[str, str | None] = dict.fromkeys(defaults.variables())
    words = ("doctor", "--path", str(tmp_path), "--offline", "--json")
    told = await said(*words, home=home, environ={**nothing, "OPENAI_API_KEY": environ})
    assert told.exit_code == 1
    [(level, problem)] = found(told.stdout)["config"]
    assert level == "fail"
    assert said_of_it in problem


async def test_without_a_config_and_with_its_port_taken_another_one_is_named(home: Home, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(defaults, "PORT", taken.getsockname()[1])
            told = await said("doctor", "--path", str(tmp_path), "--offline", "--json", home=home)
    [(level, problem)] = found(told.stdout)["ports"]
    assert level == "fail"
    assert problem.startswith("127.0.0.1:")
    assert "`planoai up --listener-port " in problem
