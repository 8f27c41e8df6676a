"""The page about the simulated provider says what is so, and its example runs."""

import re
import subprocess
import sys
from pathlib import Path

from planoai.simulate.options import KEYS

PAGE = (Path(__file__).parents[2] / "docs" / "simulate.md").read_text()


def test_the_page_has_a_row_for_every_key_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
    assert rows == [(name, key.kind.takes, key.help) for name, key in KEYS.items()]


def test_the_example_prints_what_the_page_says() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    done = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, timeout=60, check=True)
    (said,) = re.findall(r"This prints `([^`]+)`", PAGE)
    assert done.stdout.strip() == said
