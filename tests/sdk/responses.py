"""OpenAI's client on the Responses API, in the words of `talk`."""

from typing import Any

from openai import AsyncOpenAI

from tests.sdk.talk import Call, Json, Result, Said, Usage, value


class ResponsesTalker:
    api = "responses"

    def __init__(self, client: AsyncOpenAI, model: str) -> None:
        self._responses: Any = client.responses
        self._model = model

    def request(self, text: str, *, tools: Json | None = None, **more: Any) -> Json:
        offered = [
            {"type": "function", "name": name, "parameters": schema, "strict": False}
            for name, schema in (tools or {}).items()
        ]
        return {
            "model": self._model,
            "input": [{"role": "user", "content": text}],
            **({"tools": offered} if offered else {}),
            **more,
        }

    async def say(self, request: Json, *, streamed: bool) -> Said:
        if not streamed:
            return read(await self._responses.create(**request))
        # Not `get_final_response`: it knows of no answer that was cut or filtered.
        response = None
        async with self._responses.stream(**request) as stream:
            async for event in stream:
                if event.type in ("response.completed", "response.incomplete", "response.failed"):
                    response = event.response
        return read(response)

    def next(self, request: Json, said: Said, results: list[Result]) -> Json:
        told = [
            {"type": "function_call_output", "call_id": call.id, "output": result.content}
            for call, result in zip(said.calls, results, strict=True)
        ]
        return request | {"input": [*request["input"], *said.raw.output, *told]}

    def follow(self, request: Json, said: Said, text: str) -> Json:
        return request | {"input": [*request["input"], *said.raw.output, {"role": "user", "content": text}]}


def read(response: Any) -> Said:
    usage = response.usage
    calls = [each for each in response.output if each.type == "function_call"]
    thoughts = [each for each in response.output if each.type == "reasoning"]
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens
    return Said(
        id=response.id,
        model=response.model,
        text=response.output_text,
        thought="".join(piece.text for each in thoughts for piece in (*each.summary, *(each.content or ()))),
        calls=tuple(Call(each.call_id, each.name, value(each.arguments)) for each in calls),
        stop=response.incomplete_details.reason if response.incomplete_details else response.status,
        usage=Usage(
            input=usage.input_tokens,
            read=usage.input_tokens_details.cached_tokens,
            written=usage.input_tokens_details.cache_write_tokens,
            output=usage.output_tokens,
            reasoning=usage.output_tokens_details.reasoning_tokens,
        ),
        raw=response,
    )
