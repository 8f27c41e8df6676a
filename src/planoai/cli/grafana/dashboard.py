"""The dashboard as Grafana reads it. Pure: `python -m planoai.cli.grafana.dashboard > src/planoai/cli/grafana/stack/dashboards/brightstaff.json`."""

import json
import sys
from collections.abc import Iterator
from string import ascii_uppercase

from planoai.cli.grafana.panels import ROWS, Panel

_SOURCE = {"type": "prometheus", "uid": "${source}"}
_SOURCES = {  # to choose from, where the dashboard is imported into a Grafana with sources of its own
    "name": "source",
    "label": "Source",
    "type": "datasource",
    "query": "prometheus",
    "current": {"text": "Prometheus", "value": "DS_PROMETHEUS"},
}
_COLUMNS = 24
_HEIGHT = 8
_RIGHT = {  # a series that is called CPU has an axis of its own
    "matcher": {"id": "byName", "options": "CPU"},
    "properties": [
        {"id": "unit", "value": "short"},
        {"id": "custom.axisPlacement", "value": "right"},
    ],
}
_LAST = {"calcs": ["lastNotNull"], "fields": "", "values": False}


def page() -> str:
    """As it stands in its file."""
    return json.dumps(dashboard(), indent=2) + "\n"


def dashboard() -> dict[str, object]:
    return {
        "uid": "brightstaff",
        "title": "Brightstaff (Plano dataplane)",
        "tags": ["plano", "brightstaff", "llm"],
        "schemaVersion": 39,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "templating": {"list": [_SOURCES]},
        "panels": [{"id": number, **each} for number, each in enumerate(_panels(), start=1)],
    }


def _panels() -> Iterator[dict[str, object]]:
    """Each row's heading, and what stands below it."""
    top = 0
    for row in ROWS:
        yield {
            "type": "row",
            "title": row.title,
            "collapsed": False,
            "gridPos": _place(0, top, _COLUMNS, 1),
            "panels": [],
        }
        top += 1
        width = _COLUMNS // row.abreast
        for number, panel in enumerate(row.panels):
            line, place = divmod(number, row.abreast)
            yield _panel(panel, _place(place * width, top + line * _HEIGHT, width, _HEIGHT))
        top += -(-len(row.panels) // row.abreast) * _HEIGHT


def _place(x: int, y: int, width: int, height: int) -> dict[str, int]:
    return {"x": x, "y": y, "w": width, "h": height}


def _panel(panel: Panel, place: dict[str, int]) -> dict[str, object]:
    targets = zip(ascii_uppercase, panel.queries, strict=False)
    two_axes = any(query.legend == "CPU" for query in panel.queries)
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.says,
        "datasource": _SOURCE,
        "gridPos": place,
        "targets": [
            {
                "refId": letter,
                "datasource": _SOURCE,
                "expr": query.expr,
                "legendFormat": query.legend,
                "instant": panel.kind != "timeseries",
                "range": panel.kind == "timeseries",
            }
            for letter, query in targets
        ],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": [_RIGHT] if two_axes else []},
        "options": _options(panel),
    }


def _defaults(panel: Panel) -> dict[str, object]:
    found: dict[str, object] = {
        "unit": panel.unit,
        "min": 0,
        "thresholds": {
            "mode": "absolute",
            "steps": [{"color": colour, "value": value} for colour, value in panel.steps],
        },
    }
    if panel.kind == "timeseries":
        found["custom"] = {
            "drawStyle": "line",
            "fillOpacity": 30 if panel.stacked else 10,
            "showPoints": "never",
            "stacking": {"mode": "normal" if panel.stacked else "none", "group": "A"},
        }
    return found


def _options(panel: Panel) -> dict[str, object]:
    match panel.kind:
        case "timeseries":
            return {
                "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
                "tooltip": {"mode": "multi", "sort": "desc"},
            }
        case "stat":
            return {"reduceOptions": _LAST, "colorMode": "value", "graphMode": "none", "textMode": "auto"}
        case "bargauge":
            return {"reduceOptions": _LAST, "orientation": "horizontal", "displayMode": "gradient"}


if __name__ == "__main__":
    sys.stdout.write(page())
