import pytest

from planoai.errors import Misconfigured, Unsupported
from planoai.providers.catalog import PROVIDERS
from planoai.providers.paths import Base, base, counting, path, path_beside

CHAT, MESSAGES, RESPONSES, CONVERSE = "openai_chat", "anthropic_messages", "openai_responses", "bedrock_converse"
NOVA = "us.amazon.nova-pro-v1:0"
KIMI = (("user-agent", "KimiCLI/1.3"),)
AZURE_VERSION = "api-version=2025-01-01-preview"


@pytest.mark.parametrize(
    ("provider", "dialect", "model", "prefix", "expected"),
    [
        ("openai", CHAT, "m", "", "/v1/chat/completions"),
        ("mistral", CHAT, "m", "", "/v1/chat/completions"),
        ("deepseek", CHAT, "m", "", "/v1/chat/completions"),
        ("xai", CHAT, "m", "", "/v1/chat/completions"),
        ("together_ai", CHAT, "m", "", "/v1/chat/completions"),
        ("moonshotai", CHAT, "m", "", "/v1/chat/completions"),
        ("xiaomi", CHAT, "m", "", "/v1/chat/completions"),
        ("digitalocean", CHAT, "m", "", "/v1/chat/completions"),
        ("vercel", CHAT, "m", "", "/v1/chat/completions"),
        ("openrouter", CHAT, "m", "", "/v1/chat/completions"),
        ("ollama", CHAT, "m", "", "/v1/chat/completions"),
        ("plano", CHAT, "m", "", "/v1/chat/completions"),
        ("custom", CHAT, "m", "", "/v1/chat/completions"),
        ("groq", CHAT, "m", "", "/openai/v1/chat/completions"),
        ("groq", CHAT, "m", "openai/v1", "/openai/v1/chat/completions"),
        ("groq", CHAT, "m", "/api/v2", "/api/v2/chat/completions"),
        ("zhipu", CHAT, "m", "", "/api/paas/v4/chat/completions"),
        ("zhipu", CHAT, "m", "api/coding/paas/v4/", "/api/coding/paas/v4/chat/completions"),
        ("zhipu", CHAT, "m", "/", "/api/paas/v4/chat/completions"),
        ("qwen", CHAT, "m", "", "/compatible-mode/v1/chat/completions"),
        ("azure_openai", CHAT, "gpt-4", "", f"/openai/deployments/gpt-4/chat/completions?{AZURE_VERSION}"),
        ("azure_openai", CHAT, "d1", "/custom/azure/path", f"/custom/azure/path/d1/chat/completions?{AZURE_VERSION}"),
        ("gemini", CHAT, "m", "", "/v1beta/openai/chat/completions"),
        ("openai", CHAT, "m", "/custom/api/v2", "/custom/api/v2/chat/completions"),
        ("perplexity", CHAT, "sonar-pro", "", "/chat/completions"),
        ("amazon_bedrock", CONVERSE, NOVA, "", f"/model/{NOVA}/converse"),
        ("amazon_bedrock", CONVERSE, NOVA, "/custom/path", f"/custom/path/model/{NOVA}/converse"),
        ("anthropic", MESSAGES, "m", "", "/v1/messages"),
        ("anthropic", MESSAGES, "m", "/api/v2", "/api/v2/messages"),
        ("vercel", MESSAGES, "m", "v1", "/v1/messages"),
        ("openrouter", RESPONSES, "m", "/api/v1", "/api/v1/responses"),
        ("custom", RESPONSES, "m", "/serving/v1", "/serving/v1/responses"),
        ("custom", RESPONSES, "m", "", "/v1/responses"),
        ("xai", RESPONSES, "m", "", "/v1/responses"),
        ("openai", RESPONSES, "m", "", "/v1/responses"),
        ("vercel", RESPONSES, "m", "", "/v1/responses"),
        ("chatgpt", RESPONSES, "m", "/backend-api/codex", "/backend-api/codex/responses"),
        ("openrouter", CHAT, "m", "/api/v1", "/api/v1/chat/completions"),
        ("moonshotai", CHAT, "m", "/coding/v1", "/coding/v1/chat/completions"),
    ],
)
def test_a_base_urls_path_replaces_the_providers_own(
    provider: str, dialect: str, model: str, prefix: str, expected: str
) -> None:
    assert path(PROVIDERS[provider], dialect, model=model, prefix=prefix) == expected


