"""Single precision: the reference grades with 32-bit floats, so every quotient is made in double precision and rounded once, here."""

from struct import Struct

SLACK = 1 - 1e-6  # of a limit: what does not even reach that much of it does not reach it, however it is rounded

_SINGLE = Struct("<f")


def f32(x: float) -> float:
    """The single-precision number nearest to `x`, as the double that equals it."""
    rounded: float = _SINGLE.unpack(_SINGLE.pack(x))[0]
    return rounded
