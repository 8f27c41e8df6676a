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
