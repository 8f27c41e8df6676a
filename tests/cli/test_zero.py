"""`planoai up` for somebody who has no config."""

import asyncio
import json
import stat
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner, Result

from planoai.cli import main, zero
from planoai.cli.ollama import models
from planoai.cli.up import Plan, summary
from planoai.config import defaults
from planoai.config.load import load
from planoai.errors import PlanoError
from planoai.net.server import Reply, Request, Server, listen
from planoai.process.home import Home
from planoai.process.reading import read
from planoai.process.told import Refused
from planoai.providers.registry import Model, Registry, snapshot
from tests.cli.command import begun, done, lives
from tests.support.ports import free_port

NOBODY = "http://127.0.0.1:1"
KEY = "sk-that-nobody-sees"
NOTHING = dict.fromkeys(sorted(defaults.variables()), "")  # whatever the machine that runs the tests has


def made(home: Home, folder: Path, environ: dict[str, str] | None = None, local: str = NOBODY) -> zero.Made:
    found = zero.made(home, environ or {}, folder, port=None, local=local)
    home.make()
    found.write()
    return found


def mode_of(made: zero.Made, name: str) -> str | None:
    """The key that `name` is asked with; None where it is the client's own."""
    config = load(made.file.read_text(), made.environ).config
    [entry] = [each for each in config.model_providers if each.name == name]
    assert entry.passthrough_auth is (entry.access_key is None)
    return entry.access_key


def test_without_a_key_it_says_so_and_what_to_do(tmp_path: Path, home: Home) -> None:
    found = made(home, tmp_path)
    said = "\n".join(found.said)
    assert said.startswith("there is no config.yaml here: every provider that needs no more than a key is served\n")
    assert "  pass-through: openai, anthropic" in said
    assert "no key is set in the shell or in .env" in said
    assert "`export OPENAI_API_KEY=...` and `planoai up` again" in said
    assert mode_of(found, "openai") is None


def test_a_key_of_the_shell_is_used_and_written_nowhere(tmp_path: Path, home: Home) -> None:
    found = made(home, tmp_path, {"OPENAI_API_KEY": KEY})
    assert found.said[1].startswith("  env-keyed: openai | pass-through: anthropic")
    assert not any("no key is set" in line for line in found.said)
    assert mode_of(found, "openai") == KEY
    assert KEY not in found.file.read_text() + "".join(found.said) + repr(found)


def test_a_virtual_environment_with_the_name_of_the_variables_is_passed_over(tmp_path: Path, home: Home) -> None:
    (tmp_path / ".env").mkdir()
    assert mode_of(made(home, tmp_path, {"OPENAI_API_KEY": KEY}), "openai") == KEY


def test_the_file_is_its_owners_alone_and_new_each_time(tmp_path: Path, home: Home) -> None:
    first = made(home, tmp_path)
    first.file.chmod(0o644)
    first.file.write_text("changed")
    second = made(home, tmp_path)
    assert second.file == first.file
    assert mode_of(second, "openai") is None
    assert stat.S_IMODE(second.file.stat().st_mode) == 0o600
    assert [each.name for each in home.root.iterdir() if each.is_file()] == ["default_config.yaml"]


def test_a_key_beside_is_found_and_the_shell_goes_before_it(tmp_path: Path, home: Home) -> None:
    (tmp_path / ".env").write_text(f"OPENAI_API_KEY={KEY}\nexport GROQ_API_KEY='gsk-1'\nMISTRAL_API_KEY=\n")
    found = made(home, tmp_path, {"GROQ_API_KEY": "gsk-2"})
    assert mode_of(found, "openai") == KEY
    assert mode_of(found, "groq") == "gsk-2"
    assert mode_of(found, "mistral") is None
    assert "  OPENAI_API_KEY from .env" in found.said


