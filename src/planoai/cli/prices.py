"""`planoai prices`: what models cost, and who says so."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from msgspec import Struct, structs
from msgspec.json import encode
from msgspec.json import format as formatted

from planoai.cli import completing, render, surroundings, talk
from planoai.config.schema import Config
from planoai.errors import BadRequest, UnknownModel
from planoai.pricing.price import Price
from planoai.pricing.prices import Found, Prices
from planoai.process.home import Home
from planoai.process.known import fetched as fetched_models
from planoai.process.prices import called, fetched, file_in, prices_for, source_of
from planoai.process.reading import read
from planoai.process.told import Refused
from planoai.providers.registry import snapshot
from planoai.routing.models import Models
from planoai.table import suggestion

_PLACE = click.Path(path_type=Path, readable=False)
_COLUMNS = ("model", "input", "output", "cache read", "cache write", "from")
_UNKNOWN = "-"
_NOT_KNOWN = "not known"


class Row(Struct, frozen=True):
    """`found` None: what it costs is not known."""

    model: str
    found: Found | None


@click.command()
@click.argument("model", required=False, shell_complete=completing.models)
@click.option(
    "--config", "file", type=_PLACE, help="The config whose models are meant. Else config.yaml, where there is one."
)
@click.option("--refresh", "again", is_flag=True, help="Read the config's source of prices anew first.")
@click.option("--json", "as_json", is_flag=True, help="Print the prices as JSON.")
def prices(model: str | None, file: Path | None, again: bool, as_json: bool) -> None:
    """Show what models cost, and who says so. In US dollars for a million tokens.

    MODEL is a name of the config or of a list of prices, or a part of names. Without it, all models of the config; without a config, all that
    have a price.

    \b
    Examples:
      planoai prices
      planoai prices gpt-5.2
      planoai prices --config config.yaml --refresh
    """
    talk.log_to_stderr(verbose=False)
    home = surroundings.home()
    config = _config(file)
    if again:
        _refresh(config, home)
    known = prices_for(config, fetched(home.root))
    source = None if config is None else source_of(config)
    if source is not None and called(source) != known.source:
        talk.say(
            f"{called(source)} was not read yet; `planoai prices --refresh` reads it, and so does a gateway that starts"
        )
    models = _models(config, home)
    rows = _of_all(known, models) if model is None else _of_one(model, known, models)
    if as_json:
        told = {"source": known.source, "as_of": known.date, "prices": [_told(row) for row in rows]}
        click.echo(formatted(encode(told), indent=2))
        return
    talk.say(f"US dollars for a million tokens; the list is from {known.source}, {known.date}")
    for line in table(rows):
        click.echo(line)


def _config(file: Path | None) -> Config | None:
    """Raises ClickException for one that is named and not there, or wrong."""
    found = surroundings.found(Path()) if file is None else surroundings.config_file(file, Path())
    if found is None:
        return None
    loaded = read(found.absolute(), surroundings.variables(), refuse_unserved=False)
    if isinstance(loaded, Refused):
        raise click.ClickException(render.refused(loaded))
    return loaded.config


def _refresh(config: Config | None, home: Home) -> None:
    from planoai.net.proxy import Proxies
    from planoai.process.price_feeds import refresh

    try:
        proxies = Proxies.of(surroundings.variables())
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    home.make()
    today = datetime.now(UTC).date().isoformat()
    told = None if config is None else asyncio.run(refresh(config, home.root, proxies, today))
    if told is None:
        raise click.ClickException(
            "no source of prices is configured; write `- {type: cost, provider: models.dev}` under `model_metrics_sources`"
        )
    if told.problem:
        raise click.ClickException(f"{told.source}: {told.problem}; its prices stay as they are")
    talk.say(f"{told.source}: prices of {told.models} model{'' if told.models == 1 else 's'}, in {file_in(home.root)}")


def _models(config: Config | None, home: Home) -> Models | None:
    if config is None:
        return None
    aliases = {name: alias.target for name, alias in config.model_aliases.items()}
    return Models(config.model_providers, aliases, fetched_models(home.root) or snapshot())


def _of_all(known: Prices, models: Models | None) -> list[Row]:
    if models is None:
        return [Row(name, known.found(name)) for name in known.known()]
    return [Row(each.name, known.found(each.full_name)) for each in models.listed]


def _of_one(asked: str, known: Prices, models: Models | None) -> list[Row]:
    """What is called so, else what has it in its name. Raises ClickException where nothing has."""
    row = None if models is None else _configured(asked, known, models)
    if row is not None and row.found is None:
        raise click.ClickException(f"what {asked!r} costs is not known; `price` in its entry of the config says it")
    row = row or Row(asked, known.found(asked))
    if row.found is not None:
        return [row]
    names = _names(known, models)
    part = asked.lower()
    if like := [name for name in names if part in name.lower() or part in names[name].lower()]:
        return [Row(names[name], known.found(name)) for name in like]
    raise click.ClickException(f"what {asked!r} costs is not known{suggestion(asked, (*_ids(names), *names), shown=0)}")


def _names(known: Prices, models: Models | None) -> dict[str, str]:
    """What the models are called, by their full names: those of the config first, then what else the lists have."""
    configured = {} if models is None else {each.full_name: each.name for each in models.listed}
    return {**configured, **{name: name for name in known.known() if name not in configured}}


def _configured(asked: str, known: Prices, models: Models) -> Row | None:
    try:
        target = models.plan(asked).candidates[0].target
    except (UnknownModel, BadRequest):
        return None
    return Row(target.name, known.found(target.full_name))


def _ids(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name.partition("/")[2] or name for name in names))


def table(rows: Iterable[Row]) -> list[str]:
    """The rows below each other; what longer requests cost has a line of its own."""
    cells: list[Sequence[str]] = [_COLUMNS]
    for row in rows:
        if row.found is None:
            cells.append((row.model, *(_UNKNOWN,) * 4, _NOT_KNOWN))
            continue
        cells.append((row.model, *_rates(row.found.price), " ".join(filter(None, (row.found.source, row.found.date)))))
        tiers = sorted(row.found.price.tiers, key=lambda tier: tier.above)
        cells.extend((f"  from {tier.above + 1:,} tokens", *_rates(tier.price), "") for tier in tiers)
    widths = [max(len(line[place]) for line in cells) for place in range(len(_COLUMNS))]
    return ["  ".join(map(_aligned, line, widths, range(len(line)))).rstrip() for line in cells]


def _aligned(cell: str, width: int, place: int) -> str:
    return cell.rjust(width) if 0 < place < len(_COLUMNS) - 1 else cell.ljust(width)


def _rates(price: Price) -> tuple[str, str, str, str]:
    return _rate(price.input), _rate(price.output), _rate(price.cache_read), _rate(price.cache_write)


def _rate(rate: float | None) -> str:
    return _UNKNOWN if rate is None else f"{rate:.6f}".rstrip("0").rstrip(".")


def _told(row: Row) -> dict[str, object]:
    if row.found is None:
        return {"model": row.model, "source": None}
    return {
        "model": row.model,
        **structs.asdict(row.found.price),
        "source": row.found.source,
        "as_of": row.found.date or None,
    }
