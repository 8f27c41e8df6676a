"""Request -> what Converse takes, and the paths of what it can not be told."""

import msgspec

from planoai.apis.bedrock_converse.content_write import write_messages
from planoai.apis.bedrock_converse.media_write import Block
from planoai.apis.bedrock_converse.models import model
from planoai.apis.bedrock_converse.proofs import provable
from planoai.apis.bedrock_converse.settings_write import write_account, write_settings
from planoai.apis.bedrock_converse.tools_write import write_tools
from planoai.apis.bedrock_converse.wire import NAME
from planoai.apis.crossing import check_crossing
from planoai.apis.dialect import Accepts, Written
from planoai.conversation.naming import flattened
from planoai.conversation.request import Request
from planoai.errors import BadRequest

_NOT_SAID = ("verbosity", "store", "prompt_cache_key", "user")
_COUNTED = ("messages", "system", "toolConfig", "additionalModelRequestFields")


def write_request(request: Request, accepts: Accepts) -> Written:
    """The model is named in the path, and so is whether the answer is to be a stream.

    Raises ClientError where leaving something out would change what was asked.
    """
    body, lost = _written(request, accepts)
    return Written(msgspec.json.encode(body), tuple(lost))


def write_count(request: Request, accepts: Accepts) -> Written:
    """What counts the tokens of the same request."""
    body, lost = _written(request, accepts)
    counted = {name: body[name] for name in _COUNTED if name in body}
    return Written(msgspec.json.encode({"input": {"converse": counted}}), tuple(lost))


def _written(request: Request, accepts: Accepts) -> tuple[Block, list[str]]:
    check_crossing(request, NAME)
    if request.sampling.n is not None and request.sampling.n > 1:
        raise BadRequest("n: this model's API gives one answer to a request, not several", param="n")
    lost: list[str] = []
    request = provable(flattened(request), accepts, lost)
    row = model(request.model)
    conversation = write_messages(request, row, lost)
    tools = write_tools(request, row, conversation.tools, lost)
    settings = write_settings(request, row, lost, forced=tools.forced)
    members: Block = {
        "messages": conversation.turns,
        "system": [*conversation.system, *settings.said, *tools.said],
        "inferenceConfig": settings.inference,
        "toolConfig": tools.config,
        "additionalModelRequestFields": settings.additional | tools.additional,
        "outputConfig": settings.output,
        **write_account(request, lost),
    }
    if row.claude and "stopSequences" in settings.inference:
        members["additionalModelResponseFieldPaths"] = ["/stop_sequence"]  # which of them it met
    lost += (request.path(name) for name in _NOT_SAID if getattr(request, name))
    lost += request.extras
    return {name: value for name, value in members.items() if value}, lost
