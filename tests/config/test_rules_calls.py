"""Agents, filters and prompt targets that do not go together, and exactly what is said of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.errors import ConfigError
from tests.config.told import HEAD, problems, warnings

CALLABLE = """\
agents: [{id: clerk, url: 'http://a'}]
filters: [{id: guard, url: 'http://b'}]
endpoints: {ledger: {endpoint: h}}
"""


def target(written: str = "", endpoint: str = "name: ledger, path: /") -> str:
    """A prompt target in line 6; its endpoint's `name` stands in column 48."""
    return HEAD + CALLABLE + f"prompt_targets:\n  - {{name: a, description: b, endpoint: {{{endpoint}}}{written}}}\n"


def desk(agents: str, more: str = "") -> str:
    """A listener of agents in line 6."""
    return HEAD + CALLABLE + f"listeners:\n  - {{type: agent, name: desk, port: 1, agents: [{agents}]{more}}}\n"


PROBLEMS = {
    "two agents of one id": (
        HEAD + "agents:\n  - {id: a, url: 'http://a'}\n  - {id: a, url: 'http://b'}\n",
        "4:10: agents[1].id: Duplicate agent id 'a'; the first is in line 3",
    ),
    "a filter that is called like an agent": (
        HEAD + "filters: [{id: a, url: 'http://a'}]\nagents:\n  - {id: a, url: 'http://b'}\n",
        "2:16: filters[0].id: Duplicate agent id 'a'; the first is in line 4",
    ),
    "an endpoint that is not there": (
        target(endpoint="name: leger, path: /"),
        "6:48: prompt_targets[0].endpoint.name: Unknown endpoint 'leger'; did you mean 'ledger' or 'clerk'?",
    ),
    "an endpoint like nothing that is there": (
        target(endpoint="name: x, path: /"),
        "6:48: prompt_targets[0].endpoint.name: Unknown endpoint 'x'; there is 'ledger', 'clerk', 'guard'",
    ),
    "an endpoint where there is none": (
        HEAD + "prompt_targets: [{name: a, description: b, endpoint: {name: x, path: /}}]\n",
        "2:61: prompt_targets[0].endpoint.name: Unknown endpoint 'x'",
    ),
    "two targets of one name": (
        HEAD + "prompt_targets:\n  - {name: a, description: b}\n  - {name: a, description: c}\n",
        "4:12: prompt_targets[1].name: Duplicate prompt target name 'a'; the first is in line 3",
    ),
    "two targets for everything else": (
        HEAD
        + "prompt_targets:\n  - {name: a, description: b, default: true}\n  - {name: c, description: d, default: true}\n",
        "4:40: prompt_targets[1].default: only one prompt target can be the default; 'a' in line 3 is",
    ),
    "a filter that is not there": (
        HEAD + CALLABLE + "listeners:\n  - {type: model, name: llm, input_filters: [guard, clerk, gard]}\n",
        (
            "6:60: listeners[0].input_filters[2]: listener 'llm' references input_filters id 'gard', which is no id of `filters` or "
            "`agents`; did you mean 'guard'?"
        ),
    ),
    "a filter of answers that is not there": (
        HEAD + "listeners:\n  - {type: model, name: llm, output_filters: [x]}\n",
        "3:47: listeners[0].output_filters[0]: listener 'llm' references output_filters id 'x', which is no id of `filters` or `agents`",
    ),
    "a filter before an agent that is not there": (
        desk("{id: clerk, description: d, input_filters: [x]}"),
        (
            "6:93: listeners[0].agents[0].input_filters[0]: agent 'clerk' references input_filters id 'x', which is no id of `filters` or "
            "`agents`; there is 'clerk', 'guard'"
        ),
    ),
    "two agents for everything else": (
        desk("{id: clerk, description: d, default: true}, {id: clerk, description: e, default: true}"),
        "6:130: listeners[0].agents[1].default: only one agent of a listener can be the default; 'clerk' in line 6 is",
    ),
    "a listener without agents": (
        HEAD + "listeners:\n  - {type: agent, name: a, port: 1}\n",
        "3:5: listeners[0].agents: `agents` is missing; a listener of type `agent` needs it",
    ),
    "a listener with a list of no agents": (
        HEAD + "listeners:\n  - {type: agent, name: a, port: 1, agents: []}\n",
        "3:45: listeners[0].agents: `agents` is empty; a listener of type `agent` needs it",
    ),
    "an orchestrator and no endpoint": (
        HEAD + "overrides: {use_agent_orchestrator: true}\n",
        "2:37: overrides.use_agent_orchestrator: there must be one agent orchestrator in the endpoints section; there is none",
    ),
    "an orchestrator and two endpoints": (
        HEAD + "overrides: {use_agent_orchestrator: true}\nendpoints: {a: {endpoint: h}, b: {endpoint: h}}\n",
        "2:37: overrides.use_agent_orchestrator: there must be one agent orchestrator in the endpoints section; there are 2",
    ),
}

