"""What is known, by its id alone, of a model at Bedrock: what Converse can say to some makers' models only.

As known in November 2026, from the service model of boto3 1.44.5 and from what AWS's pages are quoted with; the pages themselves were not at
hand. An inference profile of one's own does not tell its model: it gets what every model takes.
"""

import re

from msgspec import Struct

from planoai.apis.models import Version, claude_version

_NOVA = re.compile(r"(?:^|[/.])nova-", re.IGNORECASE)
_MISTRAL = re.compile(r"(?:^|[/.])(?:mistral|magistral|ministral|pixtral|devstral|voxtral)", re.IGNORECASE)
_GPT_OSS = re.compile(r"(?:^|[/.])gpt-oss", re.IGNORECASE)

_CACHES: Version = (3, 5)
_AN_HOUR: Version = (4, 5)
_SCHEMAS: Version = (4, 5)
_ONE_CALL: Version = (4, 5)


class Model(Struct, frozen=True):
    """`status`: is told of a tool's result whether it is an error. `caches`: takes cache points; `an_hour`: those that last for an hour.

    `schemas`: can be held to a JSON schema. `one_call`: can be kept from calling several tools at once. `prefill`: goes on with a last turn of
    the assistant's. `effort`: takes OpenAI's efforts. `top_k`: where its `top_k` stands among the fields that Converse has no word for.
    """

    claude: bool = False
    status: bool = False
    caches: bool = False
    an_hour: bool = False
    schemas: bool = False
    one_call: bool = False
    prefill: bool = False
    effort: bool = False
    top_k: tuple[str, ...] = ()


def model(name: str) -> Model:
    version = claude_version(name)
    if version is not None:
        return Model(
            claude=True,
            status=True,
            caches=version >= _CACHES,
            an_hour=version >= _AN_HOUR,
            schemas=version >= _SCHEMAS,
            one_call=version >= _ONE_CALL,
            prefill=True,
            top_k=("top_k",),
        )
    if _NOVA.search(name):
        return Model(status=True, caches=True, top_k=("inferenceConfig", "topK"))
    if _MISTRAL.search(name):
        return Model(top_k=("top_k",))
    return Model(effort=_GPT_OSS.search(name) is not None)
