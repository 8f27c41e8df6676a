"""Every histogram that collectors of OpenTelemetry are told, once: its name, its unit, what it measures, its buckets.

https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-metrics.md has all four.
"""

from msgspec import Struct

TOKEN_TYPE = "gen_ai.token.type"  # noqa: S105 - the name of an attribute

_SECONDS = tuple(0.01 * 2**power for power in range(14))
_TOKENS = tuple(4.0**power for power in range(14))
_FIRST = (0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
_PER_TOKEN = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5)


class Instrument(Struct, frozen=True):
    name: str
    unit: str
    says: str
    bounds: tuple[float, ...]


TOKENS = Instrument("gen_ai.client.token.usage", "{token}", "Tokens of a request's input, or of its output.", _TOKENS)
DURATION = Instrument("gen_ai.client.operation.duration", "s", "How long a try at a model took.", _SECONDS)
REQUEST = Instrument("gen_ai.server.request.duration", "s", "How long a client was answered.", _SECONDS)
FIRST_TOKEN = Instrument(
    "gen_ai.server.time_to_first_token", "s", "From the request to the model to the first byte for the client.", _FIRST
)
PER_TOKEN = Instrument(
    "gen_ai.server.time_per_output_token", "s", "Of a stream, for each token after the first.", _PER_TOKEN
)
INSTRUMENTS = (TOKENS, DURATION, REQUEST, FIRST_TOKEN, PER_TOKEN)
