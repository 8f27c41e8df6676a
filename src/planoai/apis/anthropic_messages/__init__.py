"""Anthropic's Messages API: what Claude, Claude Code and the Anthropic SDKs speak."""

from planoai.apis.anthropic_messages.adapt import adapt
from planoai.apis.anthropic_messages.failure import read_failure, write_failure
from planoai.apis.anthropic_messages.frames import FRAMES
from planoai.apis.anthropic_messages.outline import inspect
from planoai.apis.anthropic_messages.reform import REFORM
from planoai.apis.anthropic_messages.request_read import read_request
from planoai.apis.anthropic_messages.request_write import write_request
from planoai.apis.anthropic_messages.response_read import read_answer
from planoai.apis.anthropic_messages.response_write import write_answer
from planoai.apis.anthropic_messages.stream_read import MessagesStreamReader
from planoai.apis.anthropic_messages.stream_write import MessagesStreamWriter
from planoai.apis.anthropic_messages.wire import NAME
from planoai.apis.dialect import ClientSide, Dialect, UpstreamSide

DIALECT = Dialect(
    name=NAME,
    client=ClientSide(
        paths=("/v1/messages",),
        inspect=inspect,
        read_request=read_request,
        write_answer=write_answer,
        write_failure=write_failure,
        stream_writer=MessagesStreamWriter,
        frames=FRAMES,
        id_header=b"request-id",
        beta_header=b"anthropic-beta",
        input_first=True,
    ),
    upstream=UpstreamSide(
        adapt=adapt,
        write_request=write_request,
        read_answer=read_answer,
        read_failure=read_failure,
        stream_reader=MessagesStreamReader,
    ),
    reform=REFORM,
)
