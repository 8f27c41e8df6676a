"""What is looked for in a conversation, one category a file; the order is that of the groups in a report."""

from collections.abc import Callable, Iterable
from typing import Literal

from msgspec import Struct

from planoai.signals.detectors.disengagement import disengagement
from planoai.signals.detectors.exhaustion import exhaustion
from planoai.signals.detectors.failure import failure
from planoai.signals.detectors.loops import loops
from planoai.signals.detectors.misalignment import misalignment
from planoai.signals.detectors.satisfaction import satisfaction
from planoai.signals.detectors.stagnation import stagnation
from planoai.signals.options import Rules
from planoai.signals.signal import Signal
from planoai.signals.window import Window

Layer = Literal["interaction", "execution", "environment"]


class Detector(Struct, frozen=True):
    """One category: `detect` finds its signals in the order a report lists them."""

    category: str
    layer: Layer
    detect: Callable[[Window, Rules], Iterable[Signal]]


DETECTORS = (
    Detector("misalignment", "interaction", misalignment),
    Detector("stagnation", "interaction", stagnation),
    Detector("disengagement", "interaction", disengagement),
    Detector("satisfaction", "interaction", satisfaction),
    Detector("failure", "execution", failure),
    Detector("loops", "execution", loops),
    Detector("exhaustion", "environment", exhaustion),
)
