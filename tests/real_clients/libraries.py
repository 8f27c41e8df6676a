"""The clients beside the agents: each is asked one thing, and prints what the model said in the end."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

from tests.real_clients.case import PLAIN
from tests.real_clients.conftest import Table
from tests.real_clients.desk import NODE_MODULES, Ran, installed, python_of

_PROGRAMS = Path(__file__).parent / "programs"
Ask = Callable[[Table, str], Awaitable[Ran]]


class Library(NamedTuple):
    name: str
    apis: tuple[str, ...]
    ask: Ask


def _of_python(place: str, program: str) -> Ask:
    async def ask(table: Table, prompt: str) -> Ran:
        file = str(_PROGRAMS / program)
        return await table.desk.run(python_of(place), file, *_words(table, prompt))

    return ask


async def _ai_sdk(table: Table, prompt: str) -> Ran:
    """Modules are looked for beside the program."""
    program = table.desk.work / "ai_sdk.mjs"
    program.write_text((_PROGRAMS / "ai_sdk.mjs").read_text())
    (table.desk.work / "node_modules").symlink_to(NODE_MODULES)
    return await table.desk.run("node", program.name, *_words(table, prompt))


async def _llm(table: Table, prompt: str) -> Ran:
    """Its own command; answers are streamed."""
    settings = table.desk.home / "llm"
    settings.mkdir()
    model = {
        "model_id": "plano",
        "model_name": table.model,
        "api_base": f"{table.house.url}/v1",
        "supports_tools": True,
    }
    (settings / "extra-openai-models.yaml").write_text(json.dumps([model]))
    tools = [] if table.case.does == PLAIN else ["--functions", _LLM_TOOL]
    words = ("--model", "plano", "--key", "of-the-client", *tools, prompt)
    return await table.desk.run(
        str(installed() / "llm" / "bin" / "llm"), *words, environ={"LLM_USER_PATH": str(settings)}
    )


_LLM_TOOL = """
def read_note(path: str) -> str:
    "Reads the note."
    return open(path).read()
"""


async def _aider(table: Table, prompt: str) -> Ran:
    """It has no tools: the model's answer is the file as it is to be."""
    vendor, variable = ("anthropic", "ANTHROPIC") if table.case.api == "messages" else ("openai", "OPENAI")
    url = table.house.url if table.case.api == "messages" else f"{table.house.url}/v1"
    environ = {f"{variable}_API_BASE": url, f"{variable}_API_KEY": "of-the-client"}
    return await table.desk.run(
        str(installed() / "aider" / "bin" / "aider"),
        *_AIDER,
        "--model",
        f"{vendor}/{table.model}",
        "--message",
        prompt,
        "note.txt",
        environ=environ,
    )


_AIDER = (
    "--yes-always",
    "--no-git",
    "--no-check-update",
    "--no-show-model-warnings",
    "--no-show-release-notes",
    "--analytics-disable",
    "--edit-format=whole",
    "--map-tokens=0",
)


def _words(table: Table, prompt: str) -> tuple[str, ...]:
    return table.case.api, table.house.url, table.model, table.case.does, prompt


LIBRARIES = {
    each.name: each
    for each in (
        Library("AI SDK", ("chat", "messages", "responses"), _ai_sdk),
        Library("LangChain", ("chat", "messages", "responses"), _of_python("langchain", "langchain_client.py")),
        Library("Pydantic AI", ("chat", "messages", "responses"), _of_python("pydantic-ai", "pydantic_ai_client.py")),
        Library("OpenAI Agents", ("responses", "chat"), _of_python("openai-agents", "openai_agents_client.py")),
        Library("llm", ("chat",), _llm),
        Library("aider", ("chat", "messages"), _aider),
    )
}
