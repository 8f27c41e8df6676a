"""Changes to the text of a YAML file that leave the rest of it as it is: where its nodes begin and end, and what is put there instead."""

import re

import yaml
from msgspec import Struct

from planoai.config.older.emit import emitted, is_short
from planoai.config.tree import Node, as_lines

_COLON = re.compile(r"[ \t]*:(?=\s)")
_ALIAS = re.compile(r"[ \t]*:\s+\*[^\s,\[\]{}]+")
_BELOW = re.compile(r"(?:(?:[ \t]*\n)*[ \t]+#.*\n)*(?:(?:#.*\n)+(?=[ \t]*\n|\Z))?")

Pair = tuple[yaml.Node, yaml.Node]


class Splice(Struct, frozen=True, order=True):
    start: int
    end: int
    text: str = ""


class Tangled(Exception):
    """This part can not be changed in place: an anchor, or a way of writing that is not looked for, is in the way."""


def is_block(node: yaml.Node) -> bool:
    """Whether it is a list or a mapping without brackets."""
    return isinstance(node, yaml.CollectionNode) and not node.flow_style


class Page:
    """A text that ends with a line break, its lines divided by `\\n`, and its nodes as PyYAML sees them."""

    def __init__(self, text: str) -> None:
        self.text = text
        # Only the loader in Python counts where nodes are from the first character on.
        self.root = yaml.compose(as_lines(text), Loader=yaml.SafeLoader)

    def applied(self, splices: list[Splice]) -> str:
        text, before = self.text, len(self.text)
        for each in sorted(splices, reverse=True):
            if not each.start <= each.end <= before:
                raise Tangled
            text, before = text[: each.start] + each.text + text[each.end :], each.start
        return text

    def pair(self, mapping: yaml.Node | None, key: str) -> Pair | None:
        """Key and value as they stand in `mapping`. One that is merged into it does not."""
        if not isinstance(mapping, yaml.MappingNode):
            return None
        return next(((name, value) for name, value in mapping.value if name.value == key), None)

    def end(self, node: yaml.Node) -> int:
        """After the last character of it: a block's own mark is where the next thing begins."""
        if not is_block(node):
            start, end = node.start_mark.index, node.end_mark.index
            return start + len(self.text[start:end].rstrip())  # the empty lines below a block of text are not its own
        if isinstance(node, yaml.MappingNode):
            return max(map(self.pair_end, node.value))
        if any(item.start_mark.index < node.start_mark.index for item in node.value):
            raise Tangled  # an alias: the item stands elsewhere
        return max(map(self.end, node.value))

    def pair_end(self, pair: Pair) -> int:
        key, value = pair
        if value.start_mark.index >= key.end_mark.index:
            return self.end(value)
        alias = _ALIAS.match(self.text, key.end_mark.index)
        if alias is None:
            raise Tangled
        return alias.end()

    def line(self, index: int) -> int:
        """Where the line that `index` is in begins."""
        return self.text.rfind("\n", 0, index) + 1

    def after(self, index: int) -> int:
        """Where the line that follows begins."""
        return index if self.text[:index].endswith("\n") else self.text.index("\n", index) + 1

    def below(self, index: int) -> int:
        """Where the lines end that belong to what ends here, a list at the top: the comments that are further in, and those that
        head nothing.
        """
        after = self.after(index)
        found = _BELOW.match(self.text, after)
        return found.end() if found is not None else after

    def colon(self, key: yaml.Node) -> int:
        """After the colon of `key: value`."""
        found = _COLON.match(self.text, key.end_mark.index)
        if found is None:
            raise Tangled
        return found.end()

    def is_plain(self, pair: Pair) -> bool:
        """Whether the value stands behind its key, without an anchor or a tag."""
        key, value = pair
        return value.start_mark.index >= key.end_mark.index and self.text[value.start_mark.index] not in "&!"

    def line_without(self, index: int, end: int) -> Splice:
        """What stands there is taken out together with its lines; a comment behind it stays."""
        first, after = self.line(index), self.after(end)
        comment = self.text[end:after].strip()
        return Splice(first, after, f"{' ' * (index - first)}{comment}\n" if comment else "")

    def renamed(self, node: yaml.Node, text: str) -> Splice:
        start, end = node.start_mark.index, node.end_mark.index
        quote = self.text[start] if self.text[start] in "'\"" else ""
        return Splice(start, end, f"{quote}{text}{quote}")

    def without(self, mapping: yaml.Node, pair: Pair) -> Splice:
        """The pair is taken out of its mapping, which has others."""
        pairs: list[Pair] = mapping.value
        place = next(number for number, each in enumerate(pairs) if each[0] is pair[0])
        start, end = pair[0].start_mark.index, self.pair_end(pair)
        in_block = is_block(pair[1]) and self.is_plain(pair)
        if is_block(mapping) and not self.text[self.line(start) : start].strip():
            # A comment behind a list in block style is behind its last item, and goes with it.
            return Splice(self.line(start), self.after(end)) if in_block else self.line_without(start, end)
        if not is_block(mapping) and place > 0:
            return Splice(self.pair_end(pairs[place - 1]), end)
        if place + 1 == len(pairs):
            raise Tangled
        following = pairs[place + 1][0].start_mark.index
        if not is_block(mapping):
            return Splice(start, following)
        # It shares its line with the dash of an item, which goes to the next key, behind the comments before that.
        first = self.line(start)
        behind = "" if in_block else self.text[end : self.after(end)].strip()
        comment = f"{' ' * (start - first)}{behind}\n" if behind else ""
        between = self.text[self.after(end) : self.line(following)]
        return Splice(first, following, comment + between + self.text[first:start])

    def whole(self, pair: Pair, value: Node) -> Splice:
        """The value is written anew; a comment behind its key and one behind its end stay."""
        if not self.is_plain(pair):
            raise Tangled
        start = self.colon(pair[0])
        between = self.text[start : pair[1].start_mark.index].partition("\n")[0].rstrip()
        end = max(self.end(pair[1]), start + len(between))
        if is_short(value):
            return Splice(start, end, f" {emitted(value)[0]}{self.text[start : start + len(between)]}")
        lines = "\n".join(emitted(value, 2))
        return Splice(start + len(between), end, f"\n{lines}")
