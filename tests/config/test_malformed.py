"""Configs with something wrong in them, and exactly what is said of it."""

import pytest

from planoai.config.load import load
from planoai.errors import ConfigError
from tests.config.told import HEAD, problems

SUPPORTED = (
    "supported providers: deepseek, groq, mistral, openai, xiaomi, gemini, anthropic, together_ai, xai, moonshotai, zhipu, chatgpt, "
    "digitalocean, vercel, openrouter, azure_openai, ollama, qwen, amazon_bedrock, plano, edenai"
)
VERSIONS = "`v0.1`, `v0.1.0`, `0.1-beta`, `0.2.0`, `v0.3.0` or `v0.4.0`"
LISTENER_KEYS = (
    "`type`, `name`, `address`, `port`, `timeout`, `timeouts`, `shutdown_timeout`, `max_retries`, `client_keys`, `tls`, `cors`, "
    "`router`, `agents`, `input_filters`, `output_filters`"
)
PROVIDER_KEYS = (
    "`model`, `name`, `access_key`, `default`, `base_url`, `passthrough_auth`, `http_host`, `provider_interface`, `headers`, "
    "`aws`, `upstream_api`, `api_version`, `timeouts`, `endpoints`, `balance`, `price`, `routing_preferences`"
)


def providers(*entries: str) -> str:
    """A config whose entries stand one a line, from line 3 on; the first key of each is in column 6."""
    return HEAD + "model_providers:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries)


STRUCTURE = {
    "no version": ("model_aliases: {}\n", "1:1: `version` is missing"),
    "a version that never was": (
        "version: v0.2.0\n",
        f"1:10: version: must be {VERSIONS}, not 'v0.2.0'; did you mean '0.2.0' or 'v0.4.0' or 'v0.3.0'?",
    ),
    "a version that is a number": (
        "version: 0.1\n",
        f"1:10: version: must be {VERSIONS}, not '0.1'; did you mean 'v0.1' or 'v0.1.0'?",
    ),
    "an unknown key": (HEAD + "modle_aliases: {}\n", "2:1: modle_aliases: unknown key; did you mean 'model_aliases'?"),
    "a listener of agents without a port": (
        HEAD + "listeners:\n  - {type: agent, name: a, agents: [{id: a, description: b}]}\n",
        "3:5: listeners[0].port: `port` is missing; a listener of type `agent` has no usual one",
    ),
    "a port that is nought": (
        HEAD + "listeners:\n  - {type: agent, name: a, port: 0, agents: [{id: a, description: b}]}\n",
        "3:34: listeners[0].port: must be a port, a whole number from 1 to 65535, not '0'",
    ),
    "an unknown kind of listener": (
        HEAD + "listeners:\n  - {type: modle, name: a}\n",
        "3:12: listeners[0].type: must be `model`, `prompt` or `agent`, not 'modle'; did you mean 'model'?",
    ),
    "a list that is a mapping": (
        HEAD + "model_providers: {model: openai/a}\n",
        "2:18: model_providers: must be a list, not a mapping",
    ),
    "an entry that is text": (
        HEAD + "model_providers: [openai/a]\n",
        f"2:19: model_providers[0]: must be a mapping of {PROVIDER_KEYS}, not text",
    ),
    "a port out of range": (
        HEAD + "listeners:\n  - {type: model, name: a, port: 70000}\n",
        "3:34: listeners[0].port: must be a port, a whole number from 1 to 65535, not '70000'",
    ),
    "an address with a port": (
        HEAD + "listeners:\n  - {type: model, name: a, address: 'http://x'}\n",
        "3:37: listeners[0].address: must be an IP address or the name of a host, such as `127.0.0.1` or `::1`, not 'http://x'",
    ),
    "a duration without a unit": (
        HEAD + "listeners:\n  - {type: model, name: a, timeouts: {idle: 30}}\n",
        "3:45: listeners[0].timeouts.idle: must be a duration with its unit, such as `250ms`, `5s`, `2m` or `1h`, not '30'",
    ),
    "a name that is a number": (
        HEAD + "listeners:\n  - {type: model, name: 5}\n",
        "3:25: listeners[0].name: must be text; put quotes around '5'",
    ),
    "a name that is empty": (
        HEAD + "listeners:\n  - {type: model, name: ''}\n",
        "3:25: listeners[0].name: must not be empty",
    ),
    "a required key with nothing": (
        HEAD + "listeners:\n  - {type: model, name: }\n",
        "3:25: listeners[0].name: must be text, not nothing",
    ),
    "a required key left out": (HEAD + "listeners:\n  - {type: model}\n", "3:5: listeners[0]: `name` is missing"),
    "a flag in quotes": (
        providers("model: openai/a, default: 'true'"),
        "3:32: model_providers[0].default: must be true or false; in quotes it is text",
    ),
    "a flag that is a word": (
        providers("model: openai/a, default: maybe"),
        "3:32: model_providers[0].default: must be true or false; not text",
    ),
    "an api that is none": (
        providers("model: openai/a, upstream_api: response"),
        "3:37: model_providers[0].upstream_api: must be `chat`, `messages` or `responses`, not 'response'; did you mean 'responses'?",
    ),
    "a header that is a list": (
        providers("model: openai/a, headers: {x-a: [1]}"),
        "3:38: model_providers[0].headers: must be text, not a list",
    ),
    "a header twice": (
        providers("model: openai/a, headers: {x-a: b, X-A: c}"),
        "3:41: model_providers[0].headers: this is here a second time, in other letters",
    ),
    "a tagged value": (
        providers("model: !!python/name:os.system x"),
        "3:13: model_providers[0].model: must be text, not a tagged value",
    ),
    "a variable that is not set": (
        providers("model: openai/a, access_key: $NOPE"),
        "3:35: model_providers[0].access_key: the variable NOPE is not set; `export NOPE=...` in the shell, or write NOPE=... in `.env` beside the config",
    ),
    "a url without a scheme": (
        providers("model: ollama/a, base_url: 'localhost:11434'"),
        "3:33: model_providers[0].base_url: must be a valid URL with scheme (http/https), such as `https://models.example/v1`",
    ),
    "a url with a credential": (
        providers("model: ollama/a, base_url: 'http://user:pass@localhost'"),
        "3:33: model_providers[0].base_url: must not hold a user name or password; write the credential as `access_key`",
    ),
    "a url with a query": (
        providers("model: ollama/a, base_url: 'http://localhost/v1?key=abc'"),
        "3:33: model_providers[0].base_url: must end before `?` and `#`",
    ),
    "a url beyond ASCII": (
        providers("model: ollama/a, base_url: 'http://localhost/é'"),
        "3:33: model_providers[0].base_url: must be a valid URL; spaces and characters beyond ASCII are written as %20 and the like",
    ),
    "a key that is empty": (
        providers("model: openai/a, access_key: ''"),
        "3:35: model_providers[0].access_key: is empty; leave it out where no key is needed",
    ),
    "a name of two lines": (
        providers('model: openai/a, name: "a\\nb"'),
        "3:29: model_providers[0].name: must be one line of printable text",
    ),
    "a url with a strange port": (
        providers("model: ollama/a, base_url: 'http://localhost:port'"),
        "3:33: model_providers[0].base_url: must be a valid URL; its host or its port can not be read",
    ),
}

