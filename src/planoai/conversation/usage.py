"""What an answer consumed, counted once and without overlap."""

from msgspec import Struct


class Usage(Struct, frozen=True, omit_defaults=True):
    """Tokens. `fresh`, `cache_read` and `cache_write` are disjoint and together are the whole input.

    OpenAI counts cached tokens inside `prompt_tokens`, Anthropic and Bedrock count them beside `input_tokens`; here they always stand apart.
    `reasoning` is the part of `output` that was thought and not said. `cache_write_1h` is the part of `cache_write` kept for an hour.
    """

    fresh: int = 0
    cache_read: int = 0
    cache_write: int = 0
    output: int = 0
    reasoning: int = 0
    cache_write_1h: int = 0

    @property
    def input(self) -> int:
        return self.fresh + self.cache_read + self.cache_write

    @property
    def total(self) -> int:
        return self.input + self.output
