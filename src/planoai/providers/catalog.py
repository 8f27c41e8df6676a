"""The PROVIDERS table. To add a provider, add a row: the config, the docs and the defaults are made from it.

What the rows say that a vendor accepts is as known in November 2026, from use and from public reports; no vendor was called to check it.
"""

from collections.abc import Mapping

from msgspec import structs

from planoai.apis.dialect import Accepts
from planoai.providers.auth import azure
from planoai.providers.provider import Endpoint, Provider, Variant

# What a server that speaks Chat can be trusted to take when we know no more of it.
_PLAIN = Accepts(max_tokens="max_tokens", developer_role=False)
# The same, of a server that people run themselves: vLLM, SGLang, llama.cpp and Ollama sample among the `top_k`.
_OWN = Accepts(max_tokens="max_tokens", developer_role=False, top_k=True)
# The first again, from vendors who have followed OpenAI to `max_completion_tokens`.
_MODERN = Accepts(developer_role=False)

_KIMI = (("user-agent", "KimiCLI/1.3"),)
_KIMI_EFFORTS = (
    *((effort, "low") for effort in ("none", "minimal", "low")),
    *((effort, "high") for effort in ("medium", "high")),
    ("max", "max"),
)

_ROWS = (
    Provider(
        name="deepseek",
        display="Deepseek",
        base_url="https://api.deepseek.com",
        key_variable="DEEPSEEK_API_KEY",
        endpoints={"anthropic_messages": Endpoint("anthropic/v1", "messages")},
        accepts=Accepts(max_tokens="max_tokens", developer_role=False, reasoning_back=True),
        models="deepseek",
    ),
    Provider(
        name="groq",
        display="Groq",
        base_url="https://api.groq.com",
        key_variable="GROQ_API_KEY",
        endpoints={
            "openai_chat": Endpoint("openai/v1", "chat/completions"),
            "openai_responses": Endpoint("openai/v1", "responses"),
        },
        accepts=Accepts(developer_role=False, name=False),
    ),
    Provider(
        name="mistral",
        display="Mistral",
        base_url="https://api.mistral.ai",
        key_variable="MISTRAL_API_KEY",
        # It refuses fields it does not know with 422, `stream_options` among them; its streams end with the usage anyway.
        accepts=Accepts(
            max_tokens="max_tokens",
            developer_role=False,
            stream_options=False,
            reasoning_effort=False,
            user=False,
            name=False,
            short_ids=True,
        ),
        models="mistralai",
    ),
    Provider(
        name="openai",
        display="OpenAI",
        base_url="https://api.openai.com",
        elsewhere="custom",
        speaks=("openai_chat", "openai_responses"),
        key_variable="OPENAI_API_KEY",
        accepts=Accepts(web_search=True, web_search_models=".*search.*", account_fields=True, counts=True),
        models="openai",
    ),
    Provider(
        name="xiaomi",
        display="xiaomi",
        base_url="https://api.xiaomimimo.com",
        key_variable="XIAOMI_API_KEY",
        accepts=Accepts(developer_role=False, reasoning_back=True),
        models="xiaomi",
    ),
    Provider(
        name="gemini",
        display="Gemini",
        aliases=("google",),
        base_url="https://generativelanguage.googleapis.com",
        key_variable="GEMINI_API_KEY",
        other_variables=("GOOGLE_API_KEY",),
        endpoints={"openai_chat": Endpoint("v1beta/openai", "chat/completions")},
        # Google's own clients are given these addresses, without the part that speaks OpenAI's API.
        variants=(
            Variant("generativelanguage.googleapis.com", "v1beta", "v1beta/openai"),
            Variant("generativelanguage.googleapis.com", "v1", "v1/openai"),
        ),
        # It too refuses what it does not know, and its documentation does not know `user`.
        accepts=Accepts(developer_role=False, user=False, plain_schemas=True),
        models="google",
    ),
    Provider(
        name="anthropic",
        display="Anthropic",
        aliases=("claude",),
        base_url="https://api.anthropic.com",
        speaks=("anthropic_messages",),
        key_variable="ANTHROPIC_API_KEY",
        accepts=Accepts(
            max_tokens="max_tokens",
            developer_role=False,
            top_k=True,
            web_search=True,
            cache_control=True,
            counts=True,
        ),
        models="anthropic",
    ),
    Provider(
        name="together_ai",
        display="together_ai",
        aliases=("together",),
        base_url="https://api.together.xyz",
        key_variable="TOGETHER_API_KEY",
        accepts=Accepts(max_tokens="max_tokens", developer_role=False, top_k=True),
        models="together",
    ),
    Provider(
        name="xai",
        display="xai",
        base_url="https://api.x.ai",
        speaks=("openai_chat", "openai_responses"),
        key_variable="XAI_API_KEY",
        other_variables=("GROK_API_KEY",),
        accepts=_MODERN,
        models="x-ai",
    ),
    Provider(
        name="moonshotai",
        display="moonshotai",
        base_url="https://api.moonshot.ai",
        key_variable="MOONSHOT_API_KEY",
        other_variables=("MOONSHOTAI_API_KEY",),
        endpoints={"anthropic_messages": Endpoint("anthropic/v1", "messages")},
        # Kimi Code publishes its address without the version, and answers only to clients it knows.
        variants=(
            Variant("api.kimi.com", "coding", "coding/v1", headers=_KIMI),
            Variant("api.kimi.com", "coding/v1", "coding/v1", headers=_KIMI),
            Variant("", "coding", "coding/v1", headers=_KIMI, model="kimi-for-coding"),
            Variant("", "coding/v1", "coding/v1", headers=_KIMI, model="kimi-for-coding"),
        ),
        accepts=Accepts(
            max_tokens="max_tokens",
            developer_role=False,
            reasoning_back=True,
            refused=(("kimi-k3", ("temperature", "top_p", "n", "presence_penalty", "frequency_penalty")),),
            efforts=(("kimi-k3", _KIMI_EFFORTS),),
        ),
        models="moonshotai",
    ),
    Provider(
        name="zhipu",
        display="zhipu",
        base_url="https://open.bigmodel.cn",
        key_variable="ZHIPUAI_API_KEY",
        endpoints={
            "openai_chat": Endpoint("api/paas/v4", "chat/completions"),
            "anthropic_messages": Endpoint("api/anthropic/v1", "messages"),
        },
        accepts=Accepts(max_tokens="max_tokens", developer_role=False, reasoning_effort=False, reasoning_back=True),
        models="z-ai",
    ),
    Provider(
        name="chatgpt",
        display="chatgpt",
        base_url="https://chatgpt.com/backend-api/codex",
        speaks=("openai_responses",),
        key_variable="CHATGPT_ACCESS_TOKEN",
        without_key="pass_through",
        # The subscription answers to the Codex command line and to nobody else.
        headers=(("originator", "codex_cli_rs"), ("user-agent", "codex_cli_rs/0.0.0 (Unknown 0; unknown) unknown")),
        header_variables=(("chatgpt-account-id", "CHATGPT_ACCOUNT_ID"),),
        yields=("originator", "user-agent", "session_id", "chatgpt-account-id"),
        yields_shown_by={"user-agent": "originator"},
        per_start=("session_id",),
        accepts=Accepts(only_streams=True, codex=True),
        models="chatgpt",
    ),
    Provider(
        name="digitalocean",
        display="digitalocean",
        aliases=("do", "do_ai"),
        base_url="https://inference.do-ai.run",
        key_variable="DO_API_KEY",
        accepts=Accepts(developer_role=False, cache_control=True),
        models="digitalocean",
    ),
    Provider(
        name="vercel",
        display="vercel",
        base_url="https://ai-gateway.vercel.sh/v1",
        speaks=("openai_chat", "anthropic_messages", "openai_responses"),
        key_variable="AI_GATEWAY_API_KEY",
        accepts=_PLAIN,
    ),
    Provider(
        name="openrouter",
        display="openrouter",
        base_url="https://openrouter.ai/api/v1",
        key_variable="OPENROUTER_API_KEY",
        accepts=Accepts(max_tokens="max_tokens", developer_role=False, top_k=True, web_search=True, cache_control=True),
    ),
    Provider(
        name="azure_openai",
        display="azure_openai",
        needs_base_url=True,
        key_variable="AZURE_OPENAI_API_KEY",
        sign=azure,
        endpoints={
            "openai_chat": Endpoint("openai/deployments", "{model}/chat/completions?api-version={api_version}"),
            "openai_responses": Endpoint("openai/v1", "responses"),
        },
        accepts=Accepts(account_fields=True),
        models="openai",
    ),
    Provider(name="ollama", display="ollama", needs_base_url=True, without_key="go_on", accepts=_OWN),
    Provider(
        name="qwen",
        display="qwen",
        needs_base_url=True,  # keys of one region are refused in the other
        key_variable="DASHSCOPE_API_KEY",
        endpoints={"openai_chat": Endpoint("compatible-mode/v1", "chat/completions")},
        accepts=Accepts(max_tokens="max_tokens", developer_role=False, reasoning_effort=False, top_k=True),
        models="qwen",
    ),
    Provider(
        name="amazon_bedrock",
        display="amazon_bedrock",
        aliases=("amazon",),
        needs_base_url=True,  # the region is in the host
        speaks=("bedrock_converse",),
        key_variable="AWS_BEARER_TOKEN_BEDROCK",
        aws_variables=("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION"),
        endpoints={"openai_chat": Endpoint("openai/v1", "chat/completions")},
        accepts=Accepts(counts=True),
        seals=True,
        models="amazon",
    ),
    Provider(
        name="plano",
        display="Plano",
        base_url="https://archfc.katanemo.dev",  # of the hosted routing models; an entry of the operator's has its own
        needs_base_url=True,
        without_key="go_on",
        accepts=_PLAIN,
    ),
    Provider(
        name="edenai",
        display="edenai",
        base_url="https://api.edenai.run/v3",
        key_variable="EDENAI_API_KEY",
        accepts=Accepts(max_tokens="max_tokens", developer_role=False, cache_control=True),
    ),
    # From here on: prefixes of the operator's own, which need `base_url` and `provider_interface`.
    Provider(name="github", display="GitHub", own_prefix=False, needs_base_url=True, accepts=_MODERN),
    Provider(name="astraflow", display="astraflow", own_prefix=False, needs_base_url=True, accepts=_PLAIN),
    Provider(name="astraflow_cn", display="astraflow_cn", own_prefix=False, needs_base_url=True, accepts=_PLAIN),
    Provider(name="meta", display="meta", own_prefix=False, needs_base_url=True, accepts=_MODERN, models="meta"),
    Provider(
        name="minimax",
        display="minimax",
        own_prefix=False,
        needs_base_url=True,
        accepts=Accepts(max_tokens="max_tokens", developer_role=False, reasoning_back=True),
        models="minimax",
    ),
    Provider(
        name="perplexity",
        display="perplexity",
        own_prefix=False,
        needs_base_url=True,
        key_variable="PERPLEXITY_API_KEY",
        endpoints={"openai_chat": Endpoint("", "chat/completions")},
        accepts=Accepts(max_tokens="max_tokens", developer_role=False, web_search=True),
    ),
    Provider(name="custom", display="custom", own_prefix=False, needs_base_url=True, without_key="go_on", accepts=_OWN),
)


def _checking_its_own(row: Provider) -> Provider:
    """Every provider can check the proofs that it issued itself, and nobody else's."""
    return structs.replace(row, accepts=structs.replace(row.accepts, proofs=(row.name,)))


PROVIDERS: Mapping[str, Provider] = {row.name: _checking_its_own(row) for row in _ROWS}

_BY_ANY_NAME: Mapping[str, Provider] = {name: row for row in PROVIDERS.values() for name in (row.name, *row.aliases)}


def find(name: str) -> Provider | None:
    """The row called `name`, or known by it; in any case of letters."""
    return _BY_ANY_NAME.get(name.lower())


def serving(prefix: str, interface: str | None) -> Provider | None:
    """The row for an entry whose model begins with `prefix` and whose `provider_interface` is `interface`; None when they name none.

    A prefix of the operator's own with an interface that many servers speak has its own row if there is one, else the cautious one.
    """
    own = find(prefix)
    if interface is None:
        return own if own is not None and own.own_prefix else None
    spoken = find(interface)
    if spoken is None or spoken.elsewhere is None:
        return spoken
    return own if own is not None and not own.own_prefix else PROVIDERS[spoken.elsewhere]
