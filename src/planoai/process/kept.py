"""What was fetched and is kept in PLANO_HOME for the next start."""

import os
from pathlib import Path
from tempfile import mkstemp


def write(file: Path, data: bytes) -> None:
    """Whoever reads the file sees all of the old or all of the new, and nobody but its owner sees any; also where others write it now. Raises OSError."""
    descriptor, beside = mkstemp(prefix=f".{file.name}-", dir=file.parent)  # nobody else's, and for its owner alone
    try:
        with open(descriptor, "wb") as written:
            written.write(data)
        os.replace(beside, file)
    except BaseException:
        os.unlink(beside)
        raise
