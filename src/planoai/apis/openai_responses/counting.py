"""How many tokens a conversation has, asked of an upstream beside its model calls: `POST .../responses/input_tokens`."""

import msgspec
from msgspec import Raw, Struct

from planoai.apis.dialect import Accepts, Counting, Written
from planoai.apis.openai_responses.request_write import write_request
from planoai.conversation.request import Request
from planoai.errors import UpstreamUnreadable

# What is counted; it refuses the fields that say how to answer.
_COUNTED = frozenset(
    (
        *("model", "instructions", "input", "tools", "tool_choice", "parallel_tool_calls"),
        *("reasoning", "text", "truncation", "conversation", "previous_response_id"),
    )
)


class _Count(Struct, frozen=True):
    input_tokens: int


_FIELDS = msgspec.json.Decoder(dict[str, Raw])
_COUNT = msgspec.json.Decoder(_Count)


def write(request: Request, accepts: Accepts) -> Written:
    written = write_request(request, accepts)
    fields = {name: value for name, value in _FIELDS.decode(written.body).items() if name in _COUNTED}
    return Written(msgspec.json.encode(fields), written.lost)


def read(body: bytes) -> int:
    """Raises UpstreamUnreadable."""
    try:
        return _COUNT.decode(body).input_tokens
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UpstreamUnreadable(f"the upstream's count of tokens can not be read: {error}") from None


COUNTING = Counting(write=write, read=read)
