"""Which version this is, and what an index says of newer ones."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from planoai import __version__
from planoai.cli import main, version
from planoai.cli.version import SKIP, fetch, parse, status

SHORT = 0.2


@contextmanager
def index(body: str, code: int = 200) -> Iterator[str]:
    """An index that has `body` for whoever asks; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(code)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/pypi/planoai/json"
        finally:
            server.shutdown()
            thread.join()


def told(latest: object) -> str:
    return json.dumps({"info": {"version": latest}})


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1.2.3", (1, 2, 3)),
        ("1.0", (1, 0)),
        ("0.4.1a1", (0, 4, 1)),
        ("1.0.0beta2", (1, 0, 0)),
        ("1.0.0-rc.1", (1, 0, 0)),
        ("2.1+local.7", (2, 1)),
        ("", ()),
        ("unknown", ()),
    ],
)
def test_a_version_is_its_numbers_up_to_what_says_that_it_is_not_final(text: str, numbers: tuple[int, ...]) -> None:
    assert parse(text) == numbers


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=5), st.sampled_from(["", "a1", "rc2", ".dev0", "-beta"]))
def test_the_numbers_of_a_version_come_back(numbers: list[int], suffix: str) -> None:
    assert parse(".".join(map(str, numbers)) + suffix) == tuple(numbers)


@given(st.text(max_size=30))
def test_whatever_a_version_is_it_has_numbers_or_none(text: str) -> None:
    assert not status(text, text)["is_outdated"]


@pytest.mark.parametrize(
    ("current", "latest", "outdated"),
    [
        ("1.0.0", "1.0.0", False),
        ("1.0.0", "1.0.1", True),
        ("1.1.0", "1.0.9", False),
        ("0.4.20", "1.0.0", True),
        ("0.4.20", "0.5.0", True),
        ("0.4.20", "0.4.21", True),
        ("0.9", "0.10", True),
        ("1.0", "1.0.0", False),
        ("0.4.1a1", "0.4.1", False),
        ("unknown", "1.0.0", False),
        ("1.0.0", "unknown", False),
        ("1.0.0", None, False),
    ],
)
def test_a_version_is_outdated_where_a_newer_one_is_known(current: str, latest: str | None, outdated: bool) -> None:
    found = status(current, latest)
    assert (found["is_outdated"], found["current"], found["latest"]) == (outdated, current, latest)
    if outdated:
        assert found["message"] == f"Update available: {latest}"
    else:
        assert found["message"] is None


def test_an_index_tells_its_version() -> None:
    with index(told("1.2.3")) as url:
        assert fetch(url) == "1.2.3"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("this is not JSON", 200),
        (told("9.9.9"), 404),
        (told("9.9.9"), 500),
        ("[]", 200),
        ('{"info": {}}', 200),
        ('{"info": null}', 200),
        (told(7), 200),
        (told("9.9\x1b[2J"), 200),
        ("[" * 100_000, 200),
        ("", 200),
    ],
)
def test_an_answer_that_tells_no_version_is_none(body: str, code: int) -> None:
    with index(body, code) as url:
        assert fetch(url) is None


def test_an_index_that_can_not_be_reached_tells_nothing() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        assert fetch(f"http://127.0.0.1:{nobody.getsockname()[1]}/") is None


def test_an_index_that_does_not_answer_in_time_tells_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert fetch(f"http://127.0.0.1:{silent.getsockname()[1]}/", SHORT) is None


def test_a_version_that_can_be_newer_is_told_with_the_way_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SKIP)
    with index(told("999.0.0")) as url:
        monkeypatch.setattr(version, "INDEX", url)
        done = CliRunner().invoke(main, ["--version"])
    assert done.exit_code == 0
    assert done.stdout == f"plano version {__version__}\n"
    assert "⚠ Update available: 999.0.0" in done.stderr
    assert "uv pip install --upgrade planoai" in done.stderr


def test_a_version_that_is_the_newest_is_told_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SKIP)
    with index(told(__version__)) as url:
        monkeypatch.setattr(version, "INDEX", url)
        done = CliRunner().invoke(main, ["--version"])
    assert (done.exit_code, done.stderr) == (0, "✓ You're up to date\n")


def test_a_check_that_fails_is_not_heard_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SKIP)
    with index("", 503) as url:
        monkeypatch.setattr(version, "INDEX", url)
        done = CliRunner().invoke(main, ["--version"])
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"plano version {__version__}\n", "")


def test_who_wants_no_check_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SKIP, "1")
    with index(told("999.0.0")) as url:
        monkeypatch.setattr(version, "INDEX", url)
        done = CliRunner().invoke(main, ["--version"])
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"plano version {__version__}\n", "")
