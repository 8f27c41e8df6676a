"""`planoai status`: running or not, and how."""

import fcntl
import json
import os
import signal
import struct
import sys
from pathlib import Path

import pytest
import trustme

from planoai.cli import stopping
from planoai.process import status
from planoai.process.home import Home
from planoai.process.status import Reloads, Status, digest_of
from tests.cli.command import done, lives, written
from tests.cli.within import gateway, said
from tests.support.ports import free_port
from tests.support.program import gone


async def test_none_runs(home: Home) -> None:
    told = await said("status", home=home)
    assert (told.exit_code, told.stdout) == (1, "No Plano instance was running\n")
    told = await said("status", "--json", home=home)
    assert told.exit_code == 1
    assert json.loads(told.stdout)["state"] == "stopped"
    assert not home.root.exists()  # who only looks makes nothing


async def test_one_that_runs_is_asked_how_it_is(home: Home, tmp_path: Path) -> None:
    file, url = written(tmp_path)
    async with gateway(home, file, digest=digest_of(file) or ""):
        told = await said("status", home=home)
        assert told.exit_code == 0
        assert f"✓ Plano is serving (pid {os.getpid()}, up " in told.stdout
        assert f"{url}  healthy (" in told.stdout
        assert "has changed" not in told.stdout
        found = json.loads((await said("status", "--json", home=home)).stdout)
        assert (found["state"], found["pid"], found["config"]) == ("serving", os.getpid(), str(file))
        assert found["changed"] is False
        [door] = found["listeners"]
        assert (door["url"], door["healthz"]["status"], door["readyz"]["status"]) == (url, 200, 200)

        file.write_text(file.read_text() + "workers: 2\n")
        assert "it has changed since it was read: `planoai reload`" in (await said("status", home=home)).stdout
        file.unlink()
        assert json.loads((await said("status", "--json", home=home)).stdout)["changed"] is None


async def test_a_listener_with_a_certificate_of_ones_own_is_asked_too(home: Home, tmp_path: Path) -> None:
    issued = trustme.CA().issue_cert("gateway.example")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert.write_bytes(issued.cert_chain_pems[0].bytes())
    key.write_bytes(issued.private_key_pem.bytes())
    file, url = written(tmp_path)
    file.write_text(file.read_text().replace("name: test,", "name: test, tls: {cert: cert.pem, key: key.pem},"))
    async with gateway(home, file):
        told = await said("status", home=home)
    assert f"{url.replace('http', 'https')}  healthy (" in told.stdout


async def test_one_whose_listener_has_gone_is_told_as_such(home: Home) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    with home.held():
        running = Status(pid=os.getpid(), started=1.0, config="/c.yaml", state="serving", listeners=(nobody,))
        status.write(home.status, running)
        told = await said("status", home=home)
    assert told.exit_code == 0
    assert told.stdout.startswith("! Plano is serving")
    assert f"{nobody}  cannot be reached: it refuses the connection" in told.stdout


async def test_one_that_starts_has_no_listener_yet(home: Home, tmp_path: Path) -> None:
    file, _ = written(tmp_path)
    async with gateway(home, file, state="starting"):
        told = await said("status", home=home)
    assert told.exit_code == 0
    assert told.stdout.startswith("… Plano is starting")


async def test_one_that_has_not_said_how_it_is(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopping, "_STARTS_SECONDS", 0.0)
    with home.held():
        told = await said("status", home=home)
        assert told.exit_code == 0
        assert told.stdout.startswith(f"! Plano runs (pid {os.getpid()}), and has not said how it is")
        home.status.write_text("{")
        assert json.loads((await said("status", "--json", home=home)).stdout)["state"] == "silent"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has locks that tell nobody who holds them")
async def test_one_that_runs_in_another_container_is_told_as_such(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stopping, "_STARTS_SECONDS", 0.0)
    home.make()
    with home.lock.open("w") as lock:
        fcntl.fcntl(lock, fcntl.F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
        told = await said("status", home=home)
        assert told.exit_code == 0
        assert told.stdout.startswith(
            "! Plano runs (its process can not be seen from here), and has not said how it is"
        )
        assert "another container" in told.stdout
        status.write(home.status, Status(pid=1, started=1.0, config="/c.yaml", state="serving"))
        found = json.loads((await said("status", "--json", home=home)).stdout)
    assert (found["state"], found["pid"], found["elsewhere"]) == ("serving", None, True)


async def test_a_reload_that_was_refused_is_told(home: Home) -> None:
    with home.held():
        refused = Reloads(1, 1, ("config.yaml:3:1: listners: is not known",))
        running = Status(pid=os.getpid(), started=1.0, config="/c.yaml", state="serving", reload=refused)
        status.write(home.status, running)
        told = await said("status", home=home)
    assert "config.yaml:3:1: listners: is not known" in told.stdout


async def test_what_one_that_was_killed_has_left_can_be_anything(home: Home) -> None:
    home.make()
    home.status.write_text("{")
    told = await said("status", home=home)
    assert told.exit_code == 1
    assert "the last one ended without stopping" in told.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells that a process has been stopped")
async def test_one_that_is_halted_and_then_killed(home: Home, tmp_path: Path) -> None:
    file, url = written(tmp_path)
    assert (await done("up", str(file), home=home)).code == 0
    found = lives(home)
    assert found.digest == digest_of(file)
    os.kill(found.pid, signal.SIGSTOP)
    told = await done("status", home=home)
    assert told.code == 0
    assert f"`kill -CONT {found.pid}`" in told.out
    assert f"{url}  healthy (" in told.out  # it is the workers that serve

    os.kill(found.pid, signal.SIGKILL)
    await gone([found.pid, *found.workers])
    told = await done("status", home=home)
    assert told.code == 1
    assert f"the last one (pid {found.pid}) ended without stopping" in told.out


def test_nobody_waits_for_a_pipe_where_the_config_was(tmp_path: Path) -> None:
    pipe = tmp_path / "config.yaml"
    os.mkfifo(pipe)
    assert digest_of(pipe) is None
