import json
import stat
import sys
from pathlib import Path
from subprocess import run

import pytest
import trustme
import yaml
from click.testing import CliRunner, Result

from planoai.cli import main
from planoai.config.load import load
from planoai.process.home import Home
from tests.cli.command import done

GOOD = """version: v0.4.0
listeners:
  - {type: model, name: models, address: 127.0.0.1, port: 17170}
model_providers:
  - {model: openai/gpt-4o, access_key: $THE_KEY, default: true}
"""
OLD = """# ours
version: v0.1
llm_providers:
  - model: openai/gpt-4o  # the big one
    access_key: $THE_KEY
    default: true
"""
ANNOTATED = Path(__file__).parents[1] / "data" / "annotated.yaml"
KEY = "sk-that-nobody-sees"


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLANO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("THE_KEY", KEY)
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def written(text: str, name: str = "config.yaml") -> Path:
    file = Path(name)
    file.write_text(text)
    return file


def authorities() -> str:
    """A file of authorities, wherever those of this machine are."""
    file = Path("authorities.pem")
    trustme.CA().cert_pem.write_to_path(file)
    return str(file)


def validated(*words: str) -> Result:
    result = CliRunner().invoke(main, ["validate", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert KEY not in result.output
    return result


def test_a_config_without_a_mistake_is_said_to_be_valid() -> None:
    written(GOOD)
    result = validated()
    assert (result.exit_code, result.stdout, result.stderr) == (0, "✓ config.yaml is valid\n", "")


def test_nothing_is_made_in_a_home_that_is_not_there(tmp_path: Path) -> None:
    written(GOOD)
    assert validated().exit_code == 0
    assert not (tmp_path / "home").exists()


def test_every_problem_is_told_in_its_place() -> None:
    written("version: v0.4.0\nlistener: []\nmodel_providers:\n  - {model: gpt-4o, defalt: true}\n")
    result = validated()
    assert result.exit_code == 1
    assert result.stdout == ""
    assert [line.split(": ")[0] for line in result.stderr.splitlines() if line.startswith("config.yaml:")] == [
        "config.yaml:2:1",
        "config.yaml:4:13",
        "config.yaml:4:21",
    ]


def test_variables_that_are_not_set_are_listed_once_with_what_to_do() -> None:
    written(GOOD.replace("$THE_KEY", "$NOT_THERE"))
    result = validated()
    assert result.exit_code == 1
    assert "NOT_THERE not found" in result.stderr
    assert 'export NOT_THERE="' in result.stderr


def test_a_warning_goes_to_stderr_and_is_a_problem_when_strict() -> None:
    written(OLD)
    loose, strict = validated(), validated("--strict")
    assert (loose.exit_code, loose.stdout) == (0, "✓ config.yaml is valid\n")
    assert "warning: config.yaml:2:10: version: " in loose.stderr
    assert (strict.exit_code, strict.stdout) == (1, "")
    assert "config.yaml:2:10: version: " in strict.stderr
    assert "warning: " not in strict.stderr


def test_what_is_not_served_yet_is_a_warning_and_it_is_told_what_up_does() -> None:
    written(f"{GOOD}console: {{enabled: true}}\n")
    result = validated()
    assert result.exit_code == 0
    assert "warning: config.yaml:6:10: console: `console` is not served by this version yet" in result.stderr
    assert result.stdout == "✓ config.yaml is valid\n`planoai up` refuses it all the same, for `console`\n"
    assert validated("--strict").exit_code == 1


def test_the_config_that_has_every_key_is_valid_and_not_served_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "HOUSE_KEY", "LEDGER_TOKEN", "DB_PASS"):
        monkeypatch.setenv(name, KEY)
    written(ANNOTATED.read_text().replace("/etc/ssl/certs/ca-certificates.crt", authorities()))
    loose, strict = validated(), validated("--strict")
    assert (loose.exit_code, strict.exit_code) == (0, 1)
    verdict = json.loads(validated("--json").stdout)
    paths = [f"`{each['path']}`" for each in verdict["unserved"]]
    assert len(paths) > 5
    told = f"{', '.join(paths[:5])} and {len(paths) - 5} more"
    assert loose.stdout == f"✓ config.yaml is valid\n`planoai up` refuses it all the same, for {told}\n"
    assert all(f": `{path}" in strict.stderr for path in ("agents`", "filters`", "routing`"))


def test_the_verdict_as_json() -> None:
    written(f"{OLD}console: {{enabled: true}}\n")
    result = validated("--json")
    verdict = json.loads(result.stdout)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert set(verdict) == {"file", "valid", "problems", "warnings", "unserved", "missing"}
    assert verdict["valid"] is True
    assert Path(verdict["file"]) == Path("config.yaml").absolute()
    assert verdict["problems"] == []
    assert [(each["line"], each["column"], each["path"]) for each in verdict["unserved"]] == [(7, 10, "console")]
    assert {each["path"] for each in verdict["warnings"]} >= {"version", "llm_providers"}


def test_the_verdict_of_a_config_with_problems_as_json() -> None:
    written(GOOD.replace("$THE_KEY", "$NOT_THERE").replace("17170", "0"))
    result = validated("--json")
    verdict = json.loads(result.stdout)
    assert result.exit_code == 1
    assert verdict["valid"] is False
    assert [(each["line"], each["path"]) for each in verdict["problems"]] == [
        (3, "listeners[0].port"),
        (5, "model_providers[0].access_key"),
    ]
    assert verdict["missing"] == ["NOT_THERE"]


def test_strict_makes_the_verdict_as_json_another_one() -> None:
    written(OLD)
    result = validated("--json", "--strict")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["valid"] is False


def test_a_problem_of_this_machine_has_no_line() -> None:
    written(GOOD)
    Path(".env").write_bytes(b"A_KEY=\xff\n")
    verdict = json.loads(validated("--json").stdout)
    assert [(each["line"], each["path"]) for each in verdict["problems"]] == [(None, "")]
    assert "not UTF-8" in verdict["problems"][0]["message"]


def test_a_certificate_that_is_not_there_is_told() -> None:
    written(GOOD.replace("port: 17170", "port: 17170, tls: {cert: a.pem, key: b.pem}"))
    result = validated()
    assert result.exit_code == 1
    assert "config.yaml:3:71: listeners[0].tls: " in result.stderr


def test_a_proxy_that_can_not_be_used_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    written(GOOD)
    monkeypatch.setenv("HTTPS_PROXY", f"ftp://user:{KEY}@proxy.example")
    result = validated()
    assert result.exit_code == 1
    assert "HTTPS_PROXY" in result.stderr


def test_the_config_is_shown_alone_on_stdout() -> None:
    written(GOOD)
    result = validated("--show-rendered")
    assert result.exit_code == 0
    assert result.stderr == "✓ config.yaml is valid\n"
    assert yaml.safe_load(result.stdout)["model_providers"][0]["access_key"] == "$THE_KEY"
    assert load(result.stdout, {"THE_KEY": KEY}).config == load(GOOD, {"THE_KEY": KEY}).config


def test_the_config_is_shown_within_the_verdict() -> None:
    written(GOOD.replace("$THE_KEY", KEY))
    verdict = json.loads(validated("--json", "--show-rendered").stdout)
    assert verdict["config"]["model_providers"][0]["access_key"] == "***"


@pytest.mark.parametrize("words", [("nowhere.yaml",), ()])
def test_a_file_that_is_not_there(words: tuple[str, ...]) -> None:
    result = validated(*words)
    assert result.exit_code == 1
    assert "there is no" in result.stderr


def test_the_verdict_of_no_file_is_told_as_json_too() -> None:
    written(GOOD, "good.yaml")
    for words, file, said in (
        (("good.yml",), "good.yml", "did you mean 'good.yaml'?"),
        ((), "", "did you mean 'good.yaml'?"),
        (("\udcff.yaml",), "?.yaml", "its name is not UTF-8"),
        ((".",), ".", "is a folder"),
        ((300 * "x",), 300 * "x", "can not be used: file name too long"),
        (("--path", 300 * "x"), "", "can not be used: file name too long"),
    ):
        result = validated(*words, "--json")
        verdict = json.loads(result.stdout)
        assert (result.exit_code, verdict["valid"], verdict["file"]) == (1, False, file)
        [problem] = verdict["problems"]
        assert (problem["line"], problem["path"]) == (None, "")
        assert said in problem["message"]


def test_another_folder_is_looked_in() -> None:
    Path("other").mkdir()
    written(GOOD, "other/plano_config.yaml")
    assert validated("--path", "other").stdout == "✓ plano_config.yaml is valid\n"


def test_an_older_file_is_written_in_the_newest_form_beside_it() -> None:
    file = written(OLD)
    file.chmod(0o640)
    result = validated("--migrate")
    made = Path("config.v0.4.0.yaml")
    assert result.exit_code == 0
    assert result.stdout == f"✓ Wrote {made.absolute()}\n"
    assert "`llm_providers` is now `model_providers`" in result.stderr
    assert file.read_text() == OLD
    assert "# the big one" in made.read_text()
    assert stat.S_IMODE(made.stat().st_mode) == 0o640
    environ = {"THE_KEY": KEY}
    assert load(made.read_text(), environ).config == load(OLD, environ).config
    assert validated(str(made), "--migrate").stdout == ""


def test_no_file_that_is_there_is_overwritten() -> None:
    written(OLD)
    target = written("mine", "config.v0.4.0.yaml")
    result = validated("--migrate")
    assert result.exit_code == 1
    assert "Refusing to overwrite" in result.stderr
    assert target.read_text() == "mine"
    assert validated("--migrate", "-o", "other.yaml").exit_code == 0
    assert Path("other.yaml").exists()


def test_a_newest_file_is_left_as_it_is() -> None:
    written(GOOD)
    result = validated("--migrate")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "newest form already" in result.stderr
    assert [each.name for each in Path().iterdir()] == ["config.yaml"]


def test_where_comments_were_that_could_not_be_taken_along_is_said() -> None:
    written(OLD.replace("v0.1", "&v v0.1  # anchored") + "system_prompt: *v\n")
    assert "could be taken along; look at lines 1, 2, 4\n" in validated("--migrate").stderr


def test_a_new_file_in_another_folder_is_told_to_have_its_paths_there() -> None:
    written(OLD)
    Path("other").mkdir()
    assert "`.env`" in validated("--migrate", "-o", "other/config.yaml").stderr
    assert "`.env`" not in validated("--migrate", "-o", "./new.yaml").stderr


def test_variables_need_not_be_set_to_bring_a_file_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THE_KEY")
    written(OLD)
    assert validated("--migrate").exit_code == 0
    assert "$THE_KEY" in Path("config.v0.4.0.yaml").read_text()


def test_a_file_with_mistakes_is_not_brought_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THE_KEY")
    written(OLD.replace("gpt-4o", "gpt-4o\n    defalt: true"))
    result = validated("--migrate")
    assert result.exit_code == 1
    assert "defalt" in result.stderr
    assert not Path("config.v0.4.0.yaml").exists()


@pytest.mark.parametrize(
    "words", [("-o", "a.yaml"), ("--migrate", "--json"), ("--migrate", "--strict"), ("--migrate", "--show-rendered")]
)
def test_options_that_do_not_go_together(words: tuple[str, ...]) -> None:
    written(GOOD)
    assert validated(*words).exit_code == 2


async def test_the_command_by_itself(tmp_path: Path) -> None:
    file = written(GOOD)
    process = await done("validate", str(file), home=Home(tmp_path / "home"))
    assert (process.code, process.out) == (0, "✓ config.yaml is valid\n")


def test_what_a_gateway_runs_on_is_not_imported_to_look_at_a_file() -> None:
    file = written(GOOD)
    program = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from planoai.cli import main\n"
        f"assert CliRunner().invoke(main, ['validate', {str(file)!r}]).exit_code == 0\n"
        "print(*sys.modules)\n"
    )
    imported = set(run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout.split())
    assert {"planoai.config.load", "planoai.process.reading"} <= imported
    costly = {"asyncio", "uvloop", "ssl", "rich", "importlib.metadata", "planoai.gateway", "planoai.net.client"}
    dialects = {
        f"planoai.apis.{name}" for name in ("openai_chat", "anthropic_messages", "openai_responses", "bedrock_converse")
    }
    assert imported.isdisjoint(costly | dialects)