WARNINGS = {
    "an agent that is not there": (
        desk("{id: clark, description: d}"),
        "6:54: listeners[0].agents[0].id: 'clark' is no id of `agents`, and can not be asked; did you mean 'clerk'?",
    ),
    "a path that nothing fills": (
        target(
            ", parameters: [{name: order_id, description: d, type: str}]", "name: ledger, path: '/{order}/{order_id}'"
        ),
        (
            "6:62: prompt_targets[0].endpoint.path: no parameter fills `{order_id}` in '/{order}/{order_id}'; "
            "the one that is called so has no `in_path: true`"
        ),
        (
            "6:62: prompt_targets[0].endpoint.path: no parameter fills `{order}` in '/{order}/{order_id}'; "
            "did you mean 'order_id'?"
        ),
    ),
}

NOTHING = {
    "ids that differ": HEAD + "agents: [{id: a, url: 'http://a'}]\nfilters: [{id: b, url: 'http://a'}]\n",
    "an endpoint by its name": target(),
    "an agent as an endpoint": target(endpoint="name: clerk, path: /"),
    "a filter as an endpoint": target(endpoint="name: guard, path: /"),
    "a target without an endpoint": HEAD + "prompt_targets: [{name: a, description: b, default: true}]\n",
    "a path that is filled": target(
        ", parameters: [{name: id, description: d, type: str, in_path: true}]", "name: ledger, path: '/{id}'"
    ),
    "a filter and an agent as filters": HEAD
    + CALLABLE
    + "listeners: [{type: model, name: llm, input_filters: [guard, clerk], output_filters: [guard]}]\n",
    "an agent with filters": desk("{id: clerk, description: d, default: true, input_filters: [guard]}"),
    "one endpoint for an orchestrator": HEAD
    + "overrides: {use_agent_orchestrator: true}\nendpoints: {a: {endpoint: h}}\n",
}

ENTRY = "model_providers: [{model: openai/a, default: true}]\n"


@pytest.mark.parametrize("case", PROBLEMS)
def test_what_is_wrong_is_said_once_at_its_place(case: str) -> None:
    text, said = PROBLEMS[case]
    assert problems(text + ENTRY) == [f"config.yaml:{said}"]


@pytest.mark.parametrize("case", WARNINGS)
def test_what_may_be_meant_is_a_warning(case: str) -> None:
    text, *said = WARNINGS[case]
    assert warnings(text + ENTRY) == [f"config.yaml:{each}" for each in said]


@pytest.mark.parametrize("case", NOTHING)
def test_of_what_is_right_nothing_is_said(case: str) -> None:
    assert warnings(NOTHING[case] + ENTRY) == []


@pytest.mark.parametrize(
    "list_with_a_hole",
    [
        "agents: [{id: a, url: nowhere}]",
        "filters: [{id: a, url: nowhere}]",
        "endpoints: {a: {endpoint: '://'}}",
    ],
)
def test_what_could_not_be_read_may_be_what_is_meant(list_with_a_hole: str) -> None:
    text = f"{HEAD}{list_with_a_hole}\nprompt_targets: [{{name: a, description: b, endpoint: {{name: a, path: /}}}}]\n"
    assert len(problems(text)) == 1


