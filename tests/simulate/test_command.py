"""`planoai simulate` as a program."""

import signal
import subprocess
import sys

import httpx2
import pytest
from click.testing import CliRunner

from planoai.cli.simulate import simulate
from planoai.simulate.options import KEYS


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_its_address_serves_and_ends_well(number: signal.Signals) -> None:
    command = [
        sys.executable,
        "-c",
        "from planoai.cli.simulate import simulate; simulate()",
        "--port",
        "0",
        "--text",
        "As told.",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        request = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}
        with httpx2.Client() as client:
            answer = client.post(f"{url}/v1/chat/completions", json=request).json()
        process.send_signal(number)
        _, talk = process.communicate(timeout=30)
    assert answer["choices"][0]["message"]["content"] == "As told."
    assert process.returncode == 0
    assert f"curl -N {url}/v1/chat/completions" in talk
    assert "Traceback" not in talk


def test_a_wrong_value_is_a_wrong_use() -> None:
    result = CliRunner().invoke(simulate, ["--chunk", "none"])
    assert result.exit_code == 2
    assert "chunk takes a whole number, 1 or more, not 'none'" in result.output


def test_an_address_in_use_is_one_line() -> None:
    from planoai.net.server import listen

    with listen("127.0.0.1", 0) as taken:
        result = CliRunner().invoke(simulate, ["--port", str(taken.getsockname()[1])])
    assert result.exit_code == 1
    assert result.output.strip().endswith("try another --port")


def test_help_has_every_option() -> None:
    text = CliRunner().invoke(simulate, ["--help"]).output
    assert all(f"--{name.replace('_', '-')}" in text for name in KEYS)
