"""The cases that docs/prices.md works by hand."""

import json
from collections.abc import Iterator

import msgspec
import pytest

from planoai.apis import DIALECTS
from planoai.apis.dialect import Envelope
from planoai.conversation.event import UsageTold
from planoai.conversation.usage import Usage
from planoai.pricing.catalogs import read_table
from planoai.pricing.price import Price, cost
from planoai.pricing.prices import Own, Prices
from planoai.process.prices import prices_for
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "prices.md").read_text(encoding="utf-8")
MILLIONTH = 1e-6

# An answer of each API, for its usage.
ANSWERS = {
    "Chat": ("openai_chat", '{"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}], "usage": %s}'),
    "Messages": ("anthropic_messages", '{"type": "message", "content": [], "stop_reason": "end_turn", "usage": %s}'),
    "Responses": ("openai_responses", '{"status": "completed", "output": [], "usage": %s}'),
    "Converse": (
        "bedrock_converse",
        '{"output": {"message": {"content": [{"text": "hi"}]}}, "stopReason": "end_turn", "usage": %s}',
    ),
}


def rows(columns: int) -> Iterator[list[str]]:
    """Of the table with so many columns and an amount in the last; code without its marks."""
    for line in PAGE.splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("|").split(" | ")]
        if line.startswith("|") and len(cells) == columns and cells[-1].removeprefix("0.").isdigit():
            yield cells


def by_hand(sum_of_products: str) -> float:
    products = (product.split(" × ") for product in sum_of_products.split(" + "))
    return sum(float(tokens) * float(rate) for tokens, rate in products) / 1_000_000


def usage_in(api: str, told: str) -> Usage:
    dialect, answer = ANSWERS[api]
    events = DIALECTS[dialect].upstream.read_answer((answer % told).encode(), Envelope("seed", 0, "model"))
    usages = [event.usage for event in events if isinstance(event, UsageTold)]
    return usages[-1]


USAGES = list(rows(6))
LISTS = list(rows(5))


@pytest.mark.parametrize("case", USAGES, ids=lambda case: str(case[0]))
def test_a_usage_costs_what_the_page_says(case: list[str]) -> None:
    _, api, usage, price, worked, amount = case
    assert by_hand(worked) == pytest.approx(float(amount), abs=MILLIONTH / 2)
    total = cost(usage_in(api, usage), msgspec.json.decode(price, type=Price)).total
    assert abs(total - by_hand(worked)) < 1e-12
    assert abs(total - float(amount)) <= MILLIONTH


@pytest.mark.parametrize("case", LISTS, ids=lambda case: str(case[0]))
def test_a_price_of_a_list_is_read_and_found_as_the_page_says(case: list[str]) -> None:
    _, listed, model, worked, amount = case
    price = Prices(Own(), [read_table(listed.encode(), "a list", "2026-11-23")]).find(model)
    assert price is not None
    total = cost(Usage(fresh=2000, cache_read=8000, output=1000), price).total
    assert abs(total - by_hand(worked)) < 1e-12
    assert abs(total - float(amount)) <= MILLIONTH


def test_every_case_of_the_page_is_tried() -> None:
    assert (len(USAGES), len(LISTS)) == (PAGE.count("| Chat |") + PAGE.count("| Messages |") + 3, 7)
    assert {each[1] for each in USAGES} == set(ANSWERS)


@pytest.mark.parametrize(
    "name",
    [
        "claude-haiku-4-5-20251001",
        "claude-sonnet-4.6",
        "do/openai-gpt-5.4",
        "openrouter/anthropic/claude-sonnet-4.5",
        "openai/gpt-5.2-2025-12-11",
        "amazon_bedrock/arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-6",
        "Claude/claude-sonnet-4-6",
    ],
)
def test_the_names_of_the_page_are_in_the_list_of_the_package(name: str) -> None:
    assert prices_for(None, None).find(name) is not None


def test_the_file_of_the_page_is_one() -> None:
    told = next(line for line in PAGE.splitlines() if line.startswith('{"prices"'))
    table = read_table(told.encode(), "a file", "2026-11-23")
    assert table.prices == {"openai/gpt-5.2": Price(1.4, 11.2, 0.14), "house/llama": Price(0.0, 0.0)}
    assert json.loads(told)
