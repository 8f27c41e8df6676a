"""Why an answer ended."""

import pytest

from planoai.conversation.event import FinishReason, settled


@pytest.mark.parametrize("told", [None, "stop", "tool_calls"])
def test_calls_decide_what_a_natural_end_is(told: FinishReason | None) -> None:
    assert settled(told, called=True) == "tool_calls"
    assert settled(told, called=False) == "stop"


@pytest.mark.parametrize("told", ["length", "refusal", "filtered", "pause", "stop_sequence"])
def test_any_other_end_stays_what_it_is(told: FinishReason) -> None:
    assert settled(told, called=True) == settled(told, called=False) == told
