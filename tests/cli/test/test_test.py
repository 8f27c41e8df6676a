"""`planoai test MODEL`."""

import asyncio
import json
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import trustme
from click.testing import Result

from planoai.cli import ollama
from planoai.config import defaults
from planoai.process import status
from planoai.process.home import Home
from planoai.process.status import Status
from tests.cli.command import CONFIG, KEY, written
from tests.cli.within import CLIENT_KEY, SECRETS, gateway, said
from tests.support.answers import CHAT, CHAT_STREAM, MESSAGES
from tests.support.ports import free_port
from tests.support.upstream import Hold, Upstream, scripted, stream, whole

TWO = """
version: v0.4.0
listeners:
  - {{type: model, name: test, address: 127.0.0.1, port: {port}, client_keys: [$TEAM_KEY]}}
model_providers:
  - {{model: openai/gpt-4o, base_url: "{url}", access_key: $THE_KEY, default: true}}
  - {{model: anthropic/claude-sonnet-4-5, base_url: "{url}", access_key: $THE_KEY}}
model_aliases: {{fast: {{target: anthropic/claude-sonnet-4-5}}}}
"""

PASSING = """
version: v0.4.0
model_providers:
  - {model: openai/gpt-4o, passthrough_auth: true, default: true}
overrides: {upstream_tls_ca_path: ca.pem}
"""


