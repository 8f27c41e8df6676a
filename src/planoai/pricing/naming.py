"""The names that one model goes by in lists of prices and in requests."""

import re
from collections.abc import Callable, Iterator, Mapping

LONGEST = 256  # characters of a name; what is longer names no model

# What DigitalOcean puts before the id that the vendor gave.
_CREATOR = re.compile(r"^(?:anthropic|openai|google|meta|cohere|mistral)-")
_FAMILY = "opus|sonnet|haiku"
_VERSION_FIRST = re.compile(rf"^claude-(\d+(?:[.-]\d{{1,2}})?)-({_FAMILY})(?![a-z])")
_FAMILY_FIRST = re.compile(rf"^claude-({_FAMILY})-(\d+(?:[.-]\d{{1,2}})?)(?!\d)")
_DATE = re.compile(r"-(?:\d{8}|\d{4}-\d{2}-\d{2})$")
_ARN = re.compile(r"(?:^|(?<=/))arn:.*/")  # of an inference profile
_REGION = re.compile(r"^(?:us|us-gov|eu|apac|jp|au|ca|global)\.(?=[a-z0-9]+\.)")

# What lists of prices call a provider that has another name here.
_OURS: Mapping[str, str] = {
    "google": "gemini",
    "amazon-bedrock": "amazon_bedrock",
    "azure": "azure_openai",
    "togetherai": "together_ai",
    "zhipuai": "zhipu",
    "alibaba": "qwen",
    "github-models": "github",
}

# An id that stands without a provider is of one of these first, in this order: their models are their own, or have ids that nobody else has.
VENDORS = (
    "openai", "anthropic", "gemini", "xai", "mistral", "deepseek", "moonshotai", "zhipu", "qwen", "xiaomi", "minimax", "amazon_bedrock",
)  # fmt: skip


def ours(key: str) -> str:
    """`key` of a list, `provider/model`, with the provider as it is called here."""
    provider, slash, model = key.partition("/")
    return f"{_OURS.get(provider, provider)}/{model}" if slash else key


def aliases(model: str) -> Iterator[str]:
    """What else the id `model` of a list is called: without its creator, with dashes for dots, and Claude with family and version either way round."""
    plain = _CREATOR.sub("", model.lower())
    for name in (model, model.lower(), plain):
        yield name
        yield _dashed(name)
    turned = _VERSION_FIRST.sub(r"claude-\2-\1", plain)
    if turned == plain:
        turned = _FAMILY_FIRST.sub(r"claude-\2-\1", plain)
    yield turned
    yield _dashed(turned)


def candidates(name: str) -> tuple[str, ...]:
    """Under what to look for a model called `name`, the best first: as it is, without its provider, both without a date, and all that in small letters.

    At last without the path and the region that Bedrock has before some ids, without its creator, and with dashes for dots.
    """
    bare = name.partition("/")[2] or name
    found = dict.fromkeys((name, bare))
    for change in _CHANGES:
        found.update(dict.fromkeys(map(change, tuple(found))))
    return tuple(found)


def _dashed(name: str) -> str:
    return name.replace(".", "-")


def _undated(name: str) -> str:
    return _DATE.sub("", name)


def _without_creator(name: str) -> str:
    provider, slash, model = name.rpartition("/")
    return f"{provider}{slash}{_CREATOR.sub('', model)}"


def _without_path(name: str) -> str:
    return _ARN.sub("", name)


def _without_region(name: str) -> str:
    provider, slash, model = name.rpartition("/")
    return f"{provider}{slash}{_REGION.sub('', model)}"


_CHANGES: tuple[Callable[[str], str], ...] = (
    _undated,
    str.lower,
    _without_path,
    _without_region,
    _without_creator,
    _dashed,
)
