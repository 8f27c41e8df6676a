"""Peers are installed on first use, each in its one version into a folder of its own under the user's cache."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.processes import NotInstalled, NotStarted
from msgspec import Struct

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "planoai-bench"


class Package(Struct, frozen=True):
    """`folder` is its name in the cache, `name` the registry's."""

    folder: str
    name: str
    version: str

    @property
    def directory(self) -> Path:
        return _CACHE / f"{self.folder}=={self.version}"

    @property
    def marker(self) -> Path:
        return self.directory / ".installed"


def from_pip(package: Package) -> None:
    """Into a virtual environment; nothing to do when it is there."""
    if package.marker.exists():
        return
    python = str(package.directory / "bin" / "python")
    _run(
        package,
        [sys.executable, "-m", "venv", "--clear", str(package.directory)],
        [python, "-m", "pip", "install", "--quiet", f"{package.name}=={package.version}"],
    )


def from_npm(package: Package) -> None:
    """Without the scripts that packages would like to run."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise NotInstalled("`apt-get install nodejs npm`, or `brew install node`")
    if package.marker.exists():
        return
    package.directory.mkdir(parents=True, exist_ok=True)
    quietly = ("--no-audit", "--no-fund", "--omit=dev", "--ignore-scripts")
    where = ("--prefix", str(package.directory))
    _run(package, ["npm", "install", *quietly, *where, f"{package.name}@{package.version}"])


def _run(package: Package, *commands: Sequence[str]) -> None:
    print(f"installing {package.name} {package.version} into {package.directory}", file=sys.stderr)
    try:
        for command in commands:
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=900)
    except (subprocess.SubprocessError, OSError) as error:
        said = getattr(error, "stderr", None) or str(error)
        raise NotStarted(f"{package.name} could not be installed: {said.strip()[-300:]}") from error
    package.marker.touch()
