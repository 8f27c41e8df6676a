"""API URL MODEL DOES PROMPT: prints what the model says in the end. Plain prompts are asked whole, with a tool on offer the answers are streamed."""

import sys
from pathlib import Path

from langchain_anthropic import ChatAnthropic
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

api, url, name, does, prompt = sys.argv[1:]
key = "of-the-client"
if api == "messages":
    model = ChatAnthropic(model=name, base_url=url, api_key=key, max_tokens=1000)
else:
    model = ChatOpenAI(model=name, base_url=f"{url}/v1", api_key=key, use_responses_api=api == "responses")


@tool
def read_note(path: str) -> str:
    """Reads the note."""
    return Path(path).read_text()


def streamed(messages: list[AnyMessage]) -> AIMessage:
    whole = None
    for piece in model.bind_tools([read_note]).stream(messages):
        whole = piece if whole is None else whole + piece
    return whole


if does == "plain":
    print(model.invoke(prompt).text)
else:
    messages = [HumanMessage(prompt)]
    answer = streamed(messages)
    for call in answer.tool_calls:
        messages += [answer, ToolMessage(read_note.invoke(call["args"]), tool_call_id=call["id"])]
    print(streamed(messages).text)
