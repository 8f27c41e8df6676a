"""Coding agents on a desk: how each is started, spoken to again, and made to use its shell."""

import json
from typing import Protocol

from tests.real_clients.conftest import Table
from tests.real_clients.desk import Ran


class Agent(Protocol):
    name: str
    api: str

    async def ask(self, table: Table, prompt: str, *, again: bool = False) -> Ran:
        """One turn; with `again` it goes on with the conversation before."""

    def shell(self, command: str) -> str:
        """The directive that has the simulated model call the agent's shell."""


class ClaudeCode:
    name = "Claude Code"
    api = "messages"

    async def ask(self, table: Table, prompt: str, *, again: bool = False) -> Ran:
        environ = {
            "ANTHROPIC_BASE_URL": table.house.url,
            "ANTHROPIC_API_KEY": "of-the-client",
            "ANTHROPIC_MODEL": table.model,
            "ANTHROPIC_DEFAULT_HAIKU_MODEL": table.model,  # for what it does in the background
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_TELEMETRY": "1",
            "DISABLE_ERROR_REPORTING": "1",
            "DISABLE_AUTOUPDATER": "1",
        }
        return await table.desk.run(
            "claude", "-p", *(["--continue"] if again else []), "--allowedTools=Bash", prompt, environ=environ
        )

    def shell(self, command: str) -> str:
        return f"[simulate call=Bash arguments='{json.dumps({'command': command})}']"


class Codex:
    name = "Codex"
    api = "responses"

    async def ask(self, table: Table, prompt: str, *, again: bool = False) -> Ran:
        settings = table.desk.home / ".codex" / "config.toml"
        settings.parent.mkdir(exist_ok=True)
        settings.write_text(_SETTINGS.format(model=table.model, url=table.house.url))
        words = ["exec", "--skip-git-repo-check", *(["resume", "--last"] if again else [])]
        return await table.desk.run("codex", *words, prompt, environ={"PLANO_KEY": "of-the-client"})

    def shell(self, command: str) -> str:
        waits = 30_000  # milliseconds, the most: a machine may have other work
        return f"[simulate call=exec_command arguments='{json.dumps({'cmd': command, 'yield_time_ms': waits})}']"


# Its own sandbox needs rights that a container has not; the folder is empty and the way out is closed.
_SETTINGS = """
model = "{model}"
model_provider = "plano"
model_reasoning_effort = "medium"
approval_policy = "never"
sandbox_mode = "danger-full-access"

[model_providers.plano]
name = "Plano"
base_url = "{url}/v1"
env_key = "PLANO_KEY"
wire_api = "responses"

[analytics]
enabled = false
"""

AGENTS: dict[str, Agent] = {each.name: each for each in (ClaudeCode(), Codex())}
