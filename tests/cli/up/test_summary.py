"""What a newcomer reads when the gateway has started; what it says to type is typed."""

import asyncio
import json
import re
import shutil

import pytest

from planoai.cli.up.summary import lines
from planoai.config.defaults import text
from planoai.config.load import Loaded, load
from planoai.net.server import Server, listen
from planoai.process.worker import serving
from planoai.providers.registry import Model, Registry, snapshot
from planoai.simulate import Simulator

URL = "http://127.0.0.1:12000"
TEAM = {"TEAM_KEY": "a-key-that-is-long-enough"}


def config(*entries: str, door: str = "") -> str:
    listener = f"listeners: [{{type: model, name: test, address: 127.0.0.1{door}}}]\n"
    return "version: v0.4.0\n" + listener + "model_providers:\n" + "".join(f"  - {{{each}}}\n" for each in entries)


def told(written: str, environ: dict[str, str] | None = None, url: str = URL, exported: tuple[str, ...] = ()) -> str:
    return "\n".join(lines(load(written, environ or {}), [url], snapshot(), exported))


def asked(summary: str) -> str:
    """The model that the request is for."""
    found = re.search(r"-d '(.*)'$", summary, re.MULTILINE)
    assert found is not None, summary
    return str(json.loads(found[1])["model"])


def test_it_says_what_is_served_in_whose_name_and_how_to_ask_for_it() -> None:
    written = config(
        "model: openai/gpt-4o, access_key: k, default: true",
        "model: anthropic/*, passthrough_auth: true",
        "model: ollama/llama3.2, base_url: 'http://127.0.0.1:11434'",
        "model: amazon_bedrock/*, base_url: 'https://bedrock-runtime.eu-west-1.amazonaws.com',"
        " aws: {access_key_id: AKIA1, secret_access_key: s}",
    )
    assert told(written).splitlines() == [
        "  http://127.0.0.1:12000",
        "Models with your key: openai/gpt-4o",
        "Models with your AWS keys: amazon_bedrock/*",
        "Models without a key: ollama/llama3.2",
        "Models with the client's own key: anthropic/*",
        "Default model: openai/gpt-4o",
        "Traces: off",
        "Try it:",
        "  curl http://127.0.0.1:12000/v1/chat/completions \\",
        "    -H 'Content-Type: application/json' \\",
        """    -d '{"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}'""",
    ]


def test_a_provider_without_the_key_it_needs_is_told_with_the_line_that_gives_it() -> None:
    found = told(config("model: mistral/*", "model: openai/gpt-4o, access_key: k"))
    assert (
        "Without the key it needs, so that requests get a 500: mistral/*: set `access_key: $MISTRAL_API_KEY`" in found
    )
    assert asked(found) == "openai/gpt-4o"


def test_where_no_provider_has_a_key_there_is_nothing_to_try() -> None:
    found = told(config("model: mistral/*"))
    assert "set `access_key: $MISTRAL_API_KEY`" in found
    assert "curl" not in found


@pytest.mark.parametrize(
    ("entries", "model"),
    [
        (["model: openai/gpt-4o, access_key: k", "model: groq/x, access_key: k, default: true"], "groq/x"),
        (["model: openai/text-embedding-3-small, access_key: k", "model: groq/x, access_key: k"], "groq/x"),
        (["model: openai/gpt-4o, passthrough_auth: true", "model: groq/x, access_key: k"], "groq/x"),
        (["model: openai/*, access_key: k", "model: groq/x, access_key: k"], "groq/x"),
        (["model: vercel/*, access_key: k", "model: anthropic/*, access_key: k"], "anthropic/claude-haiku-4-5"),
        (["model: groq/*, access_key: k", "model: openai/*, passthrough_auth: true"], "groq/MODEL"),
        (["model: openai/gpt-4o, name: the big one, access_key: k"], "the big one"),
        (["model: openai/*, name: work, access_key: k"], "work/gpt-4.1-mini"),
    ],
)
def test_the_model_to_try_is_the_one_that_answers_with_the_least_ado(entries: list[str], model: str) -> None:
    assert asked(told(config(*entries))) == model


def test_a_provider_whose_models_nobody_knows_is_told_of_by_a_place_to_fill() -> None:
    assert "  with a model of groq in the place of MODEL" in told(config("model: groq/*, access_key: k"))


def test_the_models_that_a_provider_has_told_are_known() -> None:
    written = config("model: ollama/*, base_url: 'http://127.0.0.1:11434'")
    registry = Registry("", "", {"ollama/*": (Model("nomic-embed-text", "embedding"), Model("qwen3:4b", "chat"))})
    assert asked("\n".join(lines(load(written, {}), [URL], registry))) == "ollama/qwen3:4b"


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ("$TEAM_KEY", "$TEAM_KEY"),
        ("'${TEAM_KEY}'", "${TEAM_KEY}"),
        ("$TEAM_KEY$TEAM_KEY", "<one of client_keys>"),
        ("a-literal-that-is-long-enough", "<one of client_keys>"),
    ],
)
def test_a_key_of_the_gateway_is_shown_as_it_is_written_or_not_at_all(keys: str, shown: str) -> None:
    found = told(config("model: openai/gpt-4o, access_key: k", door=f", client_keys: [{keys}]"), TEAM)
    assert f'    -H "Authorization: Bearer {shown}" \\' in found
    assert "a-literal" not in found
    assert TEAM["TEAM_KEY"] not in found