@pytest.fixture(autouse=True)
def no_ollama(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever runs on the machine of the developer."""
    monkeypatch.setattr(ollama, "ADDRESS", "http://127.0.0.1:1")


def two(folder: Path, upstream: Upstream) -> Path:
    file = folder / "config.yaml"
    file.write_text(TWO.format(port=free_port(), url=upstream.url))
    return file


def outcome(told: Result) -> dict[str, object]:
    found: dict[str, object] = json.loads(told.stdout)
    return found


async def test_without_a_gateway_the_command_is_one(home: Home, tmp_path: Path) -> None:
    async with scripted() as upstream:
        upstream.will(whole(MESSAGES))
        file = two(tmp_path, upstream)
        told = await said("test", "fast", str(file), home=home, environ=SECRETS)
        assert told.exit_code == 0, told.output
        assert told.stderr == ""
        for line in (
            "model     fast → anthropic/claude-sonnet-4-5\n",
            f"provider  127.0.0.1:{upstream.port}\n",
            "gateway   this command, for as long as it took\n",
            "attempts  1\n",
            "tokens    20 in, 9 out\n",
            "answer    Hello there.\n",
        ):
            assert line in told.stdout
        [asked] = upstream.asked
        assert asked.headers["x-api-key"] == KEY["THE_KEY"]
        assert asked.json["max_tokens"] == 16
        assert asked.json["messages"][0]["content"] in ("Say hello.", [{"type": "text", "text": "Say hello."}])
    assert not home.root.exists()


async def test_a_stream_that_is_told_as_json(home: Home, tmp_path: Path) -> None:
    async with scripted() as upstream:
        upstream.will(stream(*CHAT_STREAM))
        file = two(tmp_path, upstream)
        words = ("gpt-4o", str(file), "--stream", "--prompt", "How are you?", "--json")
        found = outcome(await said("test", *words, home=home, environ=SECRETS))
    assert (found["ok"], found["model"], found["streamed"]) == (True, "openai/gpt-4o", True)
    assert (found["tokens_in"], found["tokens_out"], found["answer"]) == (20, 9, "Hello there.")
    assert str(found["server_timing"]).startswith("gateway;dur=")
    assert upstream.asked[0].json["stream"] is True
    assert upstream.asked[0].json["messages"][0]["content"] == "How are you?"


async def test_the_gateway_that_runs_is_asked_with_one_of_its_keys(home: Home, tmp_path: Path) -> None:
    async with scripted() as upstream:
        upstream.will(whole(CHAT))
        file = two(tmp_path, upstream)
        async with gateway(home, file, SECRETS) as loaded:
            url = f"http://127.0.0.1:{loaded.config.door.port}"
            found = outcome(await said("test", "gpt-4o", "--json", home=home, environ=SECRETS))
            assert (found["ok"], found["by"]) == (True, url)
            unread = await said("test", "gpt-4o", home=home, environ=KEY)
            assert unread.exit_code == 1
            assert "✗ 401: this gateway asks for a key" in unread.stderr
            assert "the variable TEAM_KEY is not set" in unread.stderr
            other = {**SECRETS, "TEAM_KEY": "sk-of-a-client-that-is-new"}
            changed = await said("test", "gpt-4o", home=home, environ=other)
            assert "✗ 401: this is no key of this gateway" in changed.stderr
            assert "`planoai reload` has it read them" in changed.stderr
        assert CLIENT_KEY not in str([each.headers for each in upstream.asked])


async def test_a_file_that_the_gateway_does_not_serve_is_served_by_the_command(home: Home, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    file, _ = written(tmp_path)
    async with scripted() as upstream, gateway(home, file):
        upstream.will(whole(CHAT))
        other.write_text(CONFIG.format(port=free_port(), url=upstream.url))
        found = outcome(await said("test", "gpt-4o", str(other), "--json", home=home))
    assert (found["ok"], found["by"]) == (True, "")


async def test_a_listener_with_a_certificate_of_ones_own_is_asked_too(home: Home, tmp_path: Path) -> None:
    issued = trustme.CA().issue_cert("gateway.example")
    (tmp_path / "cert.pem").write_bytes(issued.cert_chain_pems[0].bytes())
    (tmp_path / "key.pem").write_bytes(issued.private_key_pem.bytes())
    async with scripted() as upstream:
        upstream.will(whole(CHAT))
        file, url = written(tmp_path, upstream.url)
        file.write_text(file.read_text().replace("name: test,", "name: test, tls: {cert: cert.pem, key: key.pem},"))
        async with gateway(home, file):
            found = outcome(await said("test", "gpt-4o", "--json", home=home))
        assert (found["ok"], found["by"]) == (True, url.replace("http", "https"))
        found = outcome(await said("test", "gpt-4o", str(file), "--json", home=home))
        assert (found["ok"], found["by"]) == (True, "")


async def test_a_wrong_key_is_told_by_its_variable_even_if_the_provider_repeats_it(home: Home, tmp_path: Path) -> None:
    async with scripted() as upstream:
        upstream.will(whole({"error": {"message": f"Incorrect API key provided: {KEY['THE_KEY']}"}}, status=401))
        file = two(tmp_path, upstream)
        told = await said("test", "gpt-4o", str(file), home=home, environ=SECRETS)
    assert told.exit_code == 1
    assert "✗ 401: Incorrect API key provided: [key]" in told.stderr
    assert f"→ the provider at {upstream.url} does not accept $THE_KEY" in told.stderr
    assert "provider  127.0.0.1" in told.stdout


async def test_a_model_that_repeats_the_key_is_not_believed(home: Home, tmp_path: Path) -> None:
    async with scripted() as upstream:
        repeated = {
            **CHAT,
            "choices": [{"message": {"content": f"I was told {KEY['THE_KEY']}."}, "finish_reason": "stop"}],
        }
        upstream.will(whole(repeated))
        file, _ = written(tmp_path, upstream.url)
        told = await said("test", "gpt-4o", str(file), home=home)
    assert "answer    I was told [key]." in told.stdout


async def test_a_model_that_nobody_has_configured(home: Home, tmp_path: Path) -> None:
    file, _ = written(tmp_path)
    told = await said("test", "gpt-4", str(file), home=home)
    assert told.exit_code == 1
    assert "✗ 404: model 'gpt-4' is not configured; did you mean 'gpt-4o'" in told.stderr
    assert "provider" not in told.stdout


async def test_a_model_that_the_provider_does_not_know(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    async with scripted() as upstream:
        upstream.will(whole({"error": {"message": "no such model"}}, status=404))
        file.write_text(CONFIG.format(port=free_port(), url=upstream.url).replace("gpt-4o,", "gpt-4.11,"))
        told = await said("test", "gpt-4.11", str(file), home=home)
    assert "does not know 'gpt-4.11'; did you mean 'gpt-4.1" in told.stderr


async def test_a_provider_that_nobody_reaches(home: Home, tmp_path: Path) -> None:
    file, _ = written(tmp_path)
    told = await said("test", "gpt-4o", str(file), "--json", home=home)
    assert told.exit_code == 1
    found = outcome(told)
    assert (found["ok"], found["status"], found["attempts"]) == (False, 502, 1)
    assert "no answer comes from the provider at http://127.0.0.1:1" in str(found["todo"])


async def test_a_gateway_that_does_not_answer_is_not_waited_for(home: Home, tmp_path: Path) -> None:
    file, _ = written(tmp_path)
    async with scripted() as upstream:
        upstream.will([Hold()])
        with home.held():
            running = Status(pid=os.getpid(), started=1.0, config=str(file), state="serving", listeners=(upstream.url,))
            status.write(home.status, running)
            told = await said("test", "gpt-4o", "--timeout", "0.05", home=home)
    assert told.exit_code == 1
    assert "within 0.05 s" in told.stderr
    assert "`planoai doctor` looks what it may be" in told.stderr


async def test_a_config_that_is_wrong_and_one_that_is_not_there(home: Home, tmp_path: Path) -> None:
    file, _ = written(tmp_path)
    told = await said("test", "gpt-4o", str(file), home=home, environ={"THE_KEY": None})
    assert told.exit_code == 1
    assert "the variable THE_KEY is not set" in told.stderr
    told = await said("test", "gpt-4o", str(tmp_path / "no.yaml"), home=home)
    assert told.exit_code == 1
    assert "there is no file" in told.stderr
    told = await said("test", "gpt-4o", str(file), home=home, environ={**KEY, "HTTP_PROXY": "socks5://h"})
    assert told.exit_code == 1
    assert "HTTP_PROXY names a proxy that speaks 'socks5'" in told.stderr


async def test_what_can_not_be_sent_is_wrong_use(home: Home) -> None:
    for words in (("\udcff",), ("m", "--prompt", "\udcff"), ("m", "--timeout", "0"), ()):
        assert (await said("test", *words, home=home)).exit_code == 2


async def test_a_folder_that_is_not_there_holds_no_config(home: Home, tmp_path: Path) -> None:
    for command in (("test", "m"), ("doctor", "--offline")):
        told = await said(*command, "--path", str(tmp_path / "nowhere"), home=home)
        assert told.exit_code == 1
        assert "there is no such folder" in told.output


async def test_a_provider_behind_a_proxy(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(
        "version: v0.4.0\nmodel_providers:\n  - {model: ollama/m, base_url: 'http://api.example', default: true}\n"
    )
    async with scripted() as upstream:
        upstream.will(whole(CHAT))
        environ = {**SECRETS, "HTTP_PROXY": upstream.url, "NO_PROXY": ""}
        found = outcome(await said("test", "m", str(file), "--json", home=home, environ=environ))
    assert (found["ok"], found["provider"]) == (True, "api.example")
    assert upstream.asked[0].target.startswith("http://api.example/")


@asynccontextmanager
async def tunnel(upstream: Upstream) -> AsyncIterator[str]:
    """A proxy that leads to `upstream`, whatever it is asked for."""

    async def copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        theirs, ours = await asyncio.open_connection("127.0.0.1", upstream.port)
        with suppress(ConnectionError):
            await asyncio.gather(copied(reader, ours), copied(theirs, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_vendor_that_wants_the_clients_credential_gets_the_one_of_this_shell(
    home: Home, tmp_path: Path
) -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    authority.issue_cert("api.openai.com").configure_cert(context)
    file = tmp_path / "config.yaml"
    file.write_text(PASSING)
    async with scripted(context) as upstream, tunnel(upstream) as proxy:
        upstream.will(whole(CHAT), whole({"error": {"message": "no"}}, status=401))
        environ = {**SECRETS, "HTTPS_PROXY": proxy, "NO_PROXY": ""}
        told = await said("test", "gpt-4o", str(file), home=home, environ=environ)
        assert told.exit_code == 0, told.output
        refused = await said("test", "gpt-4o", str(file), home=home, environ=environ)
    assert upstream.asked[0].headers["authorization"] == f"Bearer {SECRETS['OPENAI_API_KEY']}"
    assert "does not accept $OPENAI_API_KEY" in refused.stderr


async def test_without_a_config_every_provider_can_be_asked(home: Home, tmp_path: Path) -> None:
    nothing: dict[str, str | None] = dict.fromkeys(defaults.variables())
    told = await said("test", "openai/gpt-4o", "--path", str(tmp_path), home=home, environ=nothing)
    assert told.exit_code == 1
    assert "wants a credential of yours" in told.stderr
    assert "→ `export OPENAI_API_KEY=...`: a request of this command carries it" in told.stderr
    assert "client_keys" not in told.stderr