def test_bedrock_streams_from_a_path_of_their_own() -> None:
    streamed = path(PROVIDERS["amazon_bedrock"], CONVERSE, model=NOVA, stream=True)
    assert streamed == f"/model/{NOVA}/converse-stream"
    assert path(PROVIDERS["openai"], CHAT, model="m", stream=True) == "/v1/chat/completions"


def test_the_slashes_of_an_inference_profile_are_encoded_and_its_colons_are_not() -> None:
    arn = "arn:aws:bedrock:us-east-1:123:inference-profile/us.amazon.nova"
    expected = "/model/arn:aws:bedrock:us-east-1:123:inference-profile%2Fus.amazon.nova/converse"
    assert path(PROVIDERS["amazon_bedrock"], CONVERSE, model=arn) == expected


def test_azures_version_can_be_chosen_and_can_not_break_out_of_the_query() -> None:
    chosen = path(PROVIDERS["azure_openai"], CHAT, model="d", api_version="2026-01-01")
    assert chosen.endswith("?api-version=2026-01-01")
    assert path(PROVIDERS["azure_openai"], CHAT, model="d", api_version="1&x=2").endswith("?api-version=1%26x%3D2")


def test_a_models_name_is_data_in_a_path_never_a_template() -> None:
    assert "{" not in path(PROVIDERS["azure_openai"], CHAT, model="{api_version}?")


@pytest.mark.parametrize("provider", ["azure_openai", "amazon_bedrock"])
@pytest.mark.parametrize("model", [".", ".."])
def test_a_model_is_no_step_up_in_a_path(provider: str, model: str) -> None:
    dialect = PROVIDERS[provider].speaks[0]
    with pytest.raises(Unsupported, match="can not be a part of a path") as raised:
        path(PROVIDERS[provider], dialect, model=model)
    assert raised.value.param == "model"
    assert path(PROVIDERS["openai"], CHAT, model=model) == "/v1/chat/completions"


@pytest.mark.parametrize(
    ("provider", "prefix", "expected"),
    [
        ("openai", "", "/v1/embeddings"),
        ("groq", "", "/openai/v1/embeddings"),
        ("groq", "/api/v2/", "/api/v2/embeddings"),
        ("azure_openai", "", f"/openai/deployments/a%2Fb/embeddings?{AZURE_VERSION}"),
    ],
)
def test_what_is_beside_model_calls_is_next_to_chat(provider: str, prefix: str, expected: str) -> None:
    assert path_beside(PROVIDERS[provider], "embeddings", model="a/b", prefix=prefix) == expected


@pytest.mark.parametrize(
    ("provider", "prefix", "expected"),
    [
        ("openai", "", "/v1/responses/compact"),
        ("groq", "", "/openai/v1/responses/compact"),
        ("custom", "serving/v1", "/serving/v1/responses/compact"),
        ("azure_openai", "", "/openai/v1/responses/compact"),  # it belongs to no deployment
        ("gemini", "", "/v1beta/openai/responses/compact"),
    ],
)
def test_what_is_beside_responses_is_next_to_them(provider: str, prefix: str, expected: str) -> None:
    assert path_beside(PROVIDERS[provider], "responses/compact", model="m", prefix=prefix) == expected


def test_what_a_client_asks_for_beside_model_calls_is_no_template() -> None:
    assert path_beside(PROVIDERS["azure_openai"], "{model}/x", model="m").startswith("/openai/deployments/m/{model}/x?")


