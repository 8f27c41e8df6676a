"""What the whole file shows of agents, filters and prompt targets: ids that are two's or nobody's. One function a rule."""

import re
from collections.abc import Iterator

from msgspec import Struct

from planoai.config.located import Located
from planoai.config.rules.references import line, offered, repeated
from planoai.config.schema import Agent, Config, Filter, Listener, ListenerAgent, PromptTarget

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def distinct_ids(config: Config, at: Located) -> None:
    for each, first in repeated(_callable(config), "id"):
        said = f"Duplicate agent id {at.shown(each, 'id')}; the first is in {line(first, 'id', at)}"
        at.problem(each, "id", said)


def endpoints_of_targets(config: Config, at: Located) -> None:
    if not at.is_read(config, "endpoints", "agents", "filters"):
        return
    known = [*config.endpoints, *_ids(config)]
    for target in config.prompt_targets:
        called = target.endpoint
        if called is not None and called.name not in known:
            at.problem(called, "name", f"Unknown endpoint {at.shown(called, 'name')}{offered(called.name, known, at)}")


def filters_that_are_there(config: Config, at: Located) -> None:
    if not at.is_read(config, "agents", "filters"):
        return
    known = _ids(config)
    for owner, field in _with_filters(config):
        listed = getattr(owner, field)
        for index, name in enumerate(listed if at.is_read(owner, field) else ()):
            if name not in known:
                item = f"{field}[{index}]"
                said = f"{_called(owner, at)} references {field} id {at.shown(owner, item)}"
                hint = f"which is no id of `filters` or `agents`{offered(name, known, at)}"
                at.problem(owner, item, f"{said}, {hint}")


def agents_that_are_there(config: Config, at: Located) -> None:
    known = [agent.id for agent in config.agents]
    for listener in config.listeners:
        for each in listener.agents:
            if listener.type == "agent" and each.id not in known:
                said = f"{at.shown(each, 'id')} is no id of `agents`, and can not be asked"
                at.warn(each, "id", f"{said}{offered(each.id, known, at)}")


def one_default_agent(config: Config, at: Located) -> None:
    for listener in config.listeners:
        _one_default(listener.agents, "id", "agent of a listener", at)


def one_default_target(config: Config, at: Located) -> None:
    _one_default(config.prompt_targets, "name", "prompt target", at)


def _one_default(among: tuple[ListenerAgent | PromptTarget, ...], name: str, what: str, at: Located) -> None:
    defaults = [each for each in among if each.default]
    for each in defaults[1:]:
        first = f"{at.shown(defaults[0], name)} in {line(defaults[0], 'default', at)}"
        at.problem(each, "default", f"only one {what} can be the default; {first} is")


def distinct_targets(config: Config, at: Located) -> None:
    for target, first in repeated(config.prompt_targets, "name"):
        said = f"Duplicate prompt target name {at.shown(target, 'name')}; the first is in {line(first, 'name', at)}"
        at.problem(target, "name", said)


def parameters_of_paths(config: Config, at: Located) -> None:
    for target in config.prompt_targets:
        if target.endpoint is None:
            continue
        in_path = {each.name for each in target.parameters if each.in_path}
        path = at.shown(target.endpoint, "path")
        for name in _PLACEHOLDER.findall(target.endpoint.path):
            if name not in in_path:
                place = f"`{{{name}}}` in {path}" if f"{{{name}}}" in path else path
                names = [each.name for each in target.parameters]
                hint = (
                    "; the one that is called so has no `in_path: true`" if name in names else offered(name, names, at)
                )
                at.warn(target.endpoint, "path", f"no parameter fills {place}{hint}")


def endpoint_to_orchestrate(config: Config, at: Located) -> None:
    if config.overrides.use_agent_orchestrator and len(config.endpoints) != 1 and at.is_read(config, "endpoints"):
        there = f"there are {len(config.endpoints)}" if config.endpoints else "there is none"
        said = f"there must be one agent orchestrator in the endpoints section; {there}"
        at.problem(config.overrides, "use_agent_orchestrator", said)


def _ids(config: Config) -> list[str]:
    return [each.id for each in _callable(config)]


def _callable(config: Config) -> Iterator[Agent | Filter]:
    yield from config.agents
    yield from config.filters


def _with_filters(config: Config) -> Iterator[tuple[Listener | ListenerAgent, str]]:
    for listener in config.listeners:
        yield listener, "input_filters"
        yield listener, "output_filters"
        for agent in listener.agents:
            yield agent, "input_filters"


def _called(owner: Struct, at: Located) -> str:
    return (
        f"agent {at.shown(owner, 'id')}" if isinstance(owner, ListenerAgent) else f"listener {at.shown(owner, 'name')}"
    )
