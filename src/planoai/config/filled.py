"""What the environment says in place of the file, written into the tree before it is judged, so that it is checked and told like the rest."""

from typing import get_args

from msgspec import structs

from planoai.config.schema import Version
from planoai.config.tree import Entry, Fields, Node, Scalar
from planoai.config.variables import Variables, mentions

COLLECTOR = "OTEL_TRACING_GRPC_ENDPOINT"


def filled(root: Fields, variables: Variables) -> Fields:
    entries = []
    for entry in root.entries:
        if entry.key == "version":
            entries.append(structs.replace(entry, value=_version(entry.value, variables)))
        elif entry.key == "tracing":
            entries.append(structs.replace(entry, value=_tracing(entry.value, variables)))
        else:
            entries.append(entry)
    return structs.replace(root, entries=tuple(entries))


def _version(node: Node, variables: Variables) -> Node:
    """Of a variable what it stands for, where that is a version: older ones are read in another way."""
    if not isinstance(node, Scalar) or not mentions(node.text):
        return node
    text = variables.expand(node.text, lenient=True)
    return structs.replace(node, text=text) if text in get_args(Version) else node


def _tracing(node: Node, variables: Variables) -> Node:
    """With the collector of the environment, where requests are traced and the file does not say where to."""
    if (
        not isinstance(node, Fields)
        or not variables.get(COLLECTOR)
        or not _is_none(node.get("opentracing_grpc_endpoint"))
    ):
        return node
    sampling = node.get("random_sampling")
    if not isinstance(sampling, Scalar) or sampling.text in {"0", "0.0"} or _is_none(sampling):
        return node
    others = tuple(entry for entry in node.entries if entry.key != "opentracing_grpc_endpoint")
    collector = Entry("opentracing_grpc_endpoint", Scalar(f"${COLLECTOR}", "text", node.place), node.place)
    return structs.replace(node, entries=(*others, collector))


def _is_none(node: Node | None) -> bool:
    return node is None or (isinstance(node, Scalar) and node.kind == "null")
