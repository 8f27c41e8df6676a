"""What a child gets to see of the environment, and how many workers there are."""

import os

import pytest

from planoai.process.settings import Settings, scrubbed, workers_wanted

KEPT = {
    "PATH": "/bin",
    "HOME": "/root",
    "LANG": "C",
    "LC_ALL": "C",
    "TZ": "UTC",
    "TMPDIR": "/tmp",
    "LOG_LEVEL": "debug",
    "PLANO_HOME": "/p",
    "PYTHONUNBUFFERED": "1",
    "PYTHONPATH": "/lib",
    "COVERAGE_PROCESS_CONFIG": "x",
    "COV_CORE_DATAFILE": "x",
    "SSL_CERT_FILE": "/ca",
    "NO_COLOR": "1",
}
DROPPED = {
    "OPENAI_API_KEY": "sk-1",
    "HTTPS_PROXY": "http://me:secret@proxy:1",
    "AWS_SECRET_ACCESS_KEY": "s",
    "MY_PATH": "/x",
    "PATH_KEY": "x",
    "PYTHONANYWHERE_TOKEN": "t",
    "PYTHON_KEYRING_PASSWORD": "p",
    "COVERALLS_REPO_TOKEN": "t",
    "COVERAGE_TOKEN": "t",
    "COV_CORE_TOKEN": "t",
    "COVEO_API_KEY": "k",
    "LC_secret": "s",
    "path": "/x",
}


def test_only_what_is_known_to_be_no_secret_is_inherited() -> None:
    assert scrubbed({**DROPPED, **KEPT}) == KEPT


def test_settings_do_not_show_their_environment() -> None:
    settings = Settings(file="/c.yaml", home="/h", environ=DROPPED)
    assert "sk-1" not in repr(settings)
    assert "/c.yaml" in repr(settings)


@pytest.mark.parametrize("asked", [1, 7])
def test_so_many_workers_as_asked_for(asked: int) -> None:
    assert workers_wanted(asked) == asked


def test_as_many_workers_as_cores_for_us() -> None:
    assert 1 <= workers_wanted("auto") <= (os.cpu_count() or 1)
