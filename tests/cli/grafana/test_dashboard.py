"""The dashboard asks for nothing that the gateway does not measure."""

import json
import re
from pathlib import Path

import pytest

import planoai.cli.grafana
from planoai.cli.grafana import dashboard
from planoai.cli.grafana.panels import ROWS, Panel
from tests.support.promql import family, problems, selected

FILE = Path(planoai.cli.grafana.__file__).parent / "stack" / "dashboards" / "brightstaff.json"
PANELS = [pytest.param(panel, id=panel.title) for row in ROWS for panel in row.panels]


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_shows_families_that_are_there_by_labels_that_they_have(panel: Panel) -> None:
    for query in panel.queries:
        assert list(selected(query.expr))
        assert list(problems(query.expr)) == []
        assert set(re.findall(r"\{\{(\w+)\}\}", query.legend)) <= set(re.findall(r"\w+", query.expr))


@pytest.mark.parametrize(
    ("expr", "said"),
    [
        ("sum by (team) (rate(plano_cost_usd_total[5m]))", "nothing here has the label team"),
        ('plano_records_dropped_total{what="body"}', "plano_records_dropped_total has no label what"),
        ('plano_records_dropped_total{kind=~"body|line"}', "kind is never line"),
    ],
)
def test_what_a_family_does_not_have_is_seen(expr: str, said: str) -> None:
    assert list(problems(expr)) == [said]


@pytest.mark.parametrize("name", ["envoy_cluster_upstream_rq_total", "brightstaff_build_info_bucket"])
def test_a_family_that_is_not_there_is_seen(name: str) -> None:
    with pytest.raises(KeyError):
        family(name)


@pytest.mark.parametrize("panel", [panel for panel in PANELS if "percentunit" in str(panel.values)])
def test_a_ratio_is_right_however_few_requests_there_are(panel: Panel) -> None:
    for query in panel.queries:
        _, divided, by = query.expr.partition(" / ")
        assert not divided or re.search(r"^clamp_min\(.*, 1e-9\)$", by)


def test_the_file_is_what_is_written_of_the_panels() -> None:
    said = f"run `python -m planoai.cli.grafana.dashboard > src/planoai/cli/grafana/stack/dashboards/{FILE.name}`"
    assert FILE.read_text(encoding="utf-8") == dashboard.page(), said


def test_panels_do_not_cover_each_other_and_fill_the_width() -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in json.loads(FILE.read_text(encoding="utf-8"))["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for cell in (
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        ):
            assert cell not in taken, f"{panel['title']} covers {taken[cell]}"
            taken[cell] = panel["title"]
