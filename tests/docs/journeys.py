"""The first minutes with planoai, each way they can go: what somebody types in a new home, and what has to be told."""

from collections.abc import Mapping

from msgspec import Struct

CONFIG = """\
version: v0.4.0
listeners:
  - {type: model, name: models, address: 127.0.0.1, port: 12000}
model_providers:
  - {model: openai/gpt-4o, access_key: $OPENAI_API_KEY, default: true}
"""
MISTAKES = """\
version: 0.4
model_provider:
  - model: openai/gpt-4o
model_providers:
  - model: openai/gpt-4o
    access_key: $OPENAI_API_KEY
    default: yes please
  - model: claude-sonnet-4-5
    access_key: $ANTHROPIC_API_KEY
listeners:
  - type: models
    name: llm
    port: 120000
"""
KEY = "sk-proj-a-key-of-somebody-new"
PORT = "12000"
OCCUPY = (
    f"python3 -m http.server {PORT} --bind 127.0.0.1 >/dev/null 2>&1 & "
    f"until (echo >/dev/tcp/127.0.0.1/{PORT}) 2>/dev/null; do :; done"
)
KILL = r"""kill -9 $(sed -n 's/^ *"pid": \([0-9]*\).*/\1/p' ~/.plano/run/plano.pid)"""


class Journey(Struct, frozen=True):
    """`said`: what the screen has to hold, in this order, and the file `docs/screens/NAME.txt` as well. `code`: of the last command."""

    name: str
    typed: tuple[str, ...]
    said: tuple[str, ...]
    files: Mapping[str, str] = {}
    before: str = ""  # what the shell is told unseen, at first
    code: int = 0


JOURNEYS = (
    Journey(
        name="no-key",
        typed=("planoai up",),
        said=(
            "there is no config.yaml here",
            "pass-through: openai, anthropic",
            "Plano is running",
            "http://127.0.0.1:12000",
            "curl http://127.0.0.1:12000/v1/chat/completions",
            "Run 'planoai down' to stop.",
        ),
    ),
    Journey(
        name="one-key",
        typed=(f"export OPENAI_API_KEY={KEY}", "planoai up"),
        said=(
            "env-keyed: openai | pass-through: anthropic",
            "Plano is running",
            "Models with your key: openai/*",
            "curl ",
        ),
    ),
    Journey(
        name="dotenv",
        files={".env": f"ANTHROPIC_API_KEY={KEY}\n"},
        typed=("planoai up",),
        said=(
            "env-keyed: anthropic | pass-through: openai",
            "ANTHROPIC_API_KEY from .env",
            "Plano is running",
            "curl ",
        ),
    ),
    Journey(
        name="typo",
        files={"config.yaml": CONFIG},
        typed=("planoai up confg.yaml",),
        said=("there is no file", "did you mean 'config.yaml'"),
        code=1,
    ),
    Journey(
        name="port-taken",
        before=OCCUPY,
        typed=("planoai up",),
        said=("127.0.0.1:12000 can not be bound", "by python", "planoai up --listener-port"),
        code=1,
    ),
    Journey(
        name="twice",
        typed=("planoai up", "planoai up"),
        said=("Plano is running", "stopping the Plano that runs", "Plano is running"),
    ),
    Journey(
        name="after-a-crash",
        typed=("planoai up", KILL, "planoai status", "planoai up"),
        said=(
            "Plano is running",
            "No Plano instance was running",
            "ended without stopping",
            "starting anew",
            "Plano is running",
        ),
    ),
    Journey(
        name="mistakes",
        files={"config.yaml": MISTAKES},
        typed=("planoai validate",),
        said=(
            "config.yaml:1:10: version: must be",
            "config.yaml:2:1: model_provider: unknown key; did you mean 'model_providers'",
            "config.yaml:8:12: model_providers[1].model: Invalid model name",
            "OPENAI_API_KEY not found",
        ),
        code=1,
    ),
)
