"""Rows of a Parquet file, some at a time, for whoever has pyarrow."""

from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from planoai.cli.signals.conversations import Item

_ROWS = 64


def rows(file: Path, wanted: Iterable[str]) -> Iterator[Item]:
    """Of the columns that are `wanted` and there. Raises ClickException where it can not be read."""
    try:
        parquet: Any = import_module("pyarrow.parquet")
        broken: type[Exception] = import_module("pyarrow").ArrowException
    except ImportError:
        raise click.ClickException(f"{file} is a Parquet file: `pip install 'planoai[parquet]'` reads those") from None
    try:
        with parquet.ParquetFile(file) as table:
            columns = [name for name in table.schema_arrow.names if name in frozenset(wanted)]
            batches = table.iter_batches(batch_size=_ROWS, columns=columns)
            every = (row for batch in batches for row in batch.to_pylist())
            for number, row in enumerate(every, start=1):
                yield Item(f"row {number}", {key: without_nulls(value) for key, value in row.items()})
    except (broken, ValueError, OverflowError) as error:  # the last two: a time that Python has no value for
        raise click.ClickException(f"{file} can not be read: {str(error).splitlines()[0]}") from None


def without_nulls(value: object) -> object:
    """In a column every row has every field: what is null was not there."""
    if isinstance(value, dict):
        return {key: without_nulls(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [without_nulls(each) for each in value]
    return value
