"""The folder of a Plano, its lock, and what its supervisor says of itself."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from planoai.errors import PlanoError
from planoai.process import status
from planoai.process.home import Home
from planoai.process.status import Reloads, Status

HOLDER = """
import sys, signal
from pathlib import Path
from planoai.process.home import Home
with Home(Path(sys.argv[1])).held():
    print("held", flush=True)
    signal.pause()
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_is_where_the_environment_says(tmp_path: Path) -> None:
    assert Home.of({"PLANO_HOME": str(tmp_path)}).status == tmp_path / "run" / "plano.pid"
    assert Home.of({}).root == Path.home() / ".plano"
    assert Home.of({"PLANO_HOME": ""}).root == Path.home() / ".plano"
    assert Home.of({"PLANO_HOME": "~/x"}).root == Path.home() / "x"


def test_its_folders_are_for_their_owner_alone_even_where_they_were_not_and_the_root_that_was_there_stays(
    tmp_path: Path,
) -> None:
    home = Home(tmp_path / "deep" / "home")
    home.run.mkdir(parents=True, mode=0o755)
    home.root.chmod(0o1777)
    home.make()
    assert [mode(each) for each in (home.root, home.run, home.logs)] == [0o1777, 0o700, 0o700]


def test_a_root_that_was_not_there_is_for_its_owner_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "deep" / "home")
    home.make()
    assert mode(home.root) == 0o700


@pytest.mark.parametrize(
    ("bits", "is_open"), [(0o700, False), (0o755, False), (0o770, True), (0o777, True), (0o1777, False)], ids=oct
)
def test_where_others_can_replace_its_folders_is_known(tmp_path: Path, bits: int, is_open: bool) -> None:
    tmp_path.chmod(bits)
    assert Home(tmp_path).is_open_to_others() is is_open


def test_one_at_a_time_holds_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert not home.in_use()
    with home.held():
        assert home.in_use()
        assert mode(home.lock) == 0o600
        with pytest.raises(PlanoError, match="another Plano runs"), home.held():
            pass
        assert home.in_use()
    assert not home.in_use()
    with home.held():
        assert home.in_use()


@contextmanager
def holding(root: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Another process does."""
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(root)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        try:
            yield holder
        finally:
            holder.kill()


def test_another_process_that_holds_it_is_known(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert home.holder() is None
    with holding(tmp_path) as holder:
        assert home.holder() == holder.pid
        assert home.in_use()
        with pytest.raises(PlanoError, match="another Plano runs"), home.held():
            pass
        assert home.holder() == holder.pid
    assert home.holder() is None
    with home.held():
        assert home.holder() == os.getpid()


def test_what_another_has_left_is_not_said_of_the_holder(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.make()
    status.write(home.status, Status(pid=1, started=1.0, config="/c.yaml"))
    with home.held() as left:
        assert left
        assert not home.status.exists()
        status.write(home.status, Status(pid=1, started=1.0, config="/c.yaml"))
        assert status.read(home) is None
        status.write(home.status, Status(pid=os.getpid(), started=1.0, config="/c.yaml"))
        assert status.read(home) is not None
        home.status.unlink()
    with home.held() as left:
        assert not left


def test_a_holder_that_is_killed_holds_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with holding(tmp_path) as holder:
        status.write(home.status, Status(pid=holder.pid, started=1.0, config="/c.yaml"))
        assert status.read(home) is not None
        holder.kill()
        holder.wait()
    assert not home.in_use()
    assert status.read(home) is None


def test_what_is_said_is_read_again(tmp_path: Path) -> None:
    home = Home(tmp_path)
    said = Status(
        pid=os.getpid(),
        started=1.5,
        config="/etc/plano.yaml",
        state="draining",
        listeners=("http://127.0.0.1:12000",),
        workers=(1, 2),
        recorder=3,
        waiting=4,
        shutdown_timeout=300.0,
        reload=Reloads(asked=2, number=1, problems=("config.yaml:1:1: no",)),
    )
    with home.held():
        assert status.read(home) is None
        status.write(home.status, said)
        assert status.read(home) == said
        assert mode(home.status) == 0o600
        assert sorted(each.name for each in home.run.iterdir()) == ["logs", "plano.lock", "plano.pid"]


@pytest.mark.parametrize("text", [b"", b"{", b"4711\n", b'{"envoy_pid": 1}', b"\xff"], ids=range(5))
def test_what_is_no_status_is_none(tmp_path: Path, text: bytes) -> None:
    home = Home(tmp_path)
    with home.held():
        home.status.write_bytes(text)
        assert status.read(home) is None
