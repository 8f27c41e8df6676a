"""`planoai grafana`: Prometheus and Grafana for the gateway, as a folder to start them from."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from planoai.cli import surroundings, talk
from planoai.config import readers

_STACK = Path(__file__).parent / "stack"
_GATEWAY = "host.docker.internal:9092"


def _place(context: click.Context, option: click.Parameter, value: str) -> str:  # noqa: ARG001
    try:
        return readers.bind(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not an address and a port, such as 127.0.0.1:9092") from None


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default="grafana")
@click.option(
    "--metrics",
    metavar="HOST:PORT",
    callback=_place,
    default=_GATEWAY,
    show_default=True,
    help="Where Prometheus finds the gateway's metrics. Without Docker that is 127.0.0.1:9092.",
)
@click.option("--force", is_flag=True, help="Overwrite what was changed there.")
def grafana(folder: Path, metrics: str, force: bool) -> None:
    """Write what shows the gateway in Grafana: a compose file, and the settings of Prometheus and Grafana with the dashboard.

    FOLDER is `grafana` unless another is named. Its dashboards/brightstaff.json can be imported into a Grafana that you have, too.

    \b
    Examples:
      planoai grafana
      planoai grafana ~/monitoring --metrics 10.0.0.5:9092
    """
    folder = surroundings.told(folder)
    files = dict(_files(metrics))
    changed = [name for name, text in files.items() if _differs(folder / name, text)]
    if changed and not force:
        raise click.ClickException(
            f"Refusing to overwrite {', '.join(str(folder / name) for name in changed)}: name another folder, or say --force"
        )
    with _seen_by_others():
        for name, text in files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            click.echo(f"✓ Wrote {file}")
    talk.say(
        f"docker compose -f {folder / 'compose.yaml'} up -d    starts them; the dashboard is at http://127.0.0.1:3000 (admin, admin)"
    )
    if metrics == _GATEWAY:
        talk.say(
            "Without a config, `planoai up` shows its metrics to this machine alone, where no container sees them: "
            "METRICS_BIND_ADDRESS=0.0.0.0:9092 planoai up"
        )


@contextmanager
def _seen_by_others() -> Iterator[None]:
    """What is written can be read by all: in their containers Prometheus and Grafana are users of their own."""
    usual = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(usual)


def _files(metrics: str) -> Iterator[tuple[str, str]]:
    """By their place in the folder."""
    for file in sorted(_STACK.rglob("*")):
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            yield file.relative_to(_STACK).as_posix(), text.replace(f'"{_GATEWAY}"', f'"{metrics}"')


def _differs(file: Path, text: str) -> bool:
    return file.exists() and file.read_text(encoding="utf-8", errors="replace") != text
