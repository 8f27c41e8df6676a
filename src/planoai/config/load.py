"""`load`: the text of a config -> a Config that is whole and consistent, or every reason why not."""

from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from planoai.config.check import check
from planoai.config.decode import Decoder
from planoai.config.entry import has_credential, is_vendors, provider_of, signing_region
from planoai.config.filled import filled
from planoai.config.later import unserved
from planoai.config.located import Located
from planoai.config.older.migrate import NEWEST, updated
from planoai.config.placed import placed
from planoai.config.places import START, Note, Place, Report
from planoai.config.rules.doors import open_doors
from planoai.config.schema import Aws, Config, Listener, ModelProvider
from planoai.config.tree import Entry, Fields, Scalar, compose
from planoai.config.variables import Variables
from planoai.errors import ConfigError

_SHORTEST_KEY = 4  # characters; what is shorter is part of many a word

IMPLICIT_LISTENER = Listener(type="model", name="egress_traffic")


class Loaded(Struct, frozen=True):
    """`warnings`: one line each, beginning with its place like a problem; nothing in them stops the gateway. `notes` are the same as values.

    `unserved`: lines of what the file asks for and this version does not serve yet, `later` the same as values; a gateway that starts all the same
    would do other than the file says. `digest`: of the text, where it is a file's.
    `name` is what the file is called; `places` where each value of it stands, by path; `expanded` what stands there, value first and then as it
    was written, where variables were expanded.
    """

    config: Config
    warnings: tuple[str, ...] = ()
    name: str = "config.yaml"
    places: Mapping[str, Place] = {}
    expanded: Mapping[str, tuple[str, str]] = {}
    notes: tuple[Note, ...] = ()
    unserved: tuple[str, ...] = ()
    later: tuple[Note, ...] = ()
    digest: str = ""

    def __repr__(self) -> str:
        return f"Loaded({self.name}, {self.config!r})"  # the rest holds keys, and a repr ends up in logs

    def where(self, path: str) -> str:
        """`config.yaml:12:5`: where the value at `path` stands, or the nearest one that it would be in."""
        place = self._place(path)
        return f"{self.name}:{place.line}:{place.column}"

    def note(self, problem: str) -> Note:
        """A problem that begins with its path, as `load` would have told it: with `$NAME` and not the value, which may be a key in the wrong place."""
        path, _, sentence = problem.partition(": ")
        within = [pair for at, pair in self.expanded.items() if at == path or at.startswith((f"{path}.", f"{path}["))]
        for value, written in sorted(within, key=lambda pair: -len(pair[0])):
            if len(value) >= _SHORTEST_KEY and not value.isdecimal():
                sentence = sentence.replace(value, written)
        return Note(self._place(path), path, sentence)

    def located(self, problem: str) -> str:
        """`note` as a line."""
        return self.note(problem).written(self.name)

    def _place(self, path: str) -> Place:
        while path and path not in self.places:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.places.get(path, START)


def load(
    text: str, environ: Mapping[str, str], *, name: str = "config.yaml", dotenv: str = "", folder: str = ""
) -> Loaded:
    """`name` is what the file is called in messages; `dotenv` the text of the `.env` beside it, which fills the gaps of `environ`;
    `folder` where it is: paths in it are relative to that, and as they are written where it is empty.

    Raises ConfigError with every problem found, in the order of the file: `config.yaml:12:5: model_providers[1].base_url: ...`.
    """
    located = Located(Report())
    report = located.report
    variables = Variables(environ, dotenv)
    config = _read(text, variables, located)
    if config is None or report.problems:
        raise _refused(report, name, variables)
    later = unserved(config, located)
    furnished = tuple(_furnished(each, variables) for each in config.model_providers)
    _check_regions(config.model_providers, furnished, located)
    if report.problems:
        raise _refused(report, name, variables)
    config = structs.replace(config, model_providers=furnished)
    open_doors(config, located)
    notes = tuple(sorted(set(report.warnings)))
    return Loaded(
        placed(config, folder),
        tuple(note.written(name) for note in notes),
        name,
        located.places,
        located.expanded,
        notes=notes,
        unserved=tuple(note.written(name) for note in later),
        later=later,
    )


def _refused(report: Report, name: str, variables: Variables) -> ConfigError:
    problems = sorted(set(report.problems))
    return ConfigError([note.written(name) for note in problems], variables.missing, problems)


def _read(text: str, variables: Variables, located: Located) -> Config | None:
    report = located.report
    root = compose(text, report)
    if root is None:
        return None
    decoder = Decoder(variables, located)
    newest = updated(filled(root, variables), report)
    # A version that is missing or wrong is no reason not to judge the rest. What is said twice is told once.
    config = decoder.struct(Config, newest) or decoder.struct(Config, _of_newest(newest))
    if config is None:
        return None
    has_door = any(listener.type == "model" for listener in config.listeners)
    if not has_door and not any(note.path.startswith("listeners") for note in report.problems):
        config = _with_door(config, located)
    check(config, located)
    return config


def _of_newest(root: Fields) -> Fields:
    others = [entry for entry in root.entries if entry.key != "version"]
    version = Entry("version", Scalar(NEWEST, "text", root.place), root.place)
    return Fields((version, *others), root.place)


def _with_door(config: Config, at: Located) -> Config:
    """A struct that was changed is another one, which still stands where it stood."""
    added = structs.replace(config, listeners=(*config.listeners, IMPLICIT_LISTENER))
    at.put(added, "", at.places.get("", START))
    return added


def _furnished(entry: ModelProvider, variables: Variables) -> ModelProvider:
    """The entry with what its provider's row takes from the environment; what it has itself wins."""
    usual = provider_of(entry).header_variables if is_vendors(entry) else ()
    found = {header: _sendable(variable, variables) for header, variable in usual}
    given = {header: value for header, value in found.items() if value}
    aws = _signing(entry, variables)
    return structs.replace(entry, headers={**given, **entry.headers}, aws=aws) if given or aws else entry


def _signing(entry: ModelProvider, variables: Variables) -> Aws | None:
    """The entry's AWS keys, else those of the environment where no other credential is there and it is AWS that is asked; with the region that its
    host does not tell.
    """
    names, aws = provider_of(entry).aws_variables, entry.aws
    if names is None:
        return aws
    key_id, secret, token, region = (_sendable(name, variables) for name in names)
    if aws is None and key_id and secret and is_vendors(entry) and not has_credential(entry):
        aws = Aws(access_key_id=key_id, secret_access_key=secret, session_token=token)
    if aws is None or signing_region(entry, aws):
        return aws
    return structs.replace(aws, region=region)


def _check_regions(written: Sequence[ModelProvider], furnished: Sequence[ModelProvider], at: Located) -> None:
    """Keys that are written are there to be used. Those of the environment may be there for something else."""
    for entry, ready in zip(written, furnished, strict=True):
        if entry.aws is not None and ready.aws is not None and signing_region(ready, ready.aws) is None:
            said = "the region is not known: neither the host of `base_url` nor $AWS_REGION tells it; write `region`"
            at.problem(entry, "aws", said)


def _sendable(variable: str, variables: Variables) -> str | None:
    value = (variables.get(variable) or "").strip()
    return value if value and value.isascii() and value.isprintable() else None
