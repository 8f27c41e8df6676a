"""Nodes -> YAML text, one value a line. What it writes, `tree.compose` reads as the same nodes; what an anchor names is written out."""

import re

from planoai.config.tree import Fields, Items, Node, Scalar, kind_of

_STEP = 2  # spaces
_PLAIN_START = re.compile(r"[A-Za-z0-9_/.$(]")
_AMBIGUOUS = re.compile(r": | #|:$|^---|^\.\.\.")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def emitted(node: Node, indent: int = 0) -> list[str]:
    """The lines of `node`, in block style."""
    pad = " " * indent
    match node:
        case Fields() if node.entries:
            lines = []
            for entry in node.entries:
                if is_short(entry.value):
                    lines.append(f"{pad}{_quoted(entry.key)}: {_short(entry.value)}")
                else:
                    lines += [f"{pad}{_quoted(entry.key)}:", *emitted(entry.value, indent + _STEP)]
            return lines
        case Items() if node.items:
            lines = []
            for item in node.items:
                first, *rest = emitted(item, indent + _STEP)
                lines += [f"{pad}- {first[indent + _STEP :]}", *rest]
            return lines
        case _:
            return [pad + _short(node)]


def is_short(node: Node) -> bool:
    """Whether it goes on the line of its key."""
    return isinstance(node, Scalar) or not (node.items if isinstance(node, Items) else node.entries)


def _short(node: Node) -> str:
    match node:
        case Scalar():
            return {"null": "null", "text": _quoted(node.text)}.get(node.kind, node.text)
        case Items():
            return "[]"
        case Fields():
            return "{}"


def _quoted(text: str) -> str:
    """Text, with quotes where without them it would be something else."""
    bare = text == text.strip() and text.isprintable() and _PLAIN_START.match(text) and not _AMBIGUOUS.search(text)
    if bare and kind_of(text) == "text":
        return text
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in _ESCAPES or character.isprintable():
        return _ESCAPES.get(character, character)
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
