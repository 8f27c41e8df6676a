"""What `planoai up` says where a gateway does not start, and of what it finds in its way."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from planoai.cli import main
from planoai.cli.up.starting import end_of, left_by, not_started
from planoai.process.home import Home
from tests.cli.command import CONFIG
from tests.support.ports import free_port

TRACE = "[2026-01-01 00:00:00.000][error] worker 7 ended: out of memory"


def test_the_end_of_the_log_is_shown_where_it_tells_more_than_the_problem() -> None:
    log = ["[2026-01-01 00:00:00.000][error] does not start:", "not ready after 30 s", TRACE]
    assert not_started(["not ready after 30 s"], log, "/home/plano.log").splitlines() == [
        "not ready after 30 s",
        "its log ends with:",
        f"  {TRACE}",
        "Plano did not start; its log is /home/plano.log",
    ]


@pytest.mark.parametrize("log", [[], ["[...][error] does not start:", "no room"]], ids=["none", "the same"])
def test_a_log_that_tells_no_more_is_only_named(log: list[str]) -> None:
    assert not_started(["no room"], log, "/plano.log") == "no room\nPlano did not start; its log is /plano.log"


def test_the_end_of_a_log_is_its_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "plano.log"
    assert end_of(log) == []
    log.write_bytes(b"\xff" * 50_000 + b"\n" + b"".join(b"line %d\n" % number for number in range(30)))
    assert end_of(log) == [f"line {number}" for number in range(20, 30)]
    log.write_text("one\n")
    assert end_of(log) == ["one"]


def refused(home: Home, file: Path, *words: str) -> str:
    environ = {"PLANO_HOME": str(home.root), "THE_KEY": "k"}
    result = CliRunner().invoke(main, ["up", str(file), *words], env=environ)
    assert result.exit_code == 1, result.output
    return result.output


def test_what_is_not_served_yet_is_named_and_is_no_mistake(tmp_path: Path, home: Home) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(CONFIG.format(port=free_port(), url="http://127.0.0.1:1") + "console: {enabled: true}\n")
    said = refused(home, file)
    assert "config.yaml is valid, and asks for what this version does not serve yet; leave that out to start\n" in said
    assert "config.yaml:7:10: console: `console` is not served by this version yet" in said
    assert "problem" not in said
    assert not home.in_use()


def test_the_port_of_the_file_is_the_one(tmp_path: Path, home: Home) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("version: v0.4.0\nlistners: []\n")
    said = refused(home, file, "--listener-port", "13000")
    assert "warning: --listener-port is not used: config.yaml says which port it is\n" in said


def test_what_is_not_set_is_told_once_more_with_how_to_set_it(tmp_path: Path, home: Home) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(CONFIG.format(port=free_port(), url="http://127.0.0.1:1").replace("THE_KEY", "NOT_SET_ANYWHERE"))
    assert '  export NOT_SET_ANYWHERE="your-api-key"\n' in refused(home, file)


@pytest.mark.parametrize(
    ("left", "who"), [('{"pid": 4711, "started": 0, "config": "c"}', " (pid 4711)"), ("garbage", ""), (None, "")]
)
def test_who_has_left_something_behind_is_told_where_that_is_known(home: Home, left: str | None, who: str) -> None:
    home.make()
    if left is not None:
        home.status.write_text(left)
    assert left_by(home) == who