@pytest.mark.parametrize("provider", ["anthropic", "amazon_bedrock"])
def test_providers_of_other_apis_have_nothing_beside_model_calls(provider: str) -> None:
    with pytest.raises(Unsupported, match=f"{provider} has no API for 'embeddings'"):
        path_beside(PROVIDERS[provider], "embeddings", model="m")


@pytest.mark.parametrize(
    ("provider", "dialect", "model", "prefix", "expected"),
    [
        ("anthropic", MESSAGES, "m", "", "/v1/messages/count_tokens"),
        ("anthropic", MESSAGES, "m", "/api/v2/", "/api/v2/messages/count_tokens"),
        ("moonshotai", MESSAGES, "m", "", "/anthropic/v1/messages/count_tokens"),
        ("openai", RESPONSES, "m", "", "/v1/responses/input_tokens"),
        ("amazon_bedrock", CONVERSE, NOVA, "", f"/model/{NOVA}/count-tokens"),
        ("amazon_bedrock", CONVERSE, "arn:x/y", "p", "/p/model/arn:x%2Fy/count-tokens"),
    ],
)
def test_tokens_are_counted_beside_the_calls(
    provider: str, dialect: str, model: str, prefix: str, expected: str
) -> None:
    assert counting(PROVIDERS[provider], dialect, model=model, prefix=prefix) == expected


def test_chat_has_no_word_for_counting() -> None:
    with pytest.raises(Unsupported, match="groq can not be asked to count tokens"):
        counting(PROVIDERS["groq"], CHAT, model="m")


def test_the_built_in_address_brings_its_own_path() -> None:
    assert base(PROVIDERS["openrouter"]) == Base("https://openrouter.ai", "api/v1")
    assert base(PROVIDERS["openai"]) == Base("https://api.openai.com", "")


@pytest.mark.parametrize(
    ("provider", "url", "expected"),
    [
        ("ollama", "http://localhost:11434", Base("http://localhost:11434", "")),
        ("ollama", "http://[::1]:11434/", Base("http://[::1]:11434", "")),
        ("zhipu", "HTTPS://api.z.ai/api/coding/paas/v4/", Base("https://api.z.ai", "api/coding/paas/v4")),
        (
            "gemini",
            "https://generativelanguage.googleapis.com/v1beta",
            Base("https://generativelanguage.googleapis.com", "v1beta/openai"),
        ),
        (
            "gemini",
            "https://generativelanguage.googleapis.com/v1/",
            Base("https://generativelanguage.googleapis.com", "v1/openai"),
        ),
        ("gemini", "https://proxy.example/v1beta", Base("https://proxy.example", "v1beta")),
        (
            "moonshotai",
            "https://api.kimi.com/coding/",
            Base("https://api.kimi.com", "coding/v1", KIMI),
        ),
        ("moonshotai", "https://api.kimi.com/coding/v1", Base("https://api.kimi.com", "coding/v1", KIMI)),
        ("moonshotai", "https://proxy.example/coding", Base("https://proxy.example", "coding")),
    ],
)
def test_a_base_url_is_an_origin_and_a_prefix(provider: str, url: str, expected: Base) -> None:
    assert base(PROVIDERS[provider], url) == expected


def test_kimi_for_coding_is_known_at_any_host() -> None:
    here = base(PROVIDERS["moonshotai"], "https://proxy.example/coding/", "kimi-for-coding")
    assert here == Base("https://proxy.example", "coding/v1", KIMI)
    there = base(PROVIDERS["moonshotai"], "https://proxy.example/coding/v1", "kimi-for-coding")
    assert there == here
    assert base(PROVIDERS["moonshotai"], None, "kimi-for-coding") == Base("https://api.moonshot.ai", "")


def test_a_provider_without_an_address_says_what_to_give_it() -> None:
    with pytest.raises(Misconfigured, match="azure_openai has no address of its own: give it a `base_url`"):
        base(PROVIDERS["azure_openai"])
