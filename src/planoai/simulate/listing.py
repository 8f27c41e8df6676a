"""The models there are, in the words of OpenAI or of Anthropic. Bedrock lists its models elsewhere."""

from planoai.simulate.options import Options

_SHOWN = ("simulated-model",)  # where any name is served, one is listed all the same
_CREATED = 1_767_225_600  # 2026-01-01T00:00:00Z
_CREATED_AT = "2026-01-01T00:00:00Z"


def names(options: Options) -> tuple[str, ...]:
    return options.models or _SHOWN


def openai_list(options: Options) -> dict[str, object]:
    return {"object": "list", "data": [openai_model(name) for name in names(options)]}


def openai_model(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": "simulated"}


def anthropic_list(options: Options) -> dict[str, object]:
    listed = names(options)
    models = [anthropic_model(name) for name in listed]
    return {"data": models, "has_more": False, "first_id": listed[0], "last_id": listed[-1]}


def anthropic_model(name: str) -> dict[str, object]:
    return {"type": "model", "id": name, "display_name": name, "created_at": _CREATED_AT, "lifecycle": "active"}
