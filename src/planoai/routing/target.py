"""One configured model: an entry of the config, or what a wildcard entry becomes for one model."""

from msgspec import Struct

from planoai.config.entry import model_id, provider_of
from planoai.config.schema import ModelProvider
from planoai.providers.provider import Provider


class Target(Struct, frozen=True, eq=False):
    """`name` is its label, the id under which it is listed; `full_name` is `provider/model`; `model` is what the upstream calls it."""

    name: str
    full_name: str
    model: str
    entry: ModelProvider
    provider: Provider


def target_of(entry: ModelProvider) -> Target:
    return Target(entry.name, entry.model, model_id(entry), entry, provider_of(entry))
