"""How metrics are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.names.metrics import Family, Label
from planoai.observability.metrics.series import Histogram, Numbers, label
from planoai.observability.metrics.text import asks_for_open_metrics, written
from tests.observability.metrics.scraped import families

COUNTER = Family("things_total", "counter", 'A "thing"\nof \\ ours.', (Label("kind"), Label("of")))
HISTOGRAM = Family("things_seconds", "histogram", "How long.", (Label("kind"),), (0.25, 1.0, 2.5))

PROMETHEUS_2 = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)


def counter(amount: float = 3, *labels: str) -> Numbers:
    numbers = Numbers(COUNTER)
    numbers[labels or ("a", "b")].value = amount
    return numbers


def histogram(*values: float) -> Histogram:
    made = Histogram(HISTOGRAM)
    for each in values:
        made[("a",)].add(each)
    return made


def test_a_counter_is_a_line_under_its_help_and_type() -> None:
    assert written([counter()]).decode() == (
        '# HELP things_total A "thing"\\nof \\\\ ours.\n# TYPE things_total counter\nthings_total{kind="a",of="b"} 3\n'
    )


def test_open_metrics_has_an_end_and_names_a_counter_without_its_ending() -> None:
    assert written([counter()], open_metrics=True).decode() == (
        '# HELP things A \\"thing\\"\\nof \\\\ ours.\n# TYPE things counter\nthings_total{kind="a",of="b"} 3\n# EOF\n'
    )


def test_a_histogram_counts_what_is_at_most_each_limit() -> None:
    assert written([histogram(0.25, 0.3, 2.5, 9.0)]).decode().splitlines()[2:] == [
        'things_seconds_bucket{kind="a",le="0.25"} 1',
        'things_seconds_bucket{kind="a",le="1"} 2',
        'things_seconds_bucket{kind="a",le="2.5"} 3',
        'things_seconds_bucket{kind="a",le="+Inf"} 4',
        'things_seconds_sum{kind="a"} 12.05',
        'things_seconds_count{kind="a"} 4',
    ]


def test_open_metrics_writes_limits_as_the_fractions_they_are() -> None:
    assert b'le="1.0"' in written([histogram(1.0)], open_metrics=True)


@given(st.text(max_size=300), st.text(st.characters(codec=None), max_size=30))
def test_labels_are_read_as_they_were_written(first: str, second: str) -> None:
    wanted = {"kind": label(first), "of": label(second)}
    for open_metrics in (False, True):
        text = written([counter(1, *wanted.values())], open_metrics=open_metrics)
        (family,) = families(text, open_metrics=open_metrics)
        assert [each.labels for each in family.samples] == [wanted]


@given(st.text(st.characters(codec=None), max_size=300))
def test_a_label_is_what_it_was_but_for_what_can_not_be_written(value: str) -> None:
    made = label(value)
    made.encode()
    assert label(made) == made
    assert len(made) == min(len(value), 200)
    assert all(new in (old, "?") for new, old in zip(made, value, strict=False))


@given(st.floats() | st.integers(-(10**30), 10**30))
def test_numbers_are_read_as_they_were_written(number: float) -> None:
    gauge = Numbers(Family("thing", "gauge", "One."))
    gauge[()].value = number
    for open_metrics in (False, True):
        (family,) = families(written([gauge], open_metrics=open_metrics), open_metrics=open_metrics)
        assert repr(float(family.samples[0].value)) == repr(float(number))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_a_histogram_holds_all_that_was_added(values: list[float]) -> None:
    (family,) = families(written([histogram(*values)]))
    found = {(each.name, each.labels.get("le")): each.value for each in family.samples}
    for limit in ("0.25", "1", "2.5", "+Inf"):
        assert found["things_seconds_bucket", limit] == sum(value <= float(limit) for value in values)
    assert found["things_seconds_count", None] == len(values)
    assert found["things_seconds_sum", None] == pytest.approx(sum(values), abs=1e-6)


@pytest.mark.parametrize(
    ("accepted", "openly"),
    [
        ("", False),
        ("*/*", False),
        ("text/plain", False),
        ("application/openmetrics-text", True),
        ("Application/OpenMetrics-Text; Version=1.0.0; charset=utf-8", True),
        (PROMETHEUS_2, True),
        ("application/openmetrics-text;version=2.0.0,text/plain;q=0.1", False),
        ("application/openmetrics-text;q=0.2,text/plain;q=0.9", False),
        ("application/openmetrics-text;q=0", False),
        ("application/openmetrics-text;q=much", False),
        (";;,=;q", False),
    ],
)
def test_open_metrics_is_written_where_it_is_liked_best(accepted: str, *, openly: bool) -> None:
    assert asks_for_open_metrics(accepted) is openly
