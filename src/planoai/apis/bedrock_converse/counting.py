"""How many tokens a conversation has, by Bedrock's own count (docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html)."""

import msgspec
from msgspec import Struct

from planoai.apis.bedrock_converse.request_write import write_count
from planoai.apis.dialect import Counting
from planoai.errors import UpstreamUnreadable


class _Counted(Struct, frozen=True, rename="camel"):
    input_tokens: int


_COUNTED = msgspec.json.Decoder(_Counted)


def _read(body: bytes) -> int:
    """Raises UpstreamUnreadable."""
    try:
        return _COUNTED.decode(body).input_tokens
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UpstreamUnreadable(f"the upstream's count can not be read: {error}") from None


COUNTING = Counting(write=write_count, read=_read)
