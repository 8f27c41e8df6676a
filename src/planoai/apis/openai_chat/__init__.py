"""OpenAI's Chat Completions API, which most providers speak."""

from planoai.apis.dialect import ClientSide, Dialect, UpstreamSide
from planoai.apis.openai_chat.adapt import adapt
from planoai.apis.openai_chat.failure import read_failure, write_failure
from planoai.apis.openai_chat.frames import FRAMES
from planoai.apis.openai_chat.outline import inspect
from planoai.apis.openai_chat.reform import REFORM
from planoai.apis.openai_chat.request_read import read_request
from planoai.apis.openai_chat.request_write import write_request
from planoai.apis.openai_chat.response_read import read_answer
from planoai.apis.openai_chat.response_write import write_answer
from planoai.apis.openai_chat.stream_read import ChatStreamReader
from planoai.apis.openai_chat.stream_write import ChatStreamWriter
from planoai.apis.openai_chat.wire import NAME

DIALECT = Dialect(
    name=NAME,
    client=ClientSide(
        paths=("/v1/chat/completions",),
        inspect=inspect,
        read_request=read_request,
        write_answer=write_answer,
        write_failure=write_failure,
        stream_writer=ChatStreamWriter,
        frames=FRAMES,
    ),
    upstream=UpstreamSide(
        adapt=adapt,
        write_request=write_request,
        read_answer=read_answer,
        read_failure=read_failure,
        stream_reader=ChatStreamReader,
    ),
    reform=REFORM,
)
