"""Amazon Bedrock's Converse and ConverseStream: one API for the models of many makers. Spoken to upstreams only."""

from planoai.apis.bedrock_converse.counting import COUNTING
from planoai.apis.bedrock_converse.failure import read_failure
from planoai.apis.bedrock_converse.request_write import write_request
from planoai.apis.bedrock_converse.response_read import read_answer
from planoai.apis.bedrock_converse.stream_read import ConverseStreamReader
from planoai.apis.bedrock_converse.wire import NAME
from planoai.apis.dialect import Accepts, Adapted, Dialect, Fields, Head, UpstreamSide


def _adapt(fields: Fields, _head: Head, _accepts: Accepts) -> Adapted:
    """No client speaks it, so nothing is ever in it already."""
    return Adapted(fields)


DIALECT = Dialect(
    name=NAME,
    upstream=UpstreamSide(
        adapt=_adapt,
        write_request=write_request,
        read_answer=read_answer,
        read_failure=read_failure,
        stream_reader=ConverseStreamReader,
        type_header=b"x-amzn-errortype",
        counting=COUNTING,
    ),
)
