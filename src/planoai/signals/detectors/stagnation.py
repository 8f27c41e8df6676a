"""It goes on and on: too many turns, or somebody says again what they said before."""

from collections.abc import Iterator

from planoai.signals.options import Rules
from planoai.signals.signal import Json, Signal
from planoai.signals.single import f32
from planoai.signals.window import Said, Window

_LEAST_TOKENS = 5


def stagnation(window: Window, rules: Rules) -> Iterator[Signal]:
    if window.turns.is_dragging:
        yield _dragging(window, rules)
    yield from _repetitions(window, rules)


def _dragging(window: Window, rules: Rules) -> Signal:
    turns, efficiency = window.turns.total_turns, window.turns.efficiency_score
    return Signal(
        "interaction.stagnation.dragging",
        window.offset + max(len(window.rows) - 1, 0),
        f"Conversation dragging: {turns} turns (efficiency: {efficiency:.2f})",
        f32(1 - efficiency),
        {"total_turns": turns, "efficiency_score": efficiency, "baseline_turns": rules.limits.baseline_turns},
    )


def _repetitions(window: Window, rules: Rules) -> Iterator[Signal]:
    """Each side is compared with what it said itself."""
    spoken: dict[str, list[Said]] = {"human": [], "gpt": []}
    for said in window.said:
        older = spoken[said.role]
        if said.utterance.size >= _LEAST_TOKENS and not said.utterance.positive:
            for earlier in older[-rules.limits.repetition_look_back :]:
                if earlier.utterance.size >= _LEAST_TOKENS:
                    similarity = window.memory.likeness(said.utterance, earlier.utterance)
                    if similarity >= rules.limits.repetition_near:
                        yield _repetition(said, earlier, similarity, window, rules)
                        break
        older.append(said)


def _repetition(said: Said, earlier: Said, similarity: float, window: Window, rules: Rules) -> Signal:
    exact = similarity >= rules.limits.repetition_exact
    metadata: dict[str, Json] = {
        "repetition_type": "exact" if exact else "near_duplicate",
        "compared_to": earlier.index,
        "similarity": similarity,
        "role": said.role,
    }
    index = said.index
    if not rules.absolute_indices:  # the reference adds the offset once more
        index = window.offset + min(index, len(window.rows) - 1)
    snippet = f"{'Exact repetition' if exact else 'Near-duplicate'} with message {earlier.index}"
    return Signal("interaction.stagnation.repetition", index, snippet, similarity, metadata)
