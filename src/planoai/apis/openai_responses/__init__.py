"""OpenAI's Responses API, which Codex speaks."""

from planoai.apis.dialect import ClientSide, Dialect, UpstreamSide
from planoai.apis.openai_responses.adapt import adapt
from planoai.apis.openai_responses.counting import COUNTING
from planoai.apis.openai_responses.failure import write_failure
from planoai.apis.openai_responses.failure_read import read_failure
from planoai.apis.openai_responses.frames import FRAMES
from planoai.apis.openai_responses.outline import inspect
from planoai.apis.openai_responses.reform import REFORM
from planoai.apis.openai_responses.request_read import read_request
from planoai.apis.openai_responses.request_write import write_request
from planoai.apis.openai_responses.response_read import read_answer
from planoai.apis.openai_responses.response_write import write_answer
from planoai.apis.openai_responses.shell import ECHOES
from planoai.apis.openai_responses.stream_read import ResponsesStreamReader
from planoai.apis.openai_responses.stream_write import ResponsesStreamWriter
from planoai.apis.openai_responses.wire import NAME

DIALECT = Dialect(
    name=NAME,
    client=ClientSide(
        paths=("/v1/responses",),
        inspect=inspect,
        read_request=read_request,
        write_answer=write_answer,
        write_failure=write_failure,
        stream_writer=ResponsesStreamWriter,
        frames=FRAMES,
        echoes=ECHOES,
    ),
    upstream=UpstreamSide(
        adapt=adapt,
        write_request=write_request,
        read_answer=read_answer,
        read_failure=read_failure,
        stream_reader=ResponsesStreamReader,
        counting=COUNTING,
    ),
    reform=REFORM,
)
