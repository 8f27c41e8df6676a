"""Models, preferences, sources and limits that do not go together, and exactly what is said of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.config.load import load
from tests.config.told import HEAD, problems, warnings

# gpt-4o has a name of its own, qwen has two providers, and whatever begins with `anthropic/` is there.
ENTRIES = """\
model_providers:
  - {model: openai/gpt-4o, name: writer, default: true}
  - {model: groq/qwen}
  - {model: together_ai/qwen}
  - {model: anthropic/*}
model_aliases: {fast: {target: writer}}
"""
SAME_ID = "config.yaml:5:13: model_providers[2].model: 'groq/qwen' and 'together_ai/qwen' have the same model id; a request must give the full name"


def preferring(*models: str, prefer: str = "none", more: str = "") -> str:
    """A preference in line 8, its models from column 58 on."""
    policy = f"selection_policy: {{prefer: {prefer}}}"
    return f"{HEAD}{ENTRIES}routing_preferences: [{{name: a, description: b, models: [{', '.join(models)}], {policy}}}]\n{more}"


def limiting(*models: str, key: str = "x-user") -> str:
    """Limits from line 9 on, one a line; `model` in column 13."""
    limit = f"selector: {{key: {key}, value: '*'}}, limit: {{tokens: 1, unit: day}}"
    return f"{HEAD}{ENTRIES}ratelimits:\n" + "".join(f"  - {{model: {model}, {limit}}}\n" for model in models)


def serving(*entries: str) -> str:
    """Entries from line 3 on, one a line; the first key of each in column 6."""
    return HEAD + "model_providers:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries)


COST = "{type: cost, provider: models.dev}"
LATENCY = "{type: latency, provider: internal}"

PROBLEMS = {
    "two preferences of one name": (
        serving("model: openai/a") + "routing_preferences:\n" + "  - {name: x, description: b, models: [a]}\n" * 2,
        "6:12: routing_preferences[1].name: Duplicate routing preference name 'x'; the first is in line 5",
    ),
    "a preference for a model that is not there": (
        preferring("groq/qwen", "gpt-5"),
        "8:69: routing_preferences[0].models[1]: 'gpt-5' is not declared in model_providers; did you mean 'gpt-4o'?",
    ),
    "a preference for a model of no provider here": (
        preferring("mistral/gpt-4o"),
        "8:58: routing_preferences[0].models[0]: 'mistral/gpt-4o' is not declared in model_providers; did you mean 'gpt-4o'?",
    ),
    "a preference for one id of two": (
        preferring("qwen"),
        "8:58: routing_preferences[0].models[0]: 'qwen' is ambiguous: 'groq/qwen' and 'together_ai/qwen' both have it; write one of them",
    ),
    "a preference for every model of a provider": (
        preferring("anthropic/*"),
        (
            "8:58: routing_preferences[0].models[0]: 'anthropic/*' is not declared in model_providers; `*` is no model that could be asked; "
            "there is 'writer', 'groq/qwen', 'together_ai/qwen', 'openai/gpt-4o', 'gpt-4o'"
        ),
    ),
    "a preference for an alias": (
        preferring("fast"),
        (
            "8:58: routing_preferences[0].models[0]: 'fast' is not declared in model_providers; an alias can not stand here; "
            "there is 'writer', 'groq/qwen', 'together_ai/qwen', 'openai/gpt-4o', 'gpt-4o'"
        ),
    ),
    "a preference for nothing": (
        preferring(),
        "8:57: routing_preferences[0].models: must hold a model at least",
    ),
    "the cheapest, and no prices": (
        preferring("writer", prefer="cheapest", more=f"model_metrics_sources: [{LATENCY}]\n"),
        (
            "8:94: routing_preferences[0].selection_policy.prefer: prefer: cheapest ranks the models by cost, but no cost metrics source is "
            "configured; write `- {type: cost, provider: models.dev}` under `model_metrics_sources`"
        ),
    ),
    "the fastest, and no latencies": (
        preferring("writer", prefer="fastest", more=f"model_metrics_sources: [{COST}]\n"),
        (
            "8:94: routing_preferences[0].selection_policy.prefer: prefer: fastest ranks the models by latency, but no latency metrics source "
            "is configured; write `- {type: latency, provider: internal}` under `model_metrics_sources`"
        ),
    ),
    "two sources of prices": (
        HEAD + f"model_metrics_sources:\n  - {COST}\n  - {LATENCY}\n  - {COST}\n",
        "5:12: model_metrics_sources[2].type: only one cost metrics source can be there; the first is in line 3",
    ),
    "two sources of latencies": (
        HEAD + f"model_metrics_sources:\n  - {LATENCY}\n  - {LATENCY}\n",
        "4:12: model_metrics_sources[1].type: only one latency metrics source can be there; the first is in line 3",
    ),
    "prices of Prometheus": (
        HEAD + "model_metrics_sources: [{type: cost, provider: prometheus, url: 'http://h', query: q}]\n",
        "2:48: model_metrics_sources[0].provider: `prometheus` has no cost of models; its type is `latency`",
    ),
    "latencies of a list of prices": (
        HEAD + "model_metrics_sources: [{type: latency, provider: models.dev}]\n",
        "2:51: model_metrics_sources[0].provider: `models.dev` has no latency of models; its type is `cost`",
    ),
    "an address of ourselves": (
        HEAD + "model_metrics_sources: [{type: latency, provider: internal, url: 'http://h'}]\n",
        "2:66: model_metrics_sources[0].url: a source of provider `internal` has no address; leave it out",
    ),
    "a limit of a model that is not there": (
        limiting("writer", "openai/gpt-5"),
        "10:13: ratelimits[1].model: 'openai/gpt-5' is not declared in model_providers; did you mean 'openai/gpt-4o'?",
    ),
    "a limit of one id of two": (
        limiting("qwen"),
        "9:13: ratelimits[0].model: 'qwen' is ambiguous: 'groq/qwen' and 'together_ai/qwen' both have it; write one of them",
    ),
    "a limit twice": (
        limiting("writer", "groq/qwen", "writer"),
        "11:5: ratelimits[2]: is for the same model and the same requests as ratelimits[0]; leave out one of the two",
    ),
    "a router that is not there": (
        HEAD + ENTRIES + "overrides: {llm_routing_model: openai/gpt-9}\n",
        (
            "8:32: overrides.llm_routing_model: 'openai/gpt-9' is no model of Plano's own, and is not declared in model_providers; "
            "did you mean 'openai/gpt-4o'?"
        ),
    ),
    "a router that is one of two": (
        HEAD + ENTRIES + "overrides: {agent_orchestration_model: qwen}\n",
        (
            "8:40: overrides.agent_orchestration_model: 'qwen' is no model of Plano's own, and is ambiguous: 'groq/qwen' and "
            "'together_ai/qwen' both have it; write one of them"
        ),
    ),
    "a name of Plano's": (
        serving("model: openai/a, name: Arch-Function"),
        "3:29: model_providers[0].name: 'Arch-Function' is a name of Plano's own; write another",
    ),
    "another name of Plano's": (
        serving("model: openai/a, name: plano/orchestrator"),
        "3:29: model_providers[0].name: 'plano/orchestrator' is a name of Plano's own; write another",
    ),
    "a replica like the others": (
        serving("model: openai/a, endpoints: [{access_key: k}, {weight: 2}]"),
        "3:52: model_providers[0].endpoints[1]: must have a `base_url` or an `access_key` of its own",
    ),
    "an address that no replica is at": (
        serving("model: openai/a, base_url: 'http://h', endpoints: [{base_url: 'http://a'}]"),
        (
            "3:33: model_providers[0].base_url: nothing is sent there: each of the `endpoints` has a `base_url` of its own; leave this one out"
        ),
    ),
    "a replica without an address": (
        serving("model: ollama/a, endpoints: [{base_url: 'http://a'}, {access_key: k}]"),
        "3:5: model_providers[0].base_url: ollama requires 'base_url' to be set; it has no address that is right for everyone",
    ),
}

INLINE = "routing_preferences: [{name: a, description: b}]"

WARNINGS = {
    "two wildcards of a provider": (
        serving("model: gemini/*", "model: google/*"),
        (
            "4:13: model_providers[1].model: 'google/*' stands for nothing: one before it is asked for every model of the provider; "
            "give it a `name`, and its models are asked for by `<name>/<model id>`"
        ),
    ),
    "no default": (
        serving("model: openai/a", "model: groq/*"),
        "3:3: model_providers: no model is the default: requests that name none get a 400; write `default: true` in the entry of one",
    ),
    "a preference inside an entry": (
        serving(f"model: openai/a, default: true, {INLINE}"),
        (
            "3:59: model_providers[0].routing_preferences: preferences inside an entry do nothing since v0.4.0; write them under "
            "`routing_preferences` at the top level, each with its `models`"
        ),
    ),
    "a budget without prices": (
        serving("model: openai/*") + "routing: {routing_budget: {max_switch_spend_pct: 5}}\n",
        (
            "4:27: routing.routing_budget: without prices nothing is counted; write `- {type: cost, provider: models.dev}` "
            "under `model_metrics_sources`"
        ),
    ),
    "a model for routing where old files have it": (
        serving("model: openai/a, default: true") + "routing: {llm_provider: openai, model: a}\n",
        "4:25: routing.llm_provider: this has no effect; leave it out",
        "4:40: routing.model: this has no effect; leave it out",
    ),
}

NOTHING = {
    "two wildcards of two names": serving("model: openai/*", "model: openai/*, name: second"),
    "a budget with prices": serving("model: openai/*")
    + f"routing: {{routing_budget: {{max_switch_spend_pct: 5}}}}\nmodel_metrics_sources: [{COST}]\n",
    "no default, but preferences": serving("model: openai/a")
    + "routing_preferences: [{name: a, description: b, models: [a]}]\n",
    "wildcards alone": serving("model: openai/*", "model: groq/*"),
    "a router of Plano's": serving("model: openai/*") + "overrides: {llm_routing_model: Plano-Orchestrator-4B}\n",
    "a router of our own": serving("model: plano/x, base_url: 'http://h', name: plano-orchestrator, default: true")
    + "overrides: {llm_routing_model: plano/x, agent_orchestration_model: plano-orchestrator}\n",
    "any model as a router": serving("model: openai/*") + "overrides: {llm_routing_model: openai/gpt-4o-mini}\n",
    "a source of each type": serving("model: openai/*") + f"model_metrics_sources: [{COST}, {LATENCY}]\n",
    "what each source has": serving("model: openai/*")
    + "model_metrics_sources: [{type: latency, provider: prometheus, url: 'http://h', query: q}, {type: cost, provider: file, path: a}]\n",
    "another address of prices": serving("model: openai/*")
    + "model_metrics_sources: [{type: cost, provider: models.dev, url: 'http://h'}]\n",
    "replicas at one address": serving(
        "model: openai/a, default: true, base_url: 'http://h', endpoints: [{access_key: a}, {access_key: b}]"
    ),
    "an address for each replica": serving(
        "model: ollama/a, default: true, endpoints: [{base_url: 'http://a'}, {base_url: 'http://b'}]"
    ),
    "a provider of our own with replicas": serving(
        "model: house/a, default: true, provider_interface: openai, endpoints: [{base_url: 'http://a'}]"
    ),
}


@pytest.mark.parametrize("case", PROBLEMS)
def test_what_is_wrong_is_said_once_at_its_place(case: str) -> None:
    text, said = PROBLEMS[case]
    assert problems(text) == [f"config.yaml:{said}"]


@pytest.mark.parametrize("case", WARNINGS)
def test_what_may_be_meant_is_a_warning(case: str) -> None:
    text, *said = WARNINGS[case]
    assert warnings(text) == [f"config.yaml:{each}" for each in said]


@pytest.mark.parametrize("case", NOTHING)
def test_of_what_is_right_nothing_is_said(case: str) -> None:
    assert warnings(NOTHING[case]) == []


MEANT = [
    "writer",
    "gpt-4o",
    "openai/gpt-4o",
    "OpenAI/gpt-4o",
    "anthropic/claude",
    "claude/x",
    "groq/qwen",
    "together_ai/qwen",
]
NOT_MEANT = ["gpt-5", "fast", "anthropic/*", "mistral/x", "qwen", "openai/qwen", "writer/x", "anthropic/"]


@given(st.lists(st.sampled_from([*MEANT, *NOT_MEANT]), min_size=1, max_size=6))
def test_every_model_of_a_preference_that_is_not_one_is_said_and_no_other(models: list[str]) -> None:
    text = preferring(*models)
    wrong = [index for index, model in enumerate(models) if model in NOT_MEANT]
    told = problems(text) if wrong else warnings(text)
    expected = [f"routing_preferences[0].models[{index}]" for index in wrong]
    assert [each.split(": ")[1] for each in told if each != SAME_ID] == expected


@pytest.mark.parametrize("prefer", ["cheapest", "fastest"])
def test_with_a_source_there_is_something_to_rank_by(prefer: str) -> None:
    text = preferring("writer", prefer=prefer, more=f"model_metrics_sources: [{COST}, {LATENCY}]\n")
    assert warnings(text) == [SAME_ID]


def test_a_source_that_can_not_be_read_may_be_the_one_to_rank_by() -> None:
    (said,) = problems(
        preferring("writer", prefer="cheapest", more="model_metrics_sources: [{type: cost, provider: x}]\n")
    )
    assert "model_metrics_sources[0].provider" in said


@pytest.mark.parametrize(
    "entry", ["model: groq/x, name: 3", "model: 3", "model: x", "mdl: x", "model: groq/x, name: ''"]
)
def test_an_entry_that_can_not_be_read_may_be_the_one_that_is_meant(entry: str) -> None:
    text = serving("model: openai/a", entry)
    text += "routing_preferences: [{name: a, description: b, models: [x]}]\noverrides: {llm_routing_model: x}\n"
    assert all(each.split(": ")[1].startswith("model_providers[1]") for each in problems(text))


def test_a_model_that_is_there_twice_is_not_ambiguous_too() -> None:
    text = serving("model: openai/a", "model: openai/a, name: b") + "model_aliases: {x: {target: a}}\n"
    text += "routing_preferences: [{name: a, description: b, models: [a]}]\n"
    assert [each.split(": ")[1] for each in problems(text)] == ["model_providers[1].model"]


def test_limits_of_different_requests_go_together() -> None:
    text = limiting("writer") + limiting("writer", key="x-team").partition("ratelimits:\n")[2]
    assert warnings(text) == [SAME_ID]
    assert len(problems(limiting("writer") + limiting("writer", key="X-User").partition("ratelimits:\n")[2])) == 1


def test_an_entry_of_the_list_that_is_left_out_may_be_the_one_that_is_meant() -> None:
    text = serving("model: openai/a") + "llm_providers: [{model: groq/x}]\nmodel_aliases: {a: {target: x}}\n"
    assert [each.split(": ")[1] for each in problems(text)] == ["llm_providers"]


@pytest.mark.parametrize(
    "text",
    [
        preferring("[]", "nowhere/a"),
        limiting("[]", "writer", "writer"),
        serving("model: openai/a, endpoints: [3, {weight: 1}]"),
        serving("model: openai/a, endpoints: [{base_url: nowhere}]"),
    ],
)
def test_in_a_list_with_a_hole_no_item_is_told_in_the_place_of_another(text: str) -> None:
    assert len(problems(text)) == 1


def test_preferences_of_an_older_file_are_judged_where_they_stand() -> None:
    text = "version: v0.3.0\nmodel_providers:\n  - {model: openai/a, default: true, " + INLINE + "}\n"
    assert not any("do nothing" in each for each in warnings(text))
    top = text + "routing_preferences: [{name: b, description: c, models: [openai/b]}]\n"
    assert [each.split(": ")[1] for each in problems(top)] == ["routing_preferences[0].models[0]"]


def test_of_a_great_many_wrong_names_only_the_first_are_compared_with_what_there_is() -> None:
    models = [f"openai/a-{number}" for number in range(80)]
    text = (
        serving("model: openai/a")
        + f"routing_preferences: [{{name: a, description: b, models: [{', '.join(models)}]}}]\n"
    )
    found = problems(text)
    assert len(found) == len(models)
    assert "did you mean 'openai/a'" in found[0]
    assert found[-1].endswith("'openai/a-79' is not declared in model_providers")


def test_of_a_great_many_models_an_alias_is_told_a_few() -> None:
    text = serving(*(f"model: openai/a-{number}" for number in range(80))) + "model_aliases: {x: {target: b}}\n"
    (found,) = problems(text)
    assert found.endswith("'openai/a-11', ...")


def test_replicas_are_told_to_be_of_a_later_version() -> None:
    assert len(load(NOTHING["an address for each replica"], {}).unserved) == 1
