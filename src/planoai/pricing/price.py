"""What a model costs, and what a usage costs by it. Amounts are exact as far as floats are: they are rounded where they are shown."""

from msgspec import Struct

from planoai.conversation.usage import Usage

_MILLION = 1_000_000

# Of what is written to a cache where nothing else is told: a quarter more than the input, and twice the input for what is kept for an hour. These are
# Anthropic's terms, which the other vendors that charge for writing took over.
_WRITTEN = 1.25
_WRITTEN_FOR_AN_HOUR = 2.0


class Price(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """US dollars for a million tokens. None is what nobody told.

    `cache_read` None: as `input`. `cache_write` None: 1.25 times `input`. `cache_write_1h` None: 1.6 times what any other write costs, which makes it
    twice the input at the usual rates. `reasoning` None: as `output`. `tiers`: what replaces these rates for long requests, in any order.
    """

    input: float
    output: float
    cache_read: float | None = None
    cache_write: float | None = None
    cache_write_1h: float | None = None
    reasoning: float | None = None
    tiers: tuple["Tier", ...] = ()

    def at(self, tokens: int) -> "Price":
        """The rates of a request of so many `tokens` of input, cached ones included. They hold for all of its tokens, not for those above a limit."""
        reached = [tier for tier in self.tiers if tokens > tier.above]
        return max(reached, key=lambda tier: tier.above).price if reached else self


class Tier(Struct, frozen=True, forbid_unknown_fields=True):
    """`price` of requests whose input is more than `above` tokens."""

    above: int
    price: Price


class Cost(Struct, frozen=True):
    """US dollars. `cache_read` and `cache_write` are parts of `input`, which is what the whole request cost."""

    input: float
    output: float
    cache_read: float = 0.0
    cache_write: float = 0.0

    @property
    def total(self) -> float:
        return self.input + self.output


FREE = Price(0.0, 0.0)


def cost(usage: Usage, price: Price) -> Cost:
    """What `usage` costs: it counts the input without overlap, whatever the API counts inside what."""
    rates = price.at(usage.input)
    read_rate = rates.input if rates.cache_read is None else rates.cache_read
    write_rate = rates.input * _WRITTEN if rates.cache_write is None else rates.cache_write
    hour_rate = write_rate * _WRITTEN_FOR_AN_HOUR / _WRITTEN if rates.cache_write_1h is None else rates.cache_write_1h
    thought_rate = rates.output if rates.reasoning is None else rates.reasoning
    for_an_hour = min(usage.cache_write_1h, usage.cache_write)
    thought = min(usage.reasoning, usage.output)
    read = usage.cache_read * read_rate / _MILLION
    written = ((usage.cache_write - for_an_hour) * write_rate + for_an_hour * hour_rate) / _MILLION
    said = ((usage.output - thought) * rates.output + thought * thought_rate) / _MILLION
    return Cost(
        input=usage.fresh * rates.input / _MILLION + read + written, output=said, cache_read=read, cache_write=written
    )