IDS = st.lists(st.sampled_from("abcdef"), max_size=6)


@given(IDS, IDS)
def test_every_id_but_the_first_of_its_kind_is_said(agents: list[str], filters: list[str]) -> None:
    text = HEAD + ENTRY
    for name, ids in (("agents", agents), ("filters", filters)):
        text += f"{name}: [{', '.join(f'{{id: {each}, url: http://h}}' for each in ids)}]\n"
    everything = [*agents, *filters]
    again = len(everything) - len(set(everything))
    assert len(problems(text) if again else warnings(text)) == again


@given(st.sets(st.sampled_from("abcdef")), IDS)
def test_every_filter_that_is_not_there_is_said_and_no_other(there: set[str], asked: list[str]) -> None:
    filters = ", ".join(f"{{id: {each}, url: http://h}}" for each in there)
    text = f"{HEAD}{ENTRY}filters: [{filters}]\nlisteners: [{{type: model, name: m, output_filters: [{', '.join(asked)}]}}]\n"
    missing = [index for index, each in enumerate(asked) if each not in there]
    told = problems(text) if missing else warnings(text)
    assert [each.split(": ")[1] for each in told] == [f"listeners[0].output_filters[{index}]" for index in missing]


SECRET = "sk-planted-4f9c2e71d0"
PLACES = [
    "agents: [{id: KEY, url: 'http://a'}, {id: KEY, url: 'http://a'}]",
    "agents: [{id: KEY, url: 'http://a'}]\nlisteners: [{type: model, name: KEY, input_filters: [KEYS, KEY, x]}]",
    "agents: [{id: KEY, url: 'http://a'}]\nlisteners: [{type: agent, name: KEY, port: 1, agents: [{id: KEYS, description: d}]}]",
    "endpoints: {KEY: {endpoint: h}}\nprompt_targets: [{name: a, description: b, endpoint: {name: KEYS, path: /}}]",
    "prompt_targets: [{name: KEY, description: b, default: true}, {name: KEY, description: b, default: true}]",
    "prompt_targets: [{name: KEY, description: b, endpoint: {name: a, path: '/{KEY}'}}]",
    "routing_preferences: [{name: KEY, description: b, models: [KEYS]}, {name: KEY, description: b, models: [KEY]}]",
    "ratelimits: [{model: KEYS, selector: {key: a, value: KEY}, limit: {tokens: 1, unit: day}}]",
    "overrides: {llm_routing_model: KEY}",
    "model_aliases: {a: {target: KEYS}}\nmodel_providers: [{model: openai/b, name: KEY}]",
    "ratelimits: [{model: KEYS, selector: {key: a, value: a}, limit: {tokens: 1, unit: day}}]\nmodel_providers: [{model: openai/b, name: KEY}]",
    "state_storage: {connection_string: 'postgresql://u:KEY@h'}",
    "state_storage: {path: KEY}",
    "routing: {session_cache: {url: 'redis://u:KEY@h'}}",
    "console: {enabled: true, bind: '0.0.0.0:1'}\nlisteners: [{type: model, name: KEY, port: 1}]",
    "tracing: {opentracing_grpc_endpoint: 'http://h/KEY'}",
]


@pytest.mark.parametrize("text", PLACES)
def test_a_secret_in_the_place_of_a_name_is_not_told(text: str) -> None:
    assert_hidden(HEAD + text.replace("KEYS", f"{SECRET}-").replace("KEY", SECRET) + "\n", SECRET[3:])


@pytest.mark.parametrize("text", [text for text in PLACES if not text.startswith("endpoints")])
def test_nor_is_the_value_of_a_variable(text: str) -> None:
    assert_hidden(
        HEAD + text.replace("KEYS", "$OTHER").replace("KEY", "$VALUE") + "\n",
        "unter2",
        VALUE="hunter2",
        OTHER="Hunter2",
    )


def assert_hidden(text: str, hidden: str, **environ: str) -> None:
    try:
        said = warnings(text, **environ)
    except ConfigError as error:
        said = error.problems
    assert said
    assert hidden not in "\n".join(said)
