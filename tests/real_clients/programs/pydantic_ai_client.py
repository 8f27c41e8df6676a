"""API URL MODEL DOES PROMPT: prints what the model says in the end. Plain prompts are asked whole, with a tool on offer the answers are streamed."""

import asyncio
import sys
from pathlib import Path

from pydantic_ai import Agent
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

api, url, name, does, prompt = sys.argv[1:]
key = "of-the-client"
if api == "messages":
    model = AnthropicModel(name, provider=AnthropicProvider(base_url=url, api_key=key))
else:
    kind = OpenAIResponsesModel if api == "responses" else OpenAIChatModel
    model = kind(name, provider=OpenAIProvider(base_url=f"{url}/v1", api_key=key))
agent = Agent(model)


async def streamed() -> str:
    agent.tool_plain(read_note)
    async with agent.run_stream(prompt) as run:
        return await run.get_output()


def read_note(path: str) -> str:
    """Reads the note."""
    return Path(path).read_text()


print(agent.run_sync(prompt).output if does == "plain" else asyncio.run(streamed()))
