"""The response object around the items of an answer: it says again what was asked, and a stream says it three times."""

import msgspec
from msgspec import Raw

from planoai.apis.dialect import Envelope
from planoai.apis.openai_responses.outcome import write_usage
from planoai.conversation.usage import Usage

_encode = msgspec.json.Encoder().encode

# What an answer repeats of its request, and what it says where the request was silent; in the order OpenAI prints it.
_ECHOED: dict[str, object] = {
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "reasoning": {"effort": None, "summary": None},
    "safety_identifier": None,
    "service_tier": None,
    "store": True,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": 0,
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
    "metadata": {},
}
ECHOES = frozenset(_ECHOED)


class Shell:
    """What is the same every time is encoded once: the tools alone may be 30 kB."""

    def __init__(self, envelope: Envelope, told_id: str = "", model: str = "") -> None:
        identifier = told_id if told_id.startswith("resp_") else f"resp_{envelope.seed}"
        echo = {name: _line(envelope.echo.get(name), default) for name, default in _ECHOED.items()}
        self._head = b'{"id":%b,"object":"response","created_at":%d,"status":"' % (
            _encode(identifier),
            envelope.created,
        )
        self._model = b',"model":%b,"output":' % _encode(model or envelope.model)
        self._tail = b"," + _encode({"background": False, "completed_at": None, **echo})[1:]

    def write(
        self,
        status: str,
        output: bytes = b"[]",
        usage: Usage | None = None,
        *,
        error: dict[str, object] | None = None,
        reason: str | None = None,
    ) -> bytes:
        """`reason` is why an answer is incomplete, `error` why it failed."""
        details = None if reason is None else {"reason": reason}
        ending = _encode({"error": error, "incomplete_details": details})[1:-1]
        counted = _encode(None if usage is None else write_usage(usage))
        return b"".join(
            (self._head, status.encode(), b'",', ending, self._model, output, b',"usage":', counted, self._tail)
        )


def _line(told: Raw | None, default: object) -> object:
    """As the client wrote it, without line breaks, which an event of a stream can not hold."""
    if told is None or bytes(told) == b"null":
        return default
    text = bytes(told)
    return Raw(msgspec.json.format(text, indent=-1)) if b"\n" in text or b"\r" in text else told
