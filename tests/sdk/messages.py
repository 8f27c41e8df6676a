"""Anthropic's client, in the words of `talk`."""

from typing import Any

from anthropic import AsyncAnthropic

from tests.sdk.talk import Call, Json, Result, Said, Usage


class MessagesTalker:
    api = "messages"

    def __init__(self, client: AsyncAnthropic, model: str) -> None:
        self._messages: Any = client.messages
        self._model = model

    def request(self, text: str, *, tools: Json | None = None, **more: Any) -> Json:
        offered = [{"name": name, "input_schema": schema} for name, schema in (tools or {}).items()]
        return {
            "model": self._model,
            "max_tokens": 4000,
            "messages": [{"role": "user", "content": text}],
            **({"tools": offered} if offered else {}),
            **more,
        }

    async def say(self, request: Json, *, streamed: bool) -> Said:
        if not streamed:
            return read(await self._messages.create(**request))
        async with self._messages.stream(**request) as stream:
            return read(await stream.get_final_message())

    def next(self, request: Json, said: Said, results: list[Result]) -> Json:
        told = [
            {
                "type": "tool_result",
                "tool_use_id": call.id,
                "content": result.content,
                **({"is_error": True} if result.failed else {}),
            }
            for call, result in zip(said.calls, results, strict=True)
        ]
        return self._then(request, said, told)

    def follow(self, request: Json, said: Said, text: str) -> Json:
        return self._then(request, said, text)

    @staticmethod
    def _then(request: Json, said: Said, content: object) -> Json:
        answer = {"role": "assistant", "content": said.raw.content}
        return request | {"messages": [*request["messages"], answer, {"role": "user", "content": content}]}


def read(message: Any) -> Said:
    usage = message.usage
    read, written = usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0
    details = usage.output_tokens_details
    return Said(
        id=message.id,
        model=message.model,
        text="".join(block.text for block in message.content if block.type == "text"),
        thought="".join(block.thinking for block in message.content if block.type == "thinking"),
        calls=tuple(Call(each.id, each.name, each.input) for each in message.content if each.type == "tool_use"),
        stop=message.stop_reason,
        usage=Usage(
            input=usage.input_tokens + read + written,
            read=read,
            written=written,
            output=usage.output_tokens,
            reasoning=details.thinking_tokens if details is not None else 0,
        ),
        raw=message,
    )
