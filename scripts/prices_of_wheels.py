"""Prices of two public lists, as `pricing/prices.json` has them: `python scripts/prices_of_wheels.py LITELLM GENAI_PRICES TODAY`.

litellm has the vendors, with all their terms; genai-prices fills in what others offer.
"""  # noqa: INP001

import re
import sys
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import msgspec
from msgspec import structs

from planoai.pricing.catalogs import read_table
from planoai.pricing.naming import VENDORS
from planoai.pricing.table import encoded

_LIST = "litellm/model_prices_and_context_window_backup.json"
_MODES = ("chat", "responses", "completion", "embedding")

# What litellm calls a provider, and what it is called here. Where two have a model, the first counts.
_PROVIDERS = {
    "openai": "openai",
    "text-completion-openai": "openai",
    "anthropic": "anthropic",
    "gemini": "gemini",
    "xai": "xai",
    "mistral": "mistral",
    "deepseek": "deepseek",
    "moonshot": "moonshotai",
    "bigmodel": "zhipu",
    "zai": "zhipu",
    "dashscope": "qwen",
    "xiaomi_mimo": "xiaomi",
    "minimax": "minimax",
    "groq": "groq",
    "together_ai": "together_ai",
    "gradient_ai": "digitalocean",
    "vercel_ai_gateway": "vercel",
    "azure": "azure_openai",
    "bedrock_converse": "amazon_bedrock",
    "bedrock": "amazon_bedrock",
    "bedrock_mantle": "amazon_bedrock",
    "perplexity": "perplexity",
    "meta": "meta",
    "meta_llama": "meta",
}
_OF_GENAI = {"groq": "groq", "openrouter": "openrouter"}
_WITH_SLASHES = {
    "groq",
    "together_ai",
    "vercel",
}  # elsewhere what stands before a slash is a region or an offer of its own
_NOT_MODELS = re.compile(r"^(?:ft:|together-ai-)")
_RATES = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cache_read": "cache_read_input_token_cost",
    "cache_write": "cache_creation_input_token_cost",
    "cache_write_1h": "cache_creation_input_token_cost_above_1hr",
    "reasoning": "output_cost_per_reasoning_token",
}
_RATES_OF_GENAI = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cache_read": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "cache_write_1h": "cache_write_1h_mtok",
    "reasoning": "output_reasoning_mtok",
}
_ABOVE = re.compile(r"input_cost_per_token_above_(\d+)k_tokens")


def main(litellm: str, genai: str, today: str) -> None:
    others = sorted({*_PROVIDERS.values(), *_OF_GENAI.values()} - {*VENDORS})
    document: dict[str, dict[str, Any]] = {name: {"models": {}} for name in (*VENDORS, *others)}
    for provider, model, cost in (*_in_litellm(litellm), *_in_genai(genai)):
        document[provider]["models"].setdefault(model, {"cost": cost})
    source = f"litellm {_version(litellm)} and genai-prices {_version(genai)} (MIT)"
    table = structs.replace(read_table(msgspec.json.encode(document), source, today), loose=False)
    sys.stdout.buffer.write(encoded(table))


def _version(wheel: str) -> str:
    return wheel.rpartition("/")[2].split("-")[1]


def _in_litellm(wheel: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    with zipfile.ZipFile(wheel) as file:
        listed: dict[str, dict[str, Any]] = msgspec.json.decode(file.read(_LIST))
    for provider, ours in _PROVIDERS.items():
        for key, row in listed.items():
            if row.get("litellm_provider") != provider or row.get("mode") not in _MODES or _NOT_MODELS.match(key):
                continue
            model = key.removeprefix(f"{provider}/")
            if model and ("/" not in model or ours in _WITH_SLASHES):
                yield ours, model, _cost(row)


def _in_genai(wheel: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Without what no request can name: batches, and names that stand for whichever model is the newest."""
    sys.path.insert(0, wheel)
    for provider in import_module("genai_prices.data").providers:
        for model in provider.models if provider.id in _OF_GENAI else ():
            if ":batch" not in model.id and not model.id.startswith("~"):
                yield _OF_GENAI[provider.id], model.id, _cost_of_genai(model)


def _cost_of_genai(model: Any) -> dict[str, Any]:  # noqa: ANN401
    """What holds today: some prices have a day from which they do."""
    told = vars(model.get_prices(datetime.now(UTC)))
    rates = {name: told[field] for name, field in _RATES_OF_GENAI.items() if told.get(field) is not None}
    limits = sorted({tier.start for rate in rates.values() for tier in getattr(rate, "tiers", ())})

    def at(limit: int) -> dict[str, Any]:
        return {name: _of_tier(rate, limit) for name, rate in rates.items()}

    return {**at(0), "tiers": [{**at(limit), "tier": {"type": "context", "size": limit}} for limit in limits]}


def _of_tier(rate: Any, limit: int) -> float:  # noqa: ANN401
    reached = [tier for tier in getattr(rate, "tiers", ()) if tier.start <= limit]
    return float(max(reached, key=lambda tier: tier.start).price if reached else getattr(rate, "base", rate))


def _cost(row: Mapping[str, Any]) -> dict[str, Any]:
    """As models.dev writes it. Nothing where the tokens have no price."""
    row = {"output_cost_per_token": 0, **row} if row["mode"] == "embedding" else row
    ranges = row.get("tiered_pricing") or []
    base = {**row, **ranges[0]} if ranges else row
    return {**_rates(base), "tiers": [*_ranges(ranges), *_limits(row)]}


def _ranges(ranges: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for each in ranges[1:]:
        if "range" in each:
            yield {**_rates(each), "tier": {"type": "context", "size": each["range"][0]}}


def _limits(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for key in row:
        if match := _ABOVE.fullmatch(key):
            above = f"_above_{match[1]}k_tokens"
            told = {name: row[f"{field}{above}"] for name, field in _RATES.items() if f"{field}{above}" in row}
            rates = {name: _million(rate) for name, rate in told.items()}
            yield {
                "output": _million(row["output_cost_per_token"]),
                **rates,
                "tier": {"type": "context", "size": int(match[1]) * 1000},
            }


def _rates(row: Mapping[str, Any]) -> dict[str, float]:
    rates = {name: _million(row[field]) for name, field in _RATES.items() if row.get(field) is not None}
    if rates.get("reasoning") == rates.get("output"):
        rates.pop("reasoning", None)
    return rates


def _million(rate: float) -> float:
    return float(f"{rate * 1_000_000:.12g}")


if __name__ == "__main__":
    main(*sys.argv[1:])
