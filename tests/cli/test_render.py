"""The words of the commands."""

import pytest

from planoai.cli import render
from planoai.process.told import Died, Refused, Reloaded, Running, Serving, Stopping, Told, Unchanged, Warned

URLS = ("http://127.0.0.1:12000", "https://[::1]:12001")
MODELS = ("openai/gpt-4o", "anthropic/*", "groq/a", "groq/b", "groq/c")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        pytest.param(Warned("config.yaml:1:1: x"), "warning: config.yaml:1:1: x", id="warned"),
        pytest.param(
            Serving(URLS, MODELS, 2),
            "✓ Plano is running!\n"
            "serves openai/gpt-4o, anthropic/*, groq/a and 2 more on http://127.0.0.1:12000 (Ctrl-C stops it)\n"
            "serves openai/gpt-4o, anthropic/*, groq/a and 2 more on https://[::1]:12001 (Ctrl-C stops it)",
            id="serving",
        ),
        pytest.param(
            Serving(URLS[:1], (), 1),
            "✓ Plano is running!\nserves no model on http://127.0.0.1:12000 (Ctrl-C stops it)",
            id="serving no model",
        ),
        pytest.param(
            Reloaded(URLS, MODELS, 2),
            "✓ Plano serves the config as it is now, on http://127.0.0.1:12000, https://[::1]:12001",
            id="reloaded",
        ),
        pytest.param(
            Unchanged(("a: b", "c: d"), of_config=True),
            "the running configuration is unchanged: the config has 2 problems\na: b\nc: d",
            id="unchanged",
        ),
        pytest.param(Refused(("a: b",), of_config=True), "the config has 1 problem\na: b", id="refused"),
        pytest.param(
            Refused(("a: b",), of_config=True, missing=("A_KEY",)),
            "the config has 1 problem\na: b\n\nMissing API keys!\n  • A_KEY not found\nSet them in the shell:\n"
            '  export A_KEY="your-api-key"\nor write NAME=... lines in `.env` beside the config',
            id="refused for a key",
        ),
        pytest.param(Refused(("no room",), of_config=False), "no room", id="refused by the machine"),
        pytest.param(Stopping(300.0), None, id="stopping"),
        pytest.param(Running(0), None, id="nothing runs"),
        pytest.param(Running(1), "waiting for 1 running request; Ctrl-C again cuts it", id="one runs"),
        pytest.param(Running(3), "waiting for 3 running requests; Ctrl-C again cuts them", id="some run"),
        pytest.param(
            Died("worker 7", "was killed by SIGKILL", 0.1),
            "worker 7 was killed by SIGKILL; another one is started in 0.1 s",
            id="died",
        ),
    ],
)
def test_what_is_told_in_the_foreground(told: Told, said: str | None) -> None:
    assert render.foreground(told) == said


def test_what_is_told_of_one_in_the_background() -> None:
    assert render.background(URLS, "/home/a/.plano/run/logs").splitlines() == [
        "✓ Plano is running!",
        *(f"  {url}" for url in URLS),
        "Logs: /home/a/.plano/run/logs",
        "Run 'planoai down' to stop.",
    ]


def test_what_more_is_told_of_one_in_the_background_stands_where_its_listeners_would() -> None:
    assert render.background(URLS, "/logs", ["  a listener", "  a provider"]).splitlines() == [
        "✓ Plano is running!",
        "  a listener",
        "  a provider",
        "Logs: /logs",
        "Run 'planoai down' to stop.",
    ]


def test_variables_that_are_not_set_come_after_the_problems_with_lines_to_paste() -> None:
    said = render.problems(["config.yaml:1:1: a", "config.yaml:2:1: b"], of_config=True, missing=["A_KEY", "B_KEY"])
    assert said.splitlines() == [
        "the config has 2 problems",
        "config.yaml:1:1: a",
        "config.yaml:2:1: b",
        "",
        "Missing API keys!",
        "  • A_KEY not found",
        "  • B_KEY not found",
        "Set them in the shell:",
        '  export A_KEY="your-api-key"',
        '  export B_KEY="your-api-key"',
        "or write NAME=... lines in `.env` beside the config",
    ]


def test_a_problem_of_the_machine_names_no_missing_variables() -> None:
    assert render.problems(["no room"], of_config=False, missing=["A_KEY"]) == "no room"


def test_a_listener_on_every_address_is_found_on_the_loopback() -> None:
    assert render.within_reach("http://0.0.0.0:12000") == "http://127.0.0.1:12000"
    assert render.within_reach("https://[::]:12000") == "https://[::1]:12000"
    for there in ("http://127.0.0.1:1", "https://10.0.0.7:1", "http://[::1]:1", "http://localhost:1"):
        assert render.within_reach(there) == there
