"""Where in the file each struct of the config was read from, so that a check of the structs can say where a problem is."""

from msgspec import Struct

from planoai.config.places import START, Note, Place, Report, join, shown


class Located:
    """Where each struct and each of its fields stood, for the checks that need more than one of them."""

    def __init__(self, report: Report) -> None:
        self.report = report
        # By identity, since equal entries stand in two places; the struct is held so that no other can take its identity.
        self._paths: dict[int, tuple[Struct, str]] = {}
        self.places: dict[str, Place] = {}
        self.unread: set[str] = (
            set()
        )  # fields that have their default, or lack an item, because what is written could not be read
        # The value and how it was written, where a variable has been expanded: the value may be a key.
        self.expanded: dict[str, tuple[str, str]] = {}

    def put(self, made: Struct, path: str, place: Place) -> None:
        """`made` was read from the mapping at `path`."""
        self._paths[id(made)] = (made, path)
        self.places.setdefault(path, place)

    def problem(self, owner: Struct, field: str, sentence: str) -> None:
        self.report.problem(*self._where(owner, field), sentence)

    def warn(self, owner: Struct, field: str, sentence: str) -> None:
        self.report.warn(*self._where(owner, field), sentence)

    def note(self, owner: Struct, field: str, sentence: str) -> Note:
        """The same, to be told in another way."""
        return Note(*self._where(owner, field), sentence)

    def is_written(self, made: Struct) -> bool:
        """Whether `made` stands in the file; what was added to it does not."""
        return id(made) in self._paths

    def stands(self, owner: Struct, field: str) -> bool:
        """Whether `field` stands in the file, be it with nothing behind it."""
        return join(self._path(owner), field) in self.places

    def is_read(self, owner: Struct, *fields: str) -> bool:
        """Whether none of `fields`, nor of the items of one, had a problem of its own, so that a rule may judge their values."""
        path = self._path(owner)
        return self.unread.isdisjoint(join(path, field) for field in fields)

    def shown(self, owner: Struct, field: str) -> str:
        """The value of `field`, or of an item as in `models[1]`, as a message may show it."""
        path = join(self._path(owner), field)
        name, _, index = field.removesuffix("]").partition("[")
        value = getattr(owner, name)
        _, written = self.expanded.get(path, ("", str(value[int(index)] if index else value)))
        return shown(written)

    def _path(self, owner: Struct) -> str:
        _, path = self._paths.get(id(owner), (owner, ""))
        return path

    def _where(self, owner: Struct, field: str) -> tuple[Place, str]:
        parent = self._path(owner)
        path = join(parent, field)
        return self.places.get(path) or self.places.get(parent) or START, path
