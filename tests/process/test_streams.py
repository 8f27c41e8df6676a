"""Standard streams that the caller has closed."""

import os
import subprocess
import sys

import pytest

LOOK = """
import os, sys
from planoai.process import streams
streams.fill()
print("said", file=sys.stderr)
print("said", flush=True)
first = os.open("/dev/zero", os.O_RDONLY)
assert first > 2
"""


@pytest.mark.parametrize(
    "closed", ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-", ""], ids=["in", "out", "err", "all", "none"]
)
def test_no_file_is_taken_for_one_of_them(closed: str) -> None:
    script = f'exec "$0" -c "$1" {closed}'
    ended = subprocess.run(["sh", "-c", script, sys.executable, LOOK], capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert (ended.stdout == b"said\n") is ("1>" not in closed)
    assert (ended.stderr == b"said\n") is ("2>" not in closed)


SAYS = "from planoai.process import streams; streams.take_anything(); print('✓ is good, ✗ is not → é', '\\udcff')"


@pytest.mark.parametrize(
    ("encoding", "said"), [("ascii", "+ is good, x is not -> ? ?\n"), ("utf-8", "✓ is good, ✗ is not → é ?\n")]
)
def test_a_terminal_without_a_sign_gets_one_that_means_the_same(encoding: str, said: str) -> None:
    environ = {**os.environ, "PYTHONIOENCODING": encoding}
    told = subprocess.run([sys.executable, "-c", SAYS], capture_output=True, check=True, env=environ)
    assert told.stdout.decode() == said
