"""A config to begin with: which there are, what is written where, and what is never written over."""

import asyncio
import re
import stat
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result
from jsonschema import Draft7Validator

from planoai.cli import main
from planoai.cli.init import _of_environment, template
from planoai.config import defaults
from planoai.config.entry import model_id, prefix, provider_of
from planoai.config.json_schema import schema
from planoai.config.load import Loaded, load
from planoai.config.older.rewrite import rewritten
from planoai.errors import PlanoError
from planoai.net.server import Reply, Request, Server, listen
from planoai.process.reading import read
from planoai.providers.catalog import PROVIDERS
from planoai.providers.registry import kind_of, snapshot
from tests.config.document import document

TEMPLATES = template.templates()
OFFERED = template.offered()
KEY = "sk-that-nobody-sees"
NOBODY = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command runs, without a key in the shell."""
    for name in defaults.variables():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PLANO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(*words: str) -> Result:
    result = CliRunner().invoke(main, ["init", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert KEY not in result.output
    return result


def environ(text: str) -> dict[str, str]:
    """Every variable that `text` names."""
    return dict.fromkeys(re.findall(r"\$\{?(\w+)", text), "a-value-that-nobody-guesses")


def loaded(text: str) -> Loaded:
    return load(text, environ(text))


@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_is_to_be_said_of_a_template_but_what_is_not_served_yet(name: str, folder: Path) -> None:
    text = TEMPLATES[name].text
    (folder / "config.yaml").write_text(text)
    found = read(folder / "config.yaml", environ(text), refuse_unserved=False)
    assert isinstance(found, Loaded)
    assert found.warnings == ()
    assert rewritten(text).changes == ()
    assert [error.message for error in Draft7Validator(schema()).iter_errors(document(text))] == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_a_template_leaves_to_be_uncommented_is_right_too(name: str) -> None:
    text = re.sub(r"(?m)^( +)# (?=tls: |- model: |  base_url: |  provider_interface: )", r"\1", TEMPLATES[name].text)
    whole = loaded(text)
    assert whole.warnings == ()
    assert whole.unserved == loaded(TEMPLATES[name].text).unserved


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_models_that_a_template_names_are_known(name: str) -> None:
    config = loaded(TEMPLATES[name].text).config
    for entry in config.model_providers:
        known = [model.id for model in snapshot().of(prefix(entry), provider_of(entry))]
        assert not known or model_id(entry) in ("*", *known)
        assert kind_of(model_id(entry)) == "chat"
    for alias in config.model_aliases.values():
        wanted, _, model = alias.target.partition("/")
        known = [each.id for each in snapshot().of(wanted, PROVIDERS[wanted])]
        assert not known or model in known


def test_those_are_offered_that_are_served_whole() -> None:
    assert next(iter(OFFERED)) == "gateway"
    assert list(OFFERED) == [name for name, each in TEMPLATES.items() if not loaded(each.text).unserved]
    assert {"gateway", "coding_agents", "local_models", "team"} <= set(OFFERED)


def test_the_list_of_templates_says_in_a_line_what_each_is() -> None:
    told = said("--list-templates")
    assert told.exit_code == 0
    title, *lines = told.stdout.splitlines()
    assert title == "Available templates"
    assert [line.partition(" - ")[0] for line in lines] == list(OFFERED)
    assert all(20 < len(line) <= 100 for line in lines)


@pytest.mark.parametrize("name", OFFERED)
def test_a_template_is_written_as_it_is_and_is_a_config(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = said("--template", name)
    assert told.exit_code == 0
    assert told.stdout.startswith(f"✓ Wrote config.yaml ({name})\n")
    file = folder / "config.yaml"
    assert file.read_text() == OFFERED[name].text
    assert stat.S_IMODE(file.stat().st_mode) & 0o600 == 0o600
    for variable in re.findall(r"\$(\w+)", file.read_text()):
        assert f'  export {variable}="your-api-key"\n' in told.stderr
        monkeypatch.setenv(variable, f"{KEY}-of-{variable}")
    validated = CliRunner().invoke(main, ["validate", "--strict"])
    assert (validated.exit_code, validated.output) == (0, "✓ config.yaml is valid\n")


def test_what_is_to_be_done_next_leaves_out_what_is_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    (folder / "of mine").mkdir()
    (folder / "of mine" / ".env").write_text(f"ANTHROPIC_API_KEY={KEY}\n")
    assert said("--template", "gateway", "-o", "of mine/a.yaml").stderr == "Next:\n  planoai up 'of mine/a.yaml'\n"
    (folder / ".env").write_text("")
    assert said("--template", "gateway").stderr == 'Next:\n  export ANTHROPIC_API_KEY="your-api-key"\n  planoai up\n'


def test_a_template_that_is_not_served_yet_says_what_it_needs(folder: Path) -> None:
    waiting = {name: each for name, each in TEMPLATES.items() if each.needs}
    for name, each in waiting.items():
        told = said("--template", name)
        assert told.exit_code == 1
        assert f"the template {name} needs `{each.needs[0]}`" in told.stderr
        assert "which this version does not serve yet" in told.stderr
    assert not (folder / "config.yaml").exists()


def test_an_unknown_template_is_told_with_the_nearest(folder: Path) -> None:
    told = said("--template", "gatewya")
    assert told.exit_code == 1
    assert "Unknown template: gatewya; did you mean 'gateway'?" in told.stderr
    assert "--list-templates" in told.stderr
    assert not (folder / "config.yaml").exists()


def test_an_id_may_have_dashes(folder: Path) -> None:
    assert said("--template", "coding-agents").exit_code == 0
    assert (folder / "config.yaml").read_text() == OFFERED["coding_agents"].text


def test_clean_is_one_newline_and_up_says_what_is_missing(folder: Path) -> None:
    told = said("--clean")
    assert told.stdout == "✓ Wrote config.yaml (empty)\n  │ (empty)\n"
    assert (folder / "config.yaml").read_bytes() == b"\n"
    started = CliRunner().invoke(main, ["up"])
    assert started.exit_code == 1
    assert "config.yaml:1:1: the file is empty" in started.stderr


def test_what_is_there_is_overwritten_only_by_force(folder: Path) -> None:
    file = folder / "config.yaml"
    file.write_text("# mine\n")
    told = said("--clean")
    assert told.exit_code == 1
    assert "Refusing to overwrite config.yaml" in told.stderr
    assert file.read_text() == "# mine\n"
    assert said("--clean", "--force").exit_code == 0
    assert file.read_text() == "\n"


@pytest.mark.parametrize(
    "words", [["--clean", "--template", "gateway"], ["--clean", "--from-env"], ["--from-env", "--template", "x"]]
)
def test_there_is_one_thing_to_write(words: list[str]) -> None:
    assert said(*words).exit_code == 2


def test_folders_on_the_way_are_made_and_a_tilde_is_the_home(folder: Path) -> None:
    told = said("--clean", "-o", "~/of/mine/plano.yaml")
    assert told.stdout.startswith(f"✓ Wrote {folder}/of/mine/plano.yaml (empty)\n")
    assert (folder / "of" / "mine" / "plano.yaml").read_text() == "\n"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("home", "home is a folder; `-o home/config.yaml`"),
        ("a.yaml/b.yaml", "a.yaml is a file, and b.yaml can not be in it"),
        ("~nobody-is-called-so/a.yaml", "there is no such user"),
        ("a.yaml/b/c.yaml", "can not be used: not a directory"),
    ],
)
def test_where_nothing_can_be_written_it_is_told_why(folder: Path, path: str, why: str) -> None:
    (folder / "home").mkdir()
    (folder / "a.yaml").write_text("")
    told = said("--clean", "-o", path)
    assert told.exit_code == 1
    assert why in told.stderr


def test_a_long_file_is_shown_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    for number, name in enumerate(sorted(defaults.variables())):
        monkeypatch.setenv(name, f"{KEY}-{number}")
    told = said("--from-env")
    assert told.exit_code == 0
    _, *shown = told.stdout.splitlines()
    assert len(shown) == 29
    assert shown[-1] == "  │ ... (truncated)"
    assert "... (truncated)" not in said("--template", "gateway", "--force").stdout


def test_the_keys_of_the_shell_and_of_env_make_a_config(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    (folder / "there").mkdir()
    (folder / "there" / ".env").write_text(f"MISTRAL_API_KEY={KEY}\nTHE_OTHER={KEY}\n")
    told = said("--from-env", "-o", "there/config.yaml")
    assert told.exit_code == 0
    file = folder / "there" / "config.yaml"
    assert KEY not in file.read_text()
    found = read(file, {"OPENAI_API_KEY": KEY})
    assert isinstance(found, Loaded)
    assert (found.warnings, found.unserved) == ((), ())
    keyed = [each.name for each in found.config.model_providers if each.access_key == KEY]
    assert keyed == ["openai", "mistral"]


def test_without_a_key_there_is_nothing_to_make_one_of(folder: Path) -> None:
    with pytest.raises(PlanoError, match=r"no key is set .* `planoai init --template gateway`"):
        _of_environment(folder, NOBODY)


async def test_an_ollama_that_runs_here_makes_one(folder: Path) -> None:
    async def answer(request: Request, reply: Reply) -> None:
        reply.send(200, [(b"content-type", b"application/json")], b'{"models": [{"name": "qwen3:4b"}]}')

    async with Server(answer, [listen("127.0.0.1", 0)], drain_seconds=0.0) as server:
        host, port = server.addresses[0]
        draft = await asyncio.to_thread(_of_environment, folder, f"http://{host}:{port}")
    [entry] = load(draft.text, {}).config.model_providers
    assert (entry.name, entry.base_url) == ("ollama", f"http://{host}:{port}")


def test_a_key_that_can_not_be_sent_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", f"{KEY}\nmore")
    told = said("--from-env")
    assert told.exit_code == 1
    assert "OPENAI_API_KEY holds a line break" in told.stderr


def test_nobody_is_asked_where_nobody_can_answer(folder: Path) -> None:
    told = said()
    assert told.exit_code == 1
    assert "Interactive mode requires a TTY" in told.stderr
    for flag in ("--template ID", "--from-env", "--clean"):
        assert f"planoai init {flag}" in told.stderr
    assert not (folder / "config.yaml").exists()


def test_the_templates_that_are_offered_are_completed() -> None:
    asked = ShellComplete(main, {}, "planoai", "_PLANOAI_COMPLETE")
    assert [each.value for each in asked.get_completions(["init", "--template"], "")] == list(OFFERED)
