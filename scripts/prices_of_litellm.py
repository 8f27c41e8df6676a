"""The prices in a wheel of litellm, as `pricing/prices.json` has them: `python scripts/prices_of_litellm.py WHEEL TODAY`."""  # noqa: INP001

import re
import sys
import zipfile
from collections.abc import Iterator, Mapping
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
_ABOVE = re.compile(r"input_cost_per_token_above_(\d+)k_tokens")


def main(wheel: str, today: str) -> None:
    with zipfile.ZipFile(wheel) as file:
        listed: dict[str, dict[str, Any]] = msgspec.json.decode(file.read(_LIST))
    version = wheel.rpartition("/")[2].split("-")[1]
    document: dict[str, dict[str, Any]] = {
        name: {"models": {}} for name in (*VENDORS, *sorted(set(_PROVIDERS.values()) - {*VENDORS}))
    }
    for provider, ours in _PROVIDERS.items():
        for key, row in listed.items():
            if row.get("litellm_provider") != provider or row.get("mode") not in _MODES or _NOT_MODELS.match(key):
                continue
            model = key.removeprefix(f"{provider}/")
            if provider == "bedrock":
                model = key.removeprefix("bedrock/")
            if model and ("/" not in model or ours in _WITH_SLASHES) and (cost := _cost(row)):
                document[ours]["models"].setdefault(model, {"cost": cost})
    source = f"litellm {version} (MIT)"
    table = structs.replace(read_table(msgspec.json.encode(document), source, today), loose=False)
    sys.stdout.buffer.write(encoded(table))


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
    main(sys.argv[1], sys.argv[2])