def test_a_folder_says_nothing_else_of_the_environment(tmp_path: Path, home: Home) -> None:
    (tmp_path / ".env").write_text(
        "PYTHONPATH=/evil\nLD_LIBRARY_PATH=/evil\nHTTPS_PROXY=http://evil\nPLANO_HOME=/evil\n"
    )
    assert made(home, tmp_path, {"HOME": "/home/you"}).environ == {"HOME": "/home/you"}


def test_an_env_that_can_not_be_read_is_told(tmp_path: Path, home: Home) -> None:
    (tmp_path / ".env").write_bytes(b"OPENAI_API_KEY=\xff")
    with pytest.raises(PlanoError, match=r"\.env can not be read: byte 16 is not UTF-8"):
        made(home, tmp_path)


@pytest.mark.parametrize("value", ["sk-1\nX-Evil: 1", "sk-1\t2", "sk-\u00e4"])
def test_a_key_that_can_not_be_sent_is_told_by_its_name(tmp_path: Path, home: Home, value: str) -> None:
    with pytest.raises(PlanoError) as caught:
        made(home, tmp_path, {"OPENAI_API_KEY": value})
    assert caught.value.message.startswith(
        "OPENAI_API_KEY holds a line break or another character that no header can carry"
    )
    assert value not in caught.value.message


def test_a_key_with_a_line_end_behind_it_is_one(tmp_path: Path, home: Home) -> None:
    assert mode_of(made(home, tmp_path, {"OPENAI_API_KEY": f"{KEY}\r\n"}), "openai") == KEY


@pytest.mark.parametrize(
    ("there", "near"),
    [("config.yml", "config.yml"), ("plano.yaml", "plano.yaml"), ("compose.yaml", None), (".a", None)],
)
def test_a_file_that_may_have_been_meant_is_told(tmp_path: Path, home: Home, there: str, near: str | None) -> None:
    (tmp_path / there).touch()
    said = made(home, tmp_path).said[0]
    assert (f"(`planoai up {near}` reads that one)" in said) is (near is not None)


def test_no_warning_is_given_of_what_nobody_has_written(tmp_path: Path, home: Home) -> None:
    shared = Registry("", "", {**snapshot().models, "groq/*": snapshot().models["openai"]})

    def warned(file: Path) -> bool:
        loaded = read(file, {}, shared)
        assert not isinstance(loaded, Refused)
        return any("a request that gives no prefix goes there" in line for line in loaded.warnings)

    found = made(home, tmp_path)
    own = tmp_path / "config.yaml"
    own.write_text(found.file.read_text().partition("\n")[2])
    assert not warned(found.file)
    assert warned(own)


# Ollama.


class Ollama:
    """Answers as one, or with whatever else."""

    def __init__(self, body: bytes, status: int = 200) -> None:
        self.body, self.status, self.asked = body, status, ""

    async def __call__(self, request: Request, reply: Reply) -> None:
        self.asked = f"{request.method} {request.target}"
        reply.send(self.status, [(b"content-type", b"application/json")], self.body)


async def heard(ollama: Ollama, ask: Callable[[str], object]) -> object:
    async with Server(ollama, [listen("127.0.0.1", 0)], drain_seconds=0.0) as server:
        host, port = server.addresses[0]
        return await asyncio.to_thread(ask, f"http://{host}:{port}")


TAGS = json.dumps({"models": [{"name": "nomic-embed-text:latest", "size": 1}, {"name": "qwen3:4b"}]}).encode()


async def test_the_models_of_an_ollama_are_heard() -> None:
    ollama = Ollama(TAGS)
    assert await heard(ollama, models) == (Model("nomic-embed-text:latest", "embedding"), Model("qwen3:4b", "chat"))
    assert ollama.asked == "GET /api/tags"


@pytest.mark.parametrize(
    ("body", "status"), [(b"no", 200), (b"[]", 200), (b'{"models": [1]}', 200), (TAGS, 500), (b"", 404)]
)
async def test_something_else_on_its_port_is_none(body: bytes, status: int) -> None:
    assert await heard(Ollama(body, status), models) is None


