"""A config as an editor has it, and as it is before anything is made of it: plain values."""

import yaml

from planoai.config.places import Report
from planoai.config.tree import Fields, Items, Node, compose


def document(text: str) -> object:
    """Keys are text here, whatever YAML 1.1 takes `on` for."""
    root = compose(text, Report())
    return None if root is None else _plain(root)


def _plain(node: Node) -> object:
    if isinstance(node, Fields):
        return {entry.key: _plain(entry.value) for entry in node.entries}
    if isinstance(node, Items):
        return [_plain(item) for item in node.items]
    return node.text if node.kind in {"text", "other"} else yaml.safe_load(node.text)
