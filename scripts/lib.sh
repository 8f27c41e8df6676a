# Sourced by the other scripts: makes .venv once, from the lock file, and puts it first on PATH.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [ ! -f .venv/.installed ] || [ requirements.lock -nt .venv/.installed ] || [ pyproject.toml -nt .venv/.installed ]; then
  echo "Making .venv from requirements.lock (half a minute, once)" >&2
  [ -x .venv/bin/python ] || "${PYTHON:-python3}" -m venv .venv
  .venv/bin/python -m pip install --quiet --require-hashes -r requirements.lock
  .venv/bin/python -m pip install --quiet --no-deps -e .
  touch .venv/.installed
fi
PATH="$PWD/.venv/bin:$PATH"
export PATH
unset PYTHONDONTWRITEBYTECODE # hundreds of processes import the package: each would compile it anew
