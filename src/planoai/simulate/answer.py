"""What the simulated model says: a request and the options -> a `Script`. The same question always gets the same answer."""

import msgspec

from planoai.simulate.ask import Ask, Tool
from planoai.simulate.directive import without_directives
from planoai.simulate.options import Options, Stop
from planoai.simulate.sample import sample
from planoai.simulate.script import Call, Piece, Script, Text, Thought, Usage

_QUOTED = 200  # characters of what was said that the answer repeats
_CHARACTERS = 4  # a token, more or less
_WORDS = (
    "a",
    "simulated",
    "model",
    "has",
    "no",
    "thoughts",
    "of",
    "its",
    "own",
    "but",
    "many",
    "words",
    "to",
    "send",
    "along",
)


def answer(ask: Ask, options: Options) -> Script:
    """Limits and stop strings of the request are honoured; `options.stop` and the usage keys are reported as they are."""
    pieces, matched = _until_a_stop(_pieces(ask, options), ask.stops)
    pieces, cut = _within(pieces, ask.most)
    stop: Stop = "length" if cut else "sequence" if matched else _natural(pieces)
    return Script(
        pieces,
        options.stop or stop,
        _usage(ask, options, pieces),
        matched if options.stop in (None, "sequence") else None,
    )


def tokens(text: str) -> int:
    return -(-len(text) // _CHARACTERS)


def input_tokens(ask: Ask, options: Options) -> int:
    if options.input is not None:
        return options.input
    return max(1, -(-ask.characters // _CHARACTERS), options.cached + options.written)


def chosen(ask: Ask, options: Options) -> tuple[Tool, ...]:
    """The tools to call now. Where the tools have just answered, only a client that forces a call gets another one."""
    if ask.forced is not None:
        return tuple(tool for tool in ask.tools if tool.name == ask.forced)[:1]
    wanted = max(options.tools or 0, 1 if ask.choice == "any" else 0)
    if ask.choice == "none" or (ask.results and ask.choice != "any"):
        return ()
    named = tuple(tool for tool in ask.tools if tool.name == options.call)[:1]
    if named or (options.call is not None and ask.choice != "any"):
        return named
    return ask.tools[: wanted if ask.parallel else min(wanted, 1)]


def _pieces(ask: Ask, options: Options) -> tuple[Piece, ...]:
    if options.empty:
        return ()
    thoughts = (Thought(_thought(ask, options)),) if _thinks(ask, options) else ()
    tools = chosen(ask, options)
    if tools:
        said = (Text(options.text),) if options.text else ()
        return (*thoughts, *said, *(Call(tool, _arguments(tool, options)) for tool in tools))
    text = _text(ask, options)
    return (*thoughts, *((Text(text),) if text else ()))


def _thinks(ask: Ask, options: Options) -> bool:
    return ask.thinks if options.thinking is None else bool(options.thinking)


def _thought(ask: Ask, options: Options) -> str:
    if isinstance(options.thinking, str):
        return options.thinking
    return (
        "The tools have answered, so I can answer too."
        if ask.results
        else "I was asked something, and I shall answer it briefly."
    )


def _text(ask: Ask, options: Options) -> str:
    if options.text is not None:
        return options.text
    if options.words is not None:
        return " ".join(_WORDS[place % len(_WORDS)] for place in range(options.words))
    if ask.schema is not None:
        return msgspec.json.encode(sample(ask.schema)).decode()
    if ask.results:
        return " ".join(f'{result.name} answered "{_trimmed(result.text)}".' for result in ask.results)
    said = _trimmed(without_directives(ask.said))
    return f'You said "{said}".' if said else "You said nothing."


def _trimmed(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _QUOTED else text[:_QUOTED] + "..."


def _arguments(tool: Tool, options: Options) -> str:
    if options.arguments is not None and tool.name == options.call:
        return options.arguments
    if tool.custom:
        return f"input for {tool.name}"
    value = sample(tool.schema) if tool.schema else {}
    return msgspec.json.encode(value if isinstance(value, dict) else {}).decode()


def _natural(pieces: tuple[Piece, ...]) -> Stop:
    return "tools" if any(isinstance(piece, Call) for piece in pieces) else "end"


def _until_a_stop(pieces: tuple[Piece, ...], stops: tuple[str, ...]) -> tuple[tuple[Piece, ...], str | None]:
    """What comes before the first stop string in visible text, and that string."""
    for place, piece in enumerate(pieces):
        if isinstance(piece, Text):
            found = [(at, stop) for stop in stops if stop and (at := piece.text.find(stop)) >= 0]
            if found:
                at, stop = min(found, key=lambda each: each[0])
                before = (Text(piece.text[:at]),) if at else ()
                return (*pieces[:place], *before), stop
    return pieces, None


def _within(pieces: tuple[Piece, ...], most: int | None) -> tuple[tuple[Piece, ...], bool]:
    """What fits into `most` tokens, and whether that is less than all; the last piece may end in the middle."""
    if most is None:
        return pieces, False
    kept: list[Piece] = []
    for piece in pieces:
        text = piece.arguments if isinstance(piece, Call) else piece.text
        if tokens(text) > most:
            if most:
                kept.append(_shortened(piece, text[: most * _CHARACTERS]))
            return tuple(kept), True
        most -= tokens(text)
        kept.append(piece)
    return tuple(kept), False


def _shortened(piece: Piece, text: str) -> Piece:
    return Call(piece.tool, text) if isinstance(piece, Call) else type(piece)(text)


def _usage(ask: Ask, options: Options, pieces: tuple[Piece, ...]) -> Usage:
    thought = sum(tokens(piece.text) for piece in pieces if isinstance(piece, Thought))
    reasoning = thought if options.reasoning is None else options.reasoning
    said = sum(
        tokens(piece.arguments if isinstance(piece, Call) else piece.text)
        for piece in pieces
        if not isinstance(piece, Thought)
    )
    output = reasoning + said if options.output is None else options.output
    return Usage(input_tokens(ask, options), output, options.cached, options.written, min(reasoning, output))