WHOLE = {
    "both names of the list": (
        HEAD + "llm_providers: []\nmodel_providers: []\n",
        "2:1: llm_providers: Please provide either llm_providers or model_providers, not both; llm_providers is the old name",
    ),
    "the old listeners without providers": (
        HEAD + "listeners: {egress_traffic: {port: 1}}\n",
        "2:1: listeners: model_providers cannot be empty when using legacy format",
    ),
    "the old listeners with a third": (
        HEAD + "listeners: {egres_traffic: {port: 1}}\nmodel_providers: [{model: openai/a}]\n",
        "2:13: listeners: unknown key; did you mean 'egress_traffic' or 'ingress_traffic'?",
    ),
    "the place of the listener that is added": (
        HEAD + "listeners: [{type: prompt, name: a, port: 12000}]\n",
        "2:12: listeners: port 12000 is taken by the listener 'a' already; the `model` listener that is added here needs it",
    ),
    "an old listener with another format": (
        HEAD + "listeners: {egress_traffic: {message_format: anthropic}}\nmodel_providers: [{model: openai/a}]\n",
        "2:46: listeners.egress_traffic.message_format: must be `openai`; leave it out: every API is served at its own path",
    ),
    "an old listener that is text": (
        HEAD + "listeners: {egress_traffic: 12000}\nmodel_providers: [{model: openai/a}]\n",
        f"2:29: listeners[0]: must be a mapping of {LISTENER_KEYS}, not a number",
    ),
    "two model listeners": (
        HEAD + "listeners:\n  - {type: model, name: a}\n  - {type: model, name: b, port: 2}\n",
        "4:12: listeners[1].type: only one listener can have model_providers; there is a `model` listener before",
    ),
    "a name taken": (
        providers("model: openai/a, name: x", "model: groq/b, name: x"),
        "4:27: model_providers[1].name: Duplicate model_provider name 'x'; it is the name of 'openai/a'",
    ),
    "a name that is another's model": (
        providers("model: openai/a", "model: groq/b, name: openai/a"),
        "4:27: model_providers[1].name: Duplicate model_provider name 'openai/a'; it is the model of another entry",
    ),
    "a name that is the model of a named entry": (
        providers("model: openai/a, name: x", "model: groq/b, name: openai/a"),
        "4:27: model_providers[1].name: Duplicate model_provider name 'openai/a'; it is the model of another entry",
    ),
    "a name that is the model of a later entry, in other letters": (
        providers("model: groq/b, name: OpenAI/a", "model: openai/a"),
        "3:27: model_providers[0].name: Duplicate model_provider name 'OpenAI/a'; it is the model of another entry",
    ),
    "a name that is the wildcard of another entry": (
        providers("model: groq/b, name: claude/*", "model: anthropic/*"),
        "3:27: model_providers[0].name: Duplicate model_provider name 'claude/*'; it is the model of another entry",
    ),
    "a name of three": (
        providers("model: groq/b, name: openai/a", "model: groq/c, name: x", "model: groq/d, name: x"),
        "5:27: model_providers[2].name: Duplicate model_provider name 'x'; it is the name of 'groq/c'",
    ),
    "a model twice": (
        providers("model: openai/a", "model: openai/a, name: other"),
        "4:13: model_providers[1].model: Duplicate model name 'openai/a'; it is in the list already",
    ),
    "a model without a slash": (
        providers("model: gpt-4o"),
        "3:13: model_providers[0].model: Invalid model name 'gpt-4o'; write `<provider>/<model id>`, such as `openai/gpt-4o`, or `<provider>/*`",
    ),
    "a model that is all wildcard": (
        providers("model: '*'"),
        "3:13: model_providers[0].model: Invalid model name '*'; write `<provider>/<model id>`, such as `openai/gpt-4o`, or `<provider>/*`",
    ),
    "a default that is a wildcard": (
        providers("model: openai/*, default: true"),
        "3:32: model_providers[0].default: Default models cannot be wildcards; 'openai/*' names no model to serve",
    ),
    "two defaults": (
        providers("model: openai/a, default: true", "model: groq/b, default: true"),
        "4:30: model_providers[1].default: there can be at most one default; 'openai/a' is one already",
    ),
    "no address for azure": (
        providers("model: azure_openai/a"),
        "3:5: model_providers[0].base_url: azure_openai requires 'base_url' to be set; it has no address that is right for everyone",
    ),
    "AWS keys for a provider that wants a key": (
        providers("model: openai/a, aws: {access_key_id: a, secret_access_key: b}"),
        "3:28: model_providers[0].aws: openai is not asked with AWS keys, only amazon_bedrock is; write `access_key`",
    ),
    "AWS keys beside a key": (
        providers(
            "model: amazon/a, base_url: 'http://x', access_key: k, aws: {access_key_id: a, secret_access_key: b}"
        ),
        "3:65: model_providers[0].aws: there is `access_key` as well; leave out one of the two",
    ),
    "AWS keys beside the client's": (
        providers(
            "model: amazon/a, base_url: 'http://x', passthrough_auth: on, aws: {access_key_id: a, secret_access_key: b}"
        ),
        "3:72: model_providers[0].aws: there is `passthrough_auth` as well; leave out one of the two",
    ),
    "half of AWS's keys": (
        providers("model: amazon/a, base_url: 'http://x', aws: {access_key_id: a}"),
        "3:50: model_providers[0].aws: `secret_access_key` is missing",
    ),
    "a region that is a key": (
        providers(
            "model: amazon/a, base_url: 'http://x', aws: {access_key_id: a, secret_access_key: b, region: wJalr/K7}"
        ),
        "3:99: model_providers[0].aws.region: must be a region of AWS's, such as `us-east-1`",
    ),
    "an unknown prefix": (
        providers("model: house/a"),
        "3:13: model_providers[0].model: Must provide base_url and provider_interface for 'house/a', whose prefix is no provider; "
        + SUPPORTED,
    ),
    "an unknown wildcard with half of it": (
        providers("model: opena/*, base_url: 'http://x'"),
        "3:13: model_providers[0].model: Must provide base_url and provider_interface for 'opena/*', whose prefix is no provider; "
        "did you mean 'openai'?; " + SUPPORTED,
    ),
    "an interface that is no provider": (
        providers("model: house/a, base_url: 'http://x', provider_interface: opnai"),
        "3:64: model_providers[0].provider_interface: must be the name of a provider whose API is spoken there; did you mean 'openai'?",
    ),
    "an interface for a known prefix": (
        providers("model: openai/a, provider_interface: groq"),
        "3:43: model_providers[0].provider_interface: Please provide provider interface as part of model name; openai is one, and needs no other",
    ),
    "a header of ours": (
        providers("model: openai/a, headers: {Host: x}"),
        "3:39: model_providers[0].headers.host: must not stand here; write it as `http_host`",
    ),
    "an alias to nothing": (
        providers("model: openai/a") + "model_aliases: {fast: {target: b}}\n",
        "4:32: model_aliases.fast.target: 'b', the target of the alias 'fast', is not defined as a model; available models: 'openai/a'",
    ),
    "an alias to an alias": (
        providers("model: openai/a") + "model_aliases: {fast: {target: a}, quick: {target: fast}}\n",
        (
            "4:52: model_aliases.quick.target: 'fast', the target of the alias 'quick', is not defined as a model; "
            "an alias can not stand for another alias; available models: 'openai/a'"
        ),
    ),
    "an alias to a wildcard": (
        providers("model: openai/*") + "model_aliases: {fast: {target: openai/*}}\n",
        "4:32: model_aliases.fast.target: 'openai/*', the target of the alias 'fast', is not defined as a model; available models: 'openai/*'",
    ),
    "an alias to the name of a wildcard": (
        providers("model: openai/*, name: all") + "model_aliases: {fast: {target: all}}\n",
        "4:32: model_aliases.fast.target: 'all', the target of the alias 'fast', is not defined as a model; available models: 'openai/*'",
    ),
    "a model twice, in other letters": (
        providers("model: groq/a", "model: Groq/a"),
        "4:13: model_providers[1].model: Duplicate model name 'Groq/a'; it is in the list already",
    ),
    "a model with a long name": (
        providers(f"model: groq/{'x' * 252}"),
        f"3:13: model_providers[0].model: Invalid model name 'groq/{'x' * 75}...'; it is longer than 256 characters",
    ),
    "a long name": (
        providers(f"model: groq/a, name: {'x' * 257}"),
        f"3:27: model_providers[0].name: Invalid model_provider name '{'x' * 80}...'; it is longer than 256 characters",
    ),
    "an alias without a name": (
        providers("model: openai/a") + "model_aliases: {'': {target: a}}\n",
        "4:16: model_aliases: Invalid alias ''; it is empty",
    ),
    "an alias that nobody can ask for": (
        providers("model: groq/a") + 'model_aliases: {"a\\nb": {target: a}}\n',
        "4:16: model_aliases: Invalid alias 'a\\nb'; it must be one line of printable text",
    ),
    "an alias to one id of two": (
        providers("model: openai/a", "model: groq/a") + "model_aliases: {fast: {target: a}}\n",
        "5:32: model_aliases.fast.target: 'a' is ambiguous: 'openai/a' and 'groq/a' both have it; write one of them",
    ),
}

