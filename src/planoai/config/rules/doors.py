"""What the whole file shows of its listeners: two in one place, and doors that stand wider open than they should. One function a rule."""

from collections.abc import Iterator
from ipaddress import ip_address

from msgspec import Struct

from planoai.config.located import Located
from planoai.config.rules.references import line
from planoai.config.schema import Config, Listener, ModelProvider
from planoai.providers.auth import speaks_of_credential

_SHORTEST_KEY = 16  # characters; what is shorter can be tried out over a network


def one_model_listener(config: Config, at: Located) -> None:
    for listener in [each for each in config.listeners if each.type == "model"][1:]:
        at.problem(listener, "type", "only one listener can have model_providers; there is a `model` listener before")


def one_prompt_listener(config: Config, at: Located) -> None:
    prompts = [each for each in config.listeners if each.type == "prompt"]
    for listener in prompts[1:]:
        said = f"only one listener can be of type `prompt`; the first is in {line(prompts[0], 'type', at)}"
        at.problem(listener, "type", said)


def distinct_ports(config: Config, at: Located) -> None:
    """Whatever their addresses: `0.0.0.0` is all of them."""
    taken: dict[int, str] = {}
    for listener in filter(lambda each: each.port, config.listeners):
        if listener.port in taken:
            said = f"port {listener.port} is taken by {taken[listener.port]} already"
            if at.is_written(listener):
                at.problem(listener, "port", said)
            else:
                at.problem(config, "listeners", f"{said}; the `model` listener that is added here needs it")
        taken.setdefault(listener.port, f"the listener {at.shown(listener, 'name')}")
    for owner, field, bind, what in _binds(config):
        port = int(bind.rpartition(":")[2])
        if port in taken and at.is_read(owner, field):
            at.problem(owner, field, f"port {port} is taken by {taken[port]} already")
        taken.setdefault(port, what)


def _binds(config: Config) -> Iterator[tuple[Struct, str, str, str]]:
    if config.console.enabled:
        yield config.console, "bind", config.console.bind, "the console"
    if config.observability.metrics_bind is not None:
        yield config.observability, "metrics_bind", config.observability.metrics_bind, "the metrics"


def guards_with_nothing(config: Config, at: Located) -> None:
    """Elsewhere a key with nothing behind it has its default. Here that would leave open what somebody meant to shut."""
    for listener in config.listeners:
        if not listener.client_keys and at.stands(listener, "client_keys") and at.is_read(listener, "client_keys"):
            at.problem(
                listener, "client_keys", "must hold a key at least; leave it out to serve anyone who can connect"
            )
        if listener.tls is None and at.stands(listener, "tls") and at.is_read(listener, "tls"):
            at.problem(listener, "tls", "must be a mapping of `cert`, `key`; leave it out to serve plain HTTP")


def origins_to_allow(config: Config, at: Located) -> None:
    for listener in config.listeners:
        cors = listener.cors
        if cors is not None and not cors.allow_origins and at.is_read(cors, "allow_origins"):
            at.problem(cors, "allow_origins", "must hold an origin at least; leave `cors` out to allow none")


def client_keys_worth_having(config: Config, at: Located) -> None:
    for listener in config.listeners:
        if not at.is_read(listener, "client_keys"):
            continue  # one that could not be read is missing here, and the others would be told at its place
        first: dict[str, int] = {}
        for index, key in enumerate(listener.client_keys):
            same = first.setdefault(key, index)
            if same != index:
                at.problem(listener, f"client_keys[{index}]", f"is the same key as client_keys[{same}]")
            elif len(key) < _SHORTEST_KEY:
                said = f"is shorter than {_SHORTEST_KEY} characters, and can be guessed; `openssl rand -hex 32` makes one that can not"
                at.warn(listener, f"client_keys[{index}]", said)


def open_doors(config: Config, at: Located) -> None:
    """To be asked once the keys of the environment are in the entries."""
    if not any(_spends_ours(entry) for entry in config.model_providers):
        return
    for listener in config.listeners:
        if listener.client_keys:
            continue
        if listener.cors is not None and "*" in listener.cors.allow_origins:
            said = "any web page that a browser opens which can reach this listener can spend the keys of this file"
            at.warn(listener.cors, "allow_origins", f"{said}; name the pages, or ask for `client_keys`")
        if not is_loopback(listener.address):
            _open_to_the_network(listener, config, at)


def _open_to_the_network(listener: Listener, config: Config, at: Located) -> None:
    said = f"anyone who can reach port {listener.port} of this machine can spend the keys of this file"
    if at.is_written(listener):
        at.warn(listener, "address", f"{said}; 127.0.0.1 keeps them out, and so does asking for `client_keys`")
    else:
        added = f"there is no `model` listener here, so that one is added on {listener.address}:{listener.port}"
        hint = "a listener with `address: 127.0.0.1` or with `client_keys` keeps them out"
        at.warn(config, "listeners", f"{added}: {said}; {hint}")


def _spends_ours(entry: ModelProvider) -> bool:
    """Whether a request to `entry` carries a credential of this file."""
    keyed = entry.aws is not None or (entry.access_key is not None and not entry.passthrough_auth)
    return keyed or any(map(speaks_of_credential, entry.headers))


def is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address.lower() == "localhost"
