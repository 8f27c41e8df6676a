"""API URL MODEL DOES PROMPT: prints what the model says in the end. Plain prompts are asked whole, with a tool on offer the answers are streamed."""

import asyncio
import sys
from pathlib import Path

from agents import (
    Agent,
    OpenAIChatCompletionsModel,
    OpenAIResponsesModel,
    Runner,
    function_tool,
    set_tracing_disabled,
)
from openai import AsyncOpenAI

api, url, name, does, prompt = sys.argv[1:]
set_tracing_disabled(disabled=True)  # it would send what it did to api.openai.com


@function_tool
def read_note(path: str) -> str:
    """Reads the note."""
    return Path(path).read_text()


async def said() -> str:
    client = AsyncOpenAI(base_url=f"{url}/v1", api_key="of-the-client")
    kind = OpenAIChatCompletionsModel if api == "chat" else OpenAIResponsesModel
    model = kind(model=name, openai_client=client)
    if does == "plain":
        return (await Runner.run(Agent(name="Reader", model=model), prompt)).final_output
    run = Runner.run_streamed(Agent(name="Reader", model=model, tools=[read_note]), prompt)
    async for _ in run.stream_events():
        pass
    return run.final_output


print(asyncio.run(said()))
