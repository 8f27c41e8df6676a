"""What is counted of one model: its children of every family that has the labels `provider` and `model`. Pure."""

from collections.abc import Iterator

from planoai.conversation.usage import Usage
from planoai.names import metrics as names
from planoai.observability.metrics.series import Histogram, Numbers, Series, label
from planoai.observability.observation import named

MOST = 200  # pairs of provider and model; what comes after them is counted together
_LONGEST = 256  # characters of a full name that are looked at


class Families:
    def __init__(self) -> None:
        self.requests = Numbers(names.UPSTREAM_REQUESTS)
        self.seconds = Histogram(names.UPSTREAM_SECONDS)
        self.first_token = Histogram(names.FIRST_TOKEN_SECONDS)
        self.tokens = Numbers(names.TOKENS)
        self.missing = Numbers(names.USAGE_MISSING)
        self.cached = Numbers(names.CACHED_PROMPTS)
        self.per_token = Histogram(names.PER_TOKEN_SECONDS)
        self.rate = Histogram(names.TOKEN_RATE)
        self.input = Histogram(names.INPUT_LENGTH)
        self.output = Histogram(names.OUTPUT_LENGTH)
        self.cost = Numbers(names.COST)

    def __iter__(self) -> Iterator[Series]:
        return iter(
            (
                self.requests,
                self.seconds,
                self.first_token,
                self.tokens,
                self.missing,
                self.cached,
                self.per_token,
                self.rate,
                self.input,
                self.output,
                self.cost,
            )
        )


class Model:
    """Its children are there from the start, so that what has not happened is known to be 0; but for the many kinds of answers that are not fine."""

    __slots__ = (
        "_pair",
        "_requests",
        "completion",
        "cost",
        "fine",
        "first_token",
        "hit",
        "input",
        "miss",
        "missing",
        "output",
        "per_token",
        "prompt",
        "rate",
        "read",
        "seconds",
        "written",
    )

    def __init__(self, pair: tuple[str, str], families: Families) -> None:
        self._pair = pair
        self._requests = families.requests
        self.fine = families.requests[*pair, "2xx", "none"]
        self.seconds = families.seconds[pair]
        self.first_token = families.first_token[pair]
        self.prompt, self.completion, self.read, self.written = (
            families.tokens[*pair, kind] for kind in names.KIND.values
        )
        self.missing = families.missing[pair]
        self.hit, self.miss = (families.cached[*pair, outcome] for outcome in names.CACHE_OUTCOME.values)
        self.per_token = families.per_token[pair]
        self.rate = families.rate[pair]
        self.input = families.input[pair]
        self.output = families.output[pair]
        self.cost = families.cost[pair]

    def tried(self, status_class: str, error_class: str) -> None:
        self._requests[*self._pair, status_class, error_class].value += 1

    def used(self, usage: Usage) -> None:
        prompt, read, completion = usage.input, usage.cache_read, usage.output
        self.prompt.value += prompt
        self.completion.value += completion
        self.read.value += read
        self.written.value += usage.cache_write
        (self.hit if read else self.miss).value += 1
        self.input.add(prompt)
        self.output.add(completion)


class Models:
    """Of all models."""

    def __init__(self) -> None:
        self.families = Families()
        self._known: dict[str, Model] = {}
        self._others: Model | None = None

    def of(self, full_name: str) -> Model:
        """`provider/model`."""
        full_name = full_name[:_LONGEST]
        return self._known.get(full_name) or self._first(full_name)

    def _first(self, full_name: str) -> Model:
        if len(self._known) < MOST:
            provider, model = named(full_name)
            found = self._known[full_name] = Model((label(provider), label(model)), self.families)
            return found
        if self._others is None:
            self._others = Model((names.OTHER, names.OTHER), self.families)
        return self._others
