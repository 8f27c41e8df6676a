"""The config that is made where there is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.config import defaults
from planoai.config.defaults import detect, text, variables
from planoai.config.load import Loaded, load
from planoai.config.lookup import Names
from planoai.config.schema import Config, ModelProvider
from planoai.providers.catalog import PROVIDERS
from planoai.providers.registry import snapshot

TEN = ("openai", "anthropic", "gemini", "groq", "deepseek", "mistral", "digitalocean", "vercel", "openrouter", "edenai")
OPENAI = {"OPENAI_API_KEY": "sk-of-openai"}


def loaded(environ: dict[str, str], **options: int | str) -> Loaded:
    return load(text(environ, **options), environ)  # type: ignore[arg-type]


def entries(environ: dict[str, str], **options: int | str) -> dict[str, ModelProvider]:
    return {each.name: each for each in loaded(environ, **options).config.model_providers}


def test_without_a_key_every_provider_is_handed_the_clients_own() -> None:
    found = entries({})
    assert tuple(found)[:10] == TEN
    assert all(each.passthrough_auth and each.access_key is None for each in found.values())
    assert detect({}).passthrough == tuple(found)
    assert detect({}).with_keys == ()


def test_a_key_of_the_environment_promotes_its_provider() -> None:
    environ = {"DO_API_KEY": "do-1", **OPENAI}
    found = entries(environ)
    assert tuple(found)[:3] == ("openai", "digitalocean", "anthropic")
    assert found["openai"].access_key == "sk-of-openai"
    assert not found["openai"].passthrough_auth
    assert found["digitalocean"].access_key == "do-1"
    assert found["anthropic"].passthrough_auth
    assert "sk-of-openai" not in text(environ)


@pytest.mark.parametrize("environ", [{}, OPENAI, {"OPENROUTER_API_KEY": "or-1"}], ids=["none", "openai", "openrouter"])
def test_no_provider_is_the_default_and_none_is_given_an_interface(environ: dict[str, str]) -> None:
    assert not any(each.default or each.provider_interface for each in entries(environ).values())


def test_it_is_the_newest_format_with_one_listener_that_only_this_machine_reaches() -> None:
    found = loaded({})
    assert found.config.version == "v0.4.0"
    [listener] = found.config.listeners
    assert (listener.type, listener.name, listener.address, listener.port) == ("model", "llm", "127.0.0.1", 12000)
    assert found.warnings == ()


@pytest.mark.parametrize("address", ["0.0.0.0", "::1"])
def test_the_listener_may_be_elsewhere(address: str) -> None:
    [listener] = loaded({}, port=9999, address=address).config.listeners
    assert (listener.address, listener.port) == (address, 9999)


@pytest.mark.parametrize("value", ["", "  "])
def test_a_variable_with_nothing_in_it_is_none(value: str) -> None:
    assert detect({"OPENAI_API_KEY": value}).with_keys == ()


@pytest.mark.parametrize(
    ("name", "variable"),
    [("gemini", "GOOGLE_API_KEY"), ("xai", "GROK_API_KEY"), ("moonshotai", "MOONSHOTAI_API_KEY")],
)
def test_a_key_under_the_other_name_of_its_variable_is_found(name: str, variable: str) -> None:
    usual = PROVIDERS[name].key_variable or ""
    assert entries({variable: "k-1"})[name].access_key == "k-1"
    assert entries({variable: "k-1", usual: "k-2"})[name].access_key == "k-2"
    assert entries({variable: "k-1", usual: ""})[name].access_key == "k-1"


def test_the_summary_names_both_kinds() -> None:
    found = detect(OPENAI)
    assert found.summary.startswith("env-keyed: openai | pass-through: anthropic, gemini, ")
    assert detect({}).summary.startswith("pass-through: openai, anthropic")
    assert detect(dict.fromkeys(variables(), "k")).summary.startswith("env-keyed: openai, anthropic")
    assert "pass-through" not in detect(dict.fromkeys(variables(), "k")).summary
    assert defaults.Detected().summary == "no providers"


def test_traces_go_where_they_are_told_to() -> None:
    block = "tracing:\n  random_sampling: 100\n  opentracing_grpc_endpoint: http://localhost:4317\n"
    assert text({}, tracing="http://localhost:4317").endswith(f"\n{block}")
    assert "tracing" not in text({})


@pytest.mark.parametrize(
    ("name", "host", "variable"),
    [
        ("digitalocean", "https://inference.do-ai.run", "DO_API_KEY"),
        ("vercel", "https://ai-gateway.vercel.sh/v1", "AI_GATEWAY_API_KEY"),
        ("openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    ],
)
def test_gateways_of_others_are_among_them(name: str, host: str, variable: str) -> None:
    found = entries({variable: "k-1"})[name]
    assert found.model == f"{name}/*"
    assert found.access_key == "k-1"
    assert PROVIDERS[name].base_url == host


def test_an_ollama_that_runs_comes_after_keys_and_before_what_needs_one() -> None:
    found = entries(OPENAI, ollama="http://127.0.0.1:11434")
    assert tuple(found)[:3] == ("openai", "ollama", "anthropic")
    assert found["ollama"].base_url == "http://127.0.0.1:11434"
    assert not found["ollama"].passthrough_auth


def test_a_bare_name_is_found_at_who_has_a_key() -> None:
    def serves(environ: dict[str, str], model: str) -> str:
        [meaning] = Names(loaded(environ).config.model_providers, snapshot()).meanings(model)
        return meaning.entry.name

    assert serves({}, "gpt-4o-mini") == "openai"
    assert serves({"ANTHROPIC_API_KEY": "k"}, "gpt-4o-mini") == "openai"
    shared = next(each.id for each in snapshot().of("zhipu", PROVIDERS["zhipu"]))
    assert serves({"ZHIPUAI_API_KEY": "k"}, shared) == "zhipu"


def test_every_provider_of_the_table_that_needs_no_more_than_a_key_is_in_it() -> None:
    wanted = {row.name for row in PROVIDERS.values() if row.own_prefix and row.key_variable and row.base_url}
    assert set(entries({})) == wanted - {"chatgpt"}


def test_what_was_written_here_is_known_again() -> None:
    assert defaults.is_ours(text({}))
    assert not defaults.is_ours("version: v0.4.0\n")


KEYS = st.dictionaries(
    st.sampled_from(sorted(variables())),
    st.one_of(st.just(""), st.text("abcdefghijklmnop0123456789$-_.{}", min_size=1, max_size=40)),
)


@given(KEYS)
def test_whichever_keys_there_are_it_loads_without_a_word_and_holds_none(environ: dict[str, str]) -> None:
    written = text(environ)
    found = load(written, environ)
    assert found.warnings == ()
    assert isinstance(found.config, Config)
    assert {each.name for each in found.config.model_providers if each.access_key} == set(detect(environ).with_keys)
    for entry in found.config.model_providers:
        row = PROVIDERS[entry.name]
        names = (row.key_variable or "", *row.other_variables)
        assert entry.access_key == next((environ[name] for name in names if environ.get(name)), None)
    assert text(environ) == written


def test_one_to_go_on_with_has_what_can_answer_and_no_more() -> None:
    environ = {"ANTHROPIC_API_KEY": "sk-of-anthropic", **OPENAI}
    written = defaults.own(environ, ollama="http://127.0.0.1:11434")
    assert written is not None
    assert not defaults.is_ours(written)
    found = load(written, environ)
    assert [each.name for each in found.config.model_providers] == ["openai", "anthropic", "ollama"]
    assert found.warnings == ()
    assert "sk-of" not in written


def test_there_is_none_to_go_on_with_where_nothing_can_answer() -> None:
    assert defaults.own({"PATH": "/bin"}) is None
    assert defaults.own({}, ollama="http://127.0.0.1:11434") is not None
