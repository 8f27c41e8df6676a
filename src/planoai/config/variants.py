"""What each value of a field such as `type` asks for beside it. One table, for the check, the JSON Schema and the reference page."""

from collections.abc import Mapping

from msgspec import Struct

from planoai.config.schema import Filter, Listener, MetricsSource, SessionCache, StateStorage


class Takes(Struct, frozen=True):
    """`needs`: fields that must be there with it. `only`: fields that no other value of the same field takes."""

    needs: tuple[str, ...] = ()
    only: tuple[str, ...] = ()


# By the field and its value. A field that several values take stands under none of them as `only`.
VARIANTS: Mapping[type[Struct], Mapping[tuple[str, str], Takes]] = {
    Listener: {
        ("type", "agent"): Takes(needs=("port", "agents"), only=("agents", "router")),
        ("type", "model"): Takes(only=("max_retries",)),
    },
    Filter: {("type", "mcp"): Takes(only=("tool", "transport"))},
    MetricsSource: {
        ("provider", "prometheus"): Takes(needs=("url", "query"), only=("query",)),
        ("provider", "file"): Takes(needs=("path",), only=("path",)),
        ("type", "cost"): Takes(only=("model_aliases",)),
    },
    SessionCache: {("type", "redis"): Takes(needs=("url",), only=("url",))},
    StateStorage: {
        ("type", "postgres"): Takes(needs=("connection_string",), only=("connection_string",)),
        ("type", "sqlite"): Takes(only=("path",)),
    },
}
