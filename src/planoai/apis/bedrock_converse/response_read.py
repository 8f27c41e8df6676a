"""A whole answer -> events."""

import msgspec

from planoai.apis import lenient
from planoai.apis.bedrock_converse import wire
from planoai.apis.bedrock_converse.block_read import Blocks
from planoai.apis.bedrock_converse.failure import read_failure
from planoai.apis.bedrock_converse.outcome import finished, read_usage
from planoai.apis.dialect import Envelope
from planoai.conversation.event import Ended, Event, Failed, Started, UsageTold
from planoai.errors import UpstreamUnreadable

_ANSWER = msgspec.json.Decoder(wire.AnswerBody)


def read_answer(body: bytes, envelope: Envelope) -> list[Event]:
    """Raises UpstreamUnreadable. A body that tells an error is `Failed`, whatever status it came with."""
    try:
        answer = lenient.decode(_ANSWER, body, ("output", "message", "content"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UpstreamUnreadable(f"the upstream's answer can not be read: {error}") from None
    told = wire.given(answer.error)
    if told is not None:
        return [Failed(read_failure(502, bytes(told)))]
    content = answer.output.message.content if answer.output is not None and answer.output.message is not None else None
    if content is None:
        raise UpstreamUnreadable("the upstream's answer has no content")
    events: list[Event] = [Started(model=_model(answer.trace))]
    blocks = Blocks(envelope)
    for index, raw in enumerate(content):
        try:
            events += blocks.whole(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise UpstreamUnreadable(f"the upstream's answer can not be read: content[{index}]: {error}") from None
    if answer.usage is not None:
        events.append(UsageTold(read_usage(answer.usage)))
    events.append(finished(answer.stop_reason, answer.additional_model_response_fields, called=blocks.called))
    events.append(Ended())
    return events


def _model(trace: wire.Trace | None) -> str:
    """The model that a prompt router chose; else the upstream names none."""
    router = trace.prompt_router if trace is not None else None
    return (router.invoked_model_id or "") if router is not None else ""
