"""`planoai grafana`."""

import json
import os
import re
import stat
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from planoai.cli import main


def grafana(*words: str) -> Result:
    return CliRunner().invoke(main, ["grafana", *words])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "watch"


def test_it_writes_all_that_is_mounted_and_says_how_to_start_it(folder: Path) -> None:
    told = grafana(str(folder))
    assert told.exit_code == 0
    compose = yaml.safe_load((folder / "compose.yaml").read_text())
    mounted = [volume.partition(":")[0] for each in compose["services"].values() for volume in each["volumes"]]
    assert all((folder / place).exists() for place in mounted if place.startswith("./"))
    assert told.stdout.splitlines() == [f"✓ Wrote {file}" for file in sorted(folder.rglob("*")) if file.is_file()]
    assert f"docker compose -f {folder}/compose.yaml up -d" in told.stderr


def test_the_dashboard_reads_the_source_that_is_provided_of_the_job_that_is_scraped(folder: Path) -> None:
    grafana(str(folder))
    dashboard = json.loads((folder / "dashboards" / "brightstaff.json").read_text())
    [source] = yaml.safe_load((folder / "provisioning" / "datasources" / "prometheus.yml").read_text())["datasources"]
    [job] = yaml.safe_load((folder / "prometheus.yml").read_text())["scrape_configs"]
    [chosen] = dashboard["templating"]["list"]
    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    assert chosen["current"]["value"] == source["uid"]
    assert {panel["datasource"]["uid"] for panel in panels} == {f"${{{chosen['name']}}}"}
    exprs = [target["expr"] for panel in panels for target in panel["targets"]]
    assert {name for expr in exprs for name in re.findall('job="(.*?)"', expr)} == {job["job_name"]}


def test_what_it_starts_is_reached_from_this_machine_alone(folder: Path) -> None:
    grafana(str(folder))
    services = yaml.safe_load((folder / "compose.yaml").read_text())["services"].values()
    assert [port.split(":")[0] for each in services for port in each["ports"]] == ["127.0.0.1", "127.0.0.1"]


def test_the_users_of_the_containers_can_read_what_is_mounted(folder: Path) -> None:
    usual = os.umask(0o077)
    try:
        grafana(str(folder))
        assert os.umask(0o077) == 0o077
    finally:
        os.umask(usual)
    modes = {each.is_dir(): stat.S_IMODE(each.stat().st_mode) for each in folder.rglob("*")}
    assert modes == {True: 0o755, False: 0o644}


def test_prometheus_asks_where_it_is_told_to(folder: Path) -> None:
    told = grafana(str(folder), "--metrics", "[::1]:9192")
    [job] = yaml.safe_load((folder / "prometheus.yml").read_text())["scrape_configs"]
    assert job["static_configs"][0]["targets"] == ["[::1]:9192"]
    assert "METRICS_BIND_ADDRESS" not in told.stderr


@pytest.mark.parametrize(
    "place",
    [
        "9092",
        ":9092",
        "gateway:",
        "gateway:metrics",
        'a":1',
        "http://gateway:9092",
        "ä:1",
        "gateway:0",
        "gateway:70000",
        "a,b:1",
        "[::1:1",
    ],
)
def test_what_is_no_place_is_wrong_use(folder: Path, place: str) -> None:
    told = grafana(str(folder), "--metrics", place)
    assert told.exit_code == 2
    assert "is not an address and a port" in told.stderr
    assert not folder.exists()


def test_what_somebody_changed_is_kept_unless_they_say_so(folder: Path) -> None:
    grafana(str(folder))
    file = folder / "prometheus.yml"
    ours = file.read_text()
    file.write_text("mine: true\n")
    again = grafana(str(folder))
    assert (again.exit_code, again.stdout) == (1, "")
    assert f"Refusing to overwrite {file}: " in again.stderr
    assert file.read_text() == "mine: true\n"
    assert grafana(str(folder), "--force").exit_code == 0
    assert file.read_text() == ours


def test_twice_is_as_once(folder: Path) -> None:
    assert grafana(str(folder)).output == grafana(str(folder)).output
