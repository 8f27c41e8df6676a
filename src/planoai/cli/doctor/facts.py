"""The facts of a machine that `planoai doctor` looks at. None of them is a secret: of a variable there is its name, never its value."""

from typing import Literal

from msgspec import Struct

from planoai.cli.status.condition import Answer, Condition
from planoai.config.load import Loaded


class Folder(Struct, frozen=True):
    """PLANO_HOME. `free`: bytes on its disk. `mode`: its permissions; None while it is not there."""

    path: str
    mode: int | None
    writable: bool
    open_to_others: bool
    free: int


class Variable(Struct, frozen=True):
    """One that the config names, and where its value comes from; "" where it has none. Its value is no fact of ours."""

    name: str
    source: Literal["shell", ".env", ""]
    empty: bool = False


class Certificate(Struct, frozen=True):
    """`left`: seconds until it ends; None where the file does not tell."""

    path: str
    left: float | None


class Place(Struct, frozen=True):
    """The address of `providers`. `through`: the variable that names the proxy on the way there. `ahead`: see `probing.Reached`."""

    origin: str
    providers: tuple[str, ...]
    answer: Answer
    through: str = ""
    ahead: float | None = None


class Facts(Struct, frozen=True, kw_only=True):
    """`file`: the config that is looked at, "" where there is none. `loaded` None: it can not be served as it is, for the `refused` reasons.

    `taken`: addresses of it that others have, each a problem. `proxies`: what is wrong with those that are set. `places` None: nobody was asked.
    `local`: models of the Ollama that runs here, None where none does. `open_files`: how many a process may have; None: any number.
    """

    program: str
    home: Folder
    condition: Condition
    file: str = ""
    loaded: Loaded | None = None
    refused: tuple[str, ...] = ()
    of_config: bool = True
    variables: tuple[Variable, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    taken: tuple[str, ...] = ()
    proxies: str = ""
    places: tuple[Place, ...] | None = None
    local: int | None = None
    open_files: int | None = None
