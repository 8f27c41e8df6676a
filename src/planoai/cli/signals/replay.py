"""`planoai signals replay`: conversations from stdin, a report of each to stdout."""

import gc
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from io import BufferedReader
from typing import TYPE_CHECKING, cast

import click

from planoai.cli.signals.blocks import blocks
from planoai.cli.signals.options import of_analyzer, options, progress

if TYPE_CHECKING:
    from planoai.cli.signals.workers import Work
    from planoai.signals.options import Options

_SELDOM = 100_000  # hardly anything that is made for a report needs the collector to go away


@click.command()
@click.option(
    "--workers", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes that share the work."
)
@of_analyzer
@click.option("--native", is_flag=True, help="Add quality_score, turn_metrics and concerning to each report.")
def replay(workers: int, profile: str, window: int, native: bool) -> None:
    """Write a report of each conversation on stdin, one a line, in the order they come.

    A line of stdin is {"id": ..., "messages": [{"from": ..., "value": ...}, ...]}, where a message is from
    `human`, `gpt`, `function_call` or `observation`. A line of stdout is {"id": ..., "report": {...}}; in the
    place of a line that can not be read stands {"id": null, "error": ...}.

    \b
    Examples:
      planoai signals replay < conversations.jsonl > reports.jsonl
      planoai signals replay --workers 4 --profile strict < conversations.jsonl > reports.jsonl
    """
    make = partial(_work, options(profile, window), native)
    out = sys.stdout.buffer
    with _seldom_collected(), ExitStack() as stack:
        shown = progress(beside=True)
        stack.callback(shown.end)
        for answer in _answers(make, workers, stack):
            out.write(answer)
            out.flush()
            shown.add(answer.count(b"\n"))


def _answers(make: "partial[Work]", workers: int, stack: ExitStack) -> Iterator[bytes]:
    given = blocks(cast("BufferedReader", sys.stdin.buffer).read1)
    if workers == 1:
        return map(make(), given)
    from planoai.cli.signals.workers import Workers

    return stack.enter_context(Workers(make, workers)).answers(given)


def _work(analyzer: "Options", native: bool) -> "Work":
    from planoai.cli.signals.lines import Reader

    return Reader(analyzer, native=native).block


@contextmanager
def _seldom_collected() -> Iterator[None]:
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_SELDOM, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
