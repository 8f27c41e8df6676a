import sys
from pathlib import Path

import pytest
from bench.signals.running import Broken, run

SPENDS = "import sys, time\nwhile time.process_time() < 0.3: pass\nsys.stdout.write(sys.stdin.read().upper())"
BY_A_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SPENDS!r}], check=True)"


@pytest.mark.parametrize("program", [SPENDS, BY_A_CHILD], ids=["itself", "a child"])
def test_what_a_program_and_its_children_spend_is_told(program: str, tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    source.write_text("what goes in")
    spent = run([sys.executable, "-c", program], source, target)
    assert target.read_text() == "WHAT GOES IN"
    assert spent.cpu >= 0.3
    assert spent.wall >= 0.3


def test_a_program_that_fails_has_no_figures(tmp_path: Path) -> None:
    (tmp_path / "in").touch()
    with pytest.raises(Broken, match="ended with 3"):
        run([sys.executable, "-c", "raise SystemExit(3)"], tmp_path / "in", tmp_path / "out")
