"""OpenAI's client, in the words of `talk`."""

from typing import Any

from openai import AsyncOpenAI

from tests.sdk.talk import Call, Json, Result, Said, Usage, value


class ChatTalker:
    api = "chat"

    def __init__(self, client: AsyncOpenAI, model: str) -> None:
        self._completions: Any = client.chat.completions
        self._model = model

    def request(self, text: str, *, tools: Json | None = None, **more: Any) -> Json:
        offered = [
            {"type": "function", "function": {"name": name, "parameters": schema}}
            for name, schema in (tools or {}).items()
        ]
        return {
            "model": self._model,
            "messages": [{"role": "user", "content": text}],
            **({"tools": offered} if offered else {}),
            **more,
        }

    async def say(self, request: Json, *, streamed: bool) -> Said:
        if not streamed:
            return read(await self._completions.create(**request))
        # Not `get_final_completion`: it wants to parse the answer, and raises for one that was cut or filtered.
        snapshot = None
        async with self._completions.stream(**request, stream_options={"include_usage": True}) as stream:
            async for event in stream:
                if event.type == "chunk":
                    snapshot = event.snapshot
        return read(snapshot)

    def next(self, request: Json, said: Said, results: list[Result]) -> Json:
        told = [
            {"role": "tool", "tool_call_id": call.id, "content": result.content}
            for call, result in zip(said.calls, results, strict=True)
        ]
        return request | {"messages": [*request["messages"], said.raw, *told]}

    def follow(self, request: Json, said: Said, text: str) -> Json:
        return request | {"messages": [*request["messages"], said.raw, {"role": "user", "content": text}]}


def read(completion: Any) -> Said:
    [choice] = completion.choices
    message, usage = choice.message, completion.usage
    calls = [
        Call(call.id, call.function.name, value(call.function.arguments or "")) for call in message.tool_calls or ()
    ]
    prompt, completed = usage.prompt_tokens_details, usage.completion_tokens_details
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    return Said(
        id=completion.id,
        model=completion.model,
        text=message.content or "",
        thought=(message.model_extra or {}).get("reasoning_content") or "",
        calls=tuple(calls),
        stop=choice.finish_reason,
        usage=Usage(
            input=usage.prompt_tokens,
            read=prompt.cached_tokens or 0 if prompt else 0,
            written=prompt.cache_write_tokens or 0 if prompt else 0,
            output=usage.completion_tokens,
            reasoning=completed.reasoning_tokens or 0 if completed else 0,
        ),
        raw=message,
    )