CASES = {**STRUCTURE, **WHOLE}


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_is_said_once_at_its_place(case: str) -> None:
    text, said = CASES[case]
    assert problems(text) == [f"config.yaml:{said}"]


def test_every_problem_is_told_at_once_in_the_order_of_the_file() -> None:
    text = providers("model: a", "model: openai/b, default: 3", "modl: c", "model: openai/b") + "tracing: []\n"
    assert [problem.split(": ")[0] for problem in problems(text)] == [
        f"config.yaml:{place}" for place in ("3:13", "4:32", "5:5", "5:6", "6:13", "7:10")
    ]


def test_one_name_and_one_model_twice_are_two_problems() -> None:
    found = problems(providers("model: openai/a, name: x", "model: openai/a, name: x"))
    assert found == [
        "config.yaml:4:13: model_providers[1].model: Duplicate model name 'openai/a'; it is in the list already",
        "config.yaml:4:29: model_providers[1].name: Duplicate model_provider name 'x'",
    ]


def test_the_files_name_is_the_callers() -> None:
    with pytest.raises(ConfigError) as caught:
        load("", {}, name="/etc/plano.yaml")
    assert caught.value.problems[0].startswith("/etc/plano.yaml:1:1: ")


def test_a_default_that_can_not_be_read_is_no_reason_for_a_second_complaint() -> None:
    text = providers("model: azure_openai/a, base_url: nowhere") + "model_aliases: {x: {target: azure_openai/a}}\n"
    assert [problem.split(": ")[1] for problem in problems(text)] == ["model_providers[0].base_url"]


@pytest.mark.parametrize("wrong", ["default: 3", "name: 3", "model: 3", "model: a"])
def test_nor_is_an_entry_that_can_not_be_read_a_reason_to_miss_what_is_called_like_it(wrong: str) -> None:
    text = providers("model: openai/a", f"model: groq/b, {wrong}" if "model" not in wrong else wrong)
    found = problems(text + "model_aliases: {x: {target: missing}}\n")
    assert [problem.split(": ")[1] for problem in found][1:] == (
        ["model_aliases.x.target"] if wrong == "default: 3" else []
    )


def test_two_listeners_on_one_port_are_a_problem_of_the_second() -> None:
    found = problems(HEAD + "listeners:\n  - {type: model, name: a}\n  - {type: model, name: b}\n")
    assert "config.yaml:4:5: listeners[1].port: port 12000 is taken by the listener 'a' already" in found
