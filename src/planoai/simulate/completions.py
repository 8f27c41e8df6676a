"""A script written as a completion of OpenAI's first API: a prompt in, a text out.

Source: https://platform.openai.com/docs/api-reference/completions.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from planoai.simulate import chat
from planoai.simulate.ask import Ask
from planoai.simulate.dialect import Dialect, Frame, Turn
from planoai.simulate.ids import Ids
from planoai.simulate.problem import invalid
from planoai.simulate.reading import Received
from planoai.simulate.script import slices
from planoai.simulate.shape import Misshapen, characters, shaped
from planoai.simulate.vendors import openai

PARAMETERS = frozenset(
    (
        *("model", "prompt", "best_of", "echo", "frequency_penalty", "logit_bias", "logprobs", "max_tokens", "n"),
        *("presence_penalty", "seed", "stop", "stream", "stream_options", "suffix", "temperature", "top_p", "user"),
    )
)
_MOST = 16  # tokens, unless more are asked for


class StreamOptions(Struct):
    include_usage: bool | None = None


class Body(Struct):
    prompt: str | list[Any] | None = None
    model: str | None = None
    max_tokens: int | None = None
    n: int | None = None
    stop: str | list[str] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    temperature: float | None = None
    echo: bool | None = None


def read(received: Received) -> Ask:
    """Raises Refused."""
    raw = openai.parsed(received.body)
    try:
        body = shaped(raw, Body)
    except Misshapen as found:
        raise openai.misshapen(found) from None
    if not received.lenient:
        openai.known_only(raw, PARAMETERS)
    model = received.model or body.model
    if not model:
        raise invalid("you must provide a model parameter")
    openai.check_range("temperature", body.temperature, 0, 2)
    openai.check_least("max_tokens", body.max_tokens, 1)
    openai.check_least("n", body.n, 1)
    if body.stream_options is not None and not body.stream:
        raise invalid(
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.", param="stream_options"
        )
    prompts = _prompts(body.prompt)
    return Ask(
        model=model,
        said=prompts[-1],
        most=body.max_tokens or _MOST,
        stops=tuple([body.stop] if isinstance(body.stop, str) else body.stop or ()),
        characters=characters(prompts),
        stream=body.stream is True,
        wants=frozenset({"usage"} if body.stream_options is not None and body.stream_options.include_usage else ()),
        echo={"n": (body.n or 1) * len(prompts), "before": prompts[-1] if body.echo else ""},
    )


def whole(turn: Turn) -> bytes:
    text, finish = turn.ask.echo["before"] + turn.script.text, chat.FINISH[turn.script.stop]
    choices = [_choice(index, text, finish) for index in range(turn.ask.echo["n"])]
    return openai.pretty({**_object(turn, choices), "usage": _usage(turn)})


def stream(turn: Turn) -> Iterator[Frame]:
    copies = range(turn.ask.echo["n"])
    for piece in slices(turn.ask.echo["before"] + turn.script.text, turn.options.chunk):
        for index in copies:
            yield Frame(_data(_object(turn, [_choice(index, piece, None)])), content=True)
    for index in copies:
        yield Frame(_data(_object(turn, [_choice(index, "", chat.FINISH[turn.script.stop])])))
    if "usage" in turn.ask.wants:
        yield Frame(_data({**_object(turn, []), "usage": _usage(turn)}))
    yield Frame(chat.DONE)


def _prompts(given: str | list[Any] | None) -> list[str]:
    """Raises Refused. Tokens stand for themselves; no prompt at all is the end of a text."""
    if given is None:
        return ["<|endoftext|>"]
    if isinstance(given, str):
        return [given]
    if not given:
        raise openai.empty_array("prompt")
    if all(isinstance(each, int) for each in given):
        return [str(given)]
    return [each if isinstance(each, str) else str(each) for each in given]


def _object(turn: Turn, choices: list[dict[str, object]]) -> dict[str, object]:
    return {
        "id": turn.id,
        "object": "text_completion",
        "created": turn.now,
        "model": turn.ask.model,
        "choices": choices,
    }


def _choice(index: int, text: str, finish: str | None) -> dict[str, object]:
    return {"text": text, "index": index, "logprobs": None, "finish_reason": finish}


def _usage(turn: Turn) -> dict[str, int]:
    spent = turn.script.usage
    return {"prompt_tokens": spent.input, "completion_tokens": spent.output, "total_tokens": spent.input + spent.output}


def _data(value: object) -> bytes:
    return b"data: " + msgspec.json.encode(value) + b"\n\n"


def _new_id(ids: Ids) -> str:
    return f"cmpl-{ids.letters(29)}"


COMPLETIONS = Dialect(
    read=read,
    new_id=_new_id,
    whole=whole,
    stream=stream,
    terminator=chat.terminator,
    broken=chat.broken,
    headers=chat.headers,
    refuse=chat.refuse,
)
