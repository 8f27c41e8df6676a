"""What is installed, in which version, as the packages say of themselves."""

import json
import platform
import subprocess

from tests.real_clients.desk import NODE_MODULES, installed

# client -> (where it was installed, packages)
PACKAGES = {
    "Claude Code": ("node", ("@anthropic-ai/claude-code",)),
    "Codex": ("node", ("@openai/codex",)),
    "AI SDK": ("node", ("ai", "@ai-sdk/openai", "@ai-sdk/anthropic")),
    "LangChain": ("langchain", ("langchain-openai", "langchain-anthropic")),
    "Pydantic AI": ("pydantic-ai", ("pydantic-ai-slim",)),
    "OpenAI Agents": ("openai-agents", ("openai-agents",)),
    "llm": ("llm", ("llm",)),
    "aider": ("aider", ("aider-chat",)),
}
Versions = dict[str, dict[str, str]]


def of_all() -> Versions:
    """client -> package -> version; and what they are run by."""
    clients = {
        client: {package: _version(place, package) for package in packages}
        for client, (place, packages) in PACKAGES.items()
    }
    node = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True).stdout.strip()
    return {**clients, "run by": {"node": node.removeprefix("v"), "python": platform.python_version()}}


def _version(place: str, package: str) -> str:
    if place == "node":
        version: str = json.loads((NODE_MODULES / package / "package.json").read_text())["version"]
        return version
    name = package.replace("-", "_")
    [found] = (installed() / place / "lib").glob(f"python3*/site-packages/{name}-*.dist-info")
    return found.name.removesuffix(".dist-info").rpartition("-")[2]
