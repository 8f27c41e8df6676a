"""What was fetched and is kept in PLANO_HOME for the next start."""

import os
from pathlib import Path


def write(file: Path, data: bytes) -> None:
    """Whoever reads the file sees all of the old or all of the new, and nobody but its owner sees any. Raises OSError."""
    beside = file.with_suffix(".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as written:
        os.fchmod(descriptor, 0o600)
        written.write(data)
    beside.replace(file)