def test_a_variable_that_the_shell_lacks_is_told() -> None:
    written = config("model: openai/gpt-4o, access_key: k", door=", client_keys: [$TEAM_KEY]")
    assert "once your shell has TEAM_KEY: `export TEAM_KEY=...`" in told(written, TEAM)
    assert "once your shell has" not in told(written, TEAM, exported=("TEAM_KEY",))


def test_a_clients_own_key_goes_beside_the_one_of_the_gateway() -> None:
    passing = "model: openai/gpt-4o, passthrough_auth: true"
    assert '-H "Authorization: Bearer $OPENAI_API_KEY"' in told(config(passing))
    both = told(config(passing, door=", client_keys: [$TEAM_KEY]"), TEAM)
    assert '-H "Authorization: Bearer $TEAM_KEY"' in both
    assert '-H "x-api-key: $OPENAI_API_KEY"' in both


@pytest.mark.parametrize(
    ("bound", "asked"),
    [
        ("http://0.0.0.0:12000", "http://127.0.0.1:12000"),
        ("https://[::]:12000", "https://[::1]:12000"),
        ("http://[::1]:12000", "http://[::1]:12000"),
        ("http://10.0.0.1:80", "http://10.0.0.1:80"),
    ],
)
def test_an_address_that_stands_for_all_is_told_as_one_that_can_be_asked(bound: str, asked: str) -> None:
    summary = told(config("model: openai/gpt-4o, access_key: k"), url=bound)
    assert f"  curl {asked}/v1/chat/completions" in summary
    assert ("on every address of this machine" in summary) is (bound != asked)


def test_a_certificate_is_for_a_name_that_the_reader_knows() -> None:
    secured = told(
        config("model: openai/gpt-4o, access_key: k", door=", tls: {cert: c.pem, key: k.pem}"), url="https://[::]:1"
    )
    assert "  curl https://[::1]:1/v1/chat/completions" in secured
    assert secured.endswith("\n  with the name that your certificate is for in the place of the address")
    assert "certificate" not in told(config("model: openai/gpt-4o, access_key: k"))


def test_of_many_models_the_first_are_named() -> None:
    found = told(text({}))
    assert "openai/*, anthropic/*, gemini/*, groq/*, deepseek/*, mistral/*, digitalocean/*, vercel/* and " in found
    assert "Default model: none, each request names its own" in found


def test_what_a_shell_would_read_otherwise_is_quoted() -> None:
    name = "it's $$HOME `x`"
    found = told(config(f'model: openai/gpt-4o, name: "{name}", access_key: k'))
    body = found[found.index("-d ") + 3 :]
    assert "'\"'\"'" in body
    assert "$HOME `x`" in body


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
@pytest.mark.parametrize(
    ("entry", "door"),
    [
        ("model: openai/gpt-4o, access_key: k", ""),
        ('model: openai/gpt-4o, name: "it\'s $$HOME", access_key: k', ", client_keys: [$TEAM_KEY]"),
        ("model: openai/*, passthrough_auth: true", ", client_keys: [$TEAM_KEY]"),
    ],
    ids=["plain", "keys and quotes", "a wildcard and two keys"],
)
async def test_the_request_to_try_is_answered(entry: str, door: str) -> None:
    async with Server(Simulator(), [listen("127.0.0.1", 0)], drain_seconds=1.0) as upstream:
        host, port = upstream.addresses[0]
        loaded = load(config(f"{entry}, base_url: 'http://{host}:{port}'", door=door), TEAM)
        async with serving(loaded.config, port=0) as (_, [server]):
            status, answer = await typed(loaded, "http://{}:{}".format(*server.addresses[0]))
    assert status == 200, answer
    assert json.loads(answer)["object"] == "chat.completion"


async def typed(loaded: Loaded, url: str) -> tuple[int, str]:
    """What a shell gets for the request that is shown."""
    said = lines(loaded, [url], snapshot(), ("TEAM_KEY", "OPENAI_API_KEY"))
    request = "\n".join(said[said.index("Try it:") + 1 :])
    process = await asyncio.create_subprocess_shell(
        request + " -s -w '\\n%{http_code}'",
        stdout=asyncio.subprocess.PIPE,
        env={**TEAM, "OPENAI_API_KEY": "sk-of-the-client", "PATH": "/usr/bin:/bin"},
    )
    out, _ = await process.communicate()
    body, _, code = out.decode().rpartition("\n")
    return int(code), body