async def test_one_without_a_model_is_one() -> None:
    assert await heard(Ollama(b'{"models": null}'), models) == ()


def test_where_nobody_answers_there_is_none() -> None:
    assert models(f"http://127.0.0.1:{free_port()}") is None


async def test_an_ollama_is_served_and_tried_first_where_there_is_no_key(tmp_path: Path, home: Home) -> None:
    def ask(address: str) -> zero.Made:
        return made(home, tmp_path, local=address)

    found = await heard(Ollama(TAGS), ask)
    assert isinstance(found, zero.Made)
    assert found.local is not None
    assert "  Ollama runs here, with 2 models" in found.said
    assert not any("no key is set" in line for line in found.said)
    plan = Plan(file=found.file, environ={}, loaded=found.loaded(), made=found)
    assert plan.loaded.config.model_providers[0].name == "ollama"
    told = "\n".join(summary.lines(plan.loaded, ["http://127.0.0.1:12000"], plan.known(home)))
    assert "Models without a key: ollama/*\n" in told
    assert '-d \'{"model": "ollama/qwen3:4b", ' in told


# The command.


def run(home: Home, *words: str) -> Result:
    return CliRunner().invoke(main, ["up", *words], env={**NOTHING, "PLANO_HOME": str(home.root)})


def test_a_wrong_word_starts_nothing_else(tmp_path: Path, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (["confg.yaml"], ["--path", "."], ["--path", "nowhere"], ["nowhere/config.yaml"]):
        result = run(home, *words)
        assert result.exit_code == 1, result.output
        assert "Error: there is no " in result.output
    assert not home.root.exists()


@pytest.mark.parametrize("words", [["--with-tracing"], ["--tracing-port", "4318"]])
def test_a_collector_of_traces_is_refused_by_name(home: Home, words: list[str]) -> None:
    result = run(home, *words)
    assert result.exit_code == 1
    assert "collecting traces is not served by this version yet" in result.output


def test_a_port_that_somebody_has_is_told_with_one_that_is_free(
    tmp_path: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with listen("127.0.0.1", 0) as other:
        port = other.getsockname()[1]
        result = run(home, "--listener-port", str(port))
    assert result.exit_code == 1
    last = result.output.splitlines()[-1]
    assert last.startswith(f"Error: 127.0.0.1:{port} can not be bound: address already in use")
    assert "take another port: `planoai up --listener-port " in last
    assert not (home.root / "default_config.yaml").exists()  # one that runs would read it when it is told to


@pytest.mark.parametrize("port", ["0", "65536", "many"])
def test_a_port_that_is_none_is_wrong_use(home: Home, port: str) -> None:
    assert run(home, "--listener-port", port).exit_code == 2


async def test_it_serves_what_the_environment_has(tmp_path: Path, home: Home) -> None:
    port = free_port()
    (tmp_path / ".env").write_text(f"GROQ_API_KEY={KEY}\n")
    environ = {name: value for name, value in NOTHING.items() if name != "GROQ_API_KEY"}
    up = await started(home, tmp_path, environ, "--listener-port", str(port))
    assert f"\n  http://127.0.0.1:{port}\nModels with your key: groq/*\n" in up
    assert "env-keyed: groq | pass-through: openai" in up
    assert f"✓ {home.root}/default_config.yaml is written\n" in up
    assert KEY not in up + home.log.read_text() + home.status.read_text()
    assert lives(home).listeners == (f"http://127.0.0.1:{port}",)
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        assert (await http.get("/healthz")).status_code == 200
        asked = {"model": "openai/gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]}
        answer = await http.post("/v1/chat/completions", json=asked)
        assert answer.status_code == 401
        assert "OPENAI_API_KEY" in answer.json()["error"]["message"]
    assert (await done("reload", home=home)).code == 0


async def started(home: Home, folder: Path, environ: dict[str, str], *words: str) -> str:
    """What `planoai up` says in `folder`."""
    async with begun("up", *words, home=home, environ=environ, folder=folder) as process:
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return (out + err).decode()
