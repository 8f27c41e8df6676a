"""What a supervisor is started with, and what of the environment its children get to see."""

import os
import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

# Where programs, libraries, certificates and time zones are; how to talk; nothing that anyone would put a secret into. Names that others may begin
# with, such as PYTHON, are written out: PYTHONANYWHERE_TOKEN is one.
_INHERITED = re.compile(
    r"PATH|HOME|USER|LANG|LC_[A-Z]+|TZ|TMPDIR|LOG_LEVEL|PLANO_HOME|VIRTUAL_ENV|LD_LIBRARY_PATH|SSL_CERT_FILE|SSL_CERT_DIR|NO_COLOR"
    r"|PYTHON(PATH|HOME|UNBUFFERED|WARNINGS|DONTWRITEBYTECODE|HASHSEED|UTF8|IOENCODING|FAULTHANDLER|DEVMODE|ASYNCIODEBUG"
    r"|TRACEMALLOC|MALLOC|PYCACHEPREFIX|NOUSERSITE|USERBASE)"
    r"|COV_CORE_(SOURCE|CONFIG|DATAFILE|BRANCH|CONTEXT)|COVERAGE_(PROCESS_START|PROCESS_CONFIG|FILE|RCFILE|CORE|DEBUG|DEBUG_FILE)"
)


class Settings(Struct, frozen=True, kw_only=True):
    """`file`: absolute. `environ`: where `$VARIABLES` of the config and the addresses of proxies come from; it may hold secrets, and is not printed.

    `workers` goes before what the config says. `level` is the least that is logged. `echo`: the lines of the access log go to stdout as well.
    """

    file: str
    home: str
    environ: Mapping[str, str]
    workers: int | Literal["auto"] | None = None
    level: str = "info"
    echo: bool = False

    def __repr__(self) -> str:
        return f"Settings(file={self.file!r}, home={self.home!r})"


def scrubbed(environ: Mapping[str, str]) -> dict[str, str]:
    """The part of `environ` that a child gets."""
    return {name: value for name, value in environ.items() if _INHERITED.fullmatch(name)}


def workers_wanted(asked: int | Literal["auto"]) -> int:
    """`auto`: as many as there are cores for us."""
    if asked != "auto":
        return asked
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
