import pytest
from bench.accesslog import Records
from bench.exchange import Exchange, Load
from bench.measured import Measured, Sample
from bench.recorded import Recorded
from bench.report import tables, written
from bench.rows import Group, Row
from msgspec import structs


def measured(target: str, name: str, group: Group, *samples: Sample, beside: str | None = None) -> Measured:
    return Measured(Row(name, group, target, Exchange(), beside), 16, samples)


def sample(
    cpu: float | None, first: float | None = None, late: float | None = None, *, recorder: float = 0.0
) -> Sample:
    """One second in which 1,000 exchanges took `cpu` seconds together; times in milliseconds."""
    load = Load(1000, 1.0, 2.0, 9.0, first_ms=first, late_ms=late)
    if cpu is None:
        return Sample(load)
    if not recorder:
        return Sample(load, cpu={"worker": cpu}, resident={"worker": 26.0})
    return Sample(
        load,
        cpu={"worker": cpu, "recorder": recorder, "supervisor": 0.001},
        resident={"worker": 26.0, "recorder": 24.0, "supervisor": 22.0},
        records=Records(0, 0),
    )


def cells(table: str, target: str, name: str) -> list[str]:
    [line] = [line for line in table.splitlines() if line.startswith(f"| {target} | {name} |")]
    return [cell.strip() for cell in line.strip("|").split("|")][3:]


def test_a_ratio_is_taken_in_each_round_and_then_the_median() -> None:
    nginx = measured("nginx", "chat", "whole", sample(0.010), sample(0.020), sample(0.040))
    ours = measured("planoai", "chat", "whole", sample(0.030), sample(0.040), sample(0.160))
    table = tables([nginx, ours])
    assert cells(table, "planoai", "chat") == [
        "1,000 (1,000–1,000)",
        "40.0 (30.0–160)",
        "",
        "3.00 (2.00–4.00)",
        "",
        "2.00",
        "9.00",
        "26.0",
        "",
    ]
    assert cells(table, "nginx", "chat")[3] == ""


def test_the_worker_is_compared_and_what_runs_beside_it_is_told_apart() -> None:
    nginx = measured("nginx", "chat", "whole", sample(0.020))
    ours = measured("planoai", "chat", "whole", sample(0.080, recorder=0.039))
    row = cells(tables([nginx, ours]), "planoai", "chat")
    assert row[1:4] == ["80.0", "40.0", "4.00"]
    assert row[-2:] == ["26.0 / 24.0 / 22.0", "all"]


@pytest.mark.parametrize(
    ("records", "cell"),
    [
        ([Records(0, 0), Records(0, 0)], "all"),
        ([Records(3, 3), Records(1, 6)], "4 missing, 5 without usage of 2,000"),
        ([Records(0, 7), Records(0, 0)], "7 without usage of 2,000"),
        ([Records(0, 0), Records(None, None)], "unknown"),
    ],
    ids=["all", "lines missing", "bodies missing", "unknown"],
)
def test_each_row_says_whether_the_log_has_its_requests(records: list[Records], cell: str) -> None:
    load = Load(1000, 1.0, 2.0, 9.0)
    ours = measured("planoai", "chat", "whole", *(Sample(load, records=each) for each in records))
    assert cells(tables([ours]), "planoai", "chat")[-1] == cell


def test_a_translated_row_is_compared_with_the_verbatim_one_too() -> None:
    nginx = measured("nginx", "v", "stream", sample(1.0))
    verbatim = measured("planoai", "v", "stream", sample(1.5))
    events = measured("planoai", "e", "stream", sample(3.0), beside="v")
    table = tables([nginx, verbatim, events])
    assert cells(table, "planoai", "e")[1:5] == ["3.00", "", "3.00", "2.00"]
    assert cells(table, "planoai", "v")[1:5] == ["1.50", "", "1.50", ""]


def test_the_gateway_is_set_beside_each_peer() -> None:
    ours = measured("planoai", "chat", "whole", sample(0.080, recorder=0.079))
    slow = Load(10, 1.0, 100.0, 900.0)
    peer = measured("litellm", "chat", "whole", Sample(slow, cpu={"worker": 0.16}))
    table = tables([ours, peer]).partition("planoai beside its peers")[2]
    assert cells(table, "litellm", "chat") == ["100", "200", "100"]


def test_times_of_paced_streams_are_what_is_added_to_going_direct() -> None:
    direct = measured("direct", "p", "paced", sample(None, first=0.2, late=0.1), sample(None, first=0.4, late=0.1))
    ours = measured("planoai", "p", "paced", sample(2.0, first=0.5, late=0.15), sample(2.0, first=0.9, late=0.25))
    table = tables([direct, ours])
    assert cells(table, "planoai", "p")[4:6] == ["0.40 (0.30–0.50)", "0.10 (0.05–0.15)"]
    assert cells(table, "direct", "p") == ["", "", "", "", "0.30 in all", "0.10 in all", "", ""]


def test_without_cpu_figures_there_are_no_ratios_and_no_zeros() -> None:
    table = tables(
        [measured("nginx", "chat", "whole", sample(None)), measured("planoai", "chat", "whole", sample(None))]
    )
    assert cells(table, "planoai", "chat") == ["1,000", "", "", "", "", "2.00", "9.00", "", ""]


def test_a_failed_row_says_why_and_is_compared_with_nothing() -> None:
    failed = Measured(Row("chat", "whole", "nginx", Exchange()), 16, (sample(0.01),), failure="status 502: no")
    table = tables([failed, measured("planoai", "chat", "whole", sample(0.03), sample(0.03))])
    assert cells(table, "nginx", "chat") == ["failed", "", "", "", "", "", "", "", ""]
    assert cells(table, "planoai", "chat")[3] == ""
    assert "- chat at 16; nginx: status 502: no" in table


def test_only_what_stands_between_the_markers_is_replaced() -> None:
    page = "before\n<!-- results -->\nold\n<!-- /results -->\nafter\n"
    once = written(page, "new")
    assert once == "before\n<!-- results -->\n\nnew\n\n<!-- /results -->\nafter\n"
    assert written(once, "new") == once


def test_a_page_may_have_several_tables() -> None:
    page = "<!-- one -->1<!-- /one --> and <!-- two -->2<!-- /two -->"
    assert written(page, "new", "two") == "<!-- one -->1<!-- /one --> and <!-- two -->\n\nnew\n\n<!-- /two -->"


def test_a_page_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="results"):
        written("no markers", "new")


def test_what_was_recorded_stands_beside_what_was_sent_and_what_it_took() -> None:
    each = structs.replace(sample(0.080, recorder=0.039), recorded=Recorded(1003, 1002, 1001, 7, 4))
    [line] = [line for line in tables([measured("planoai", "chat", "whole", each)]).splitlines() if "1,003" in line]
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells == ["chat", "16", "1,000", "1,003", "1,002", "1,001", "7", "4", "80.0", "39.0"]


def test_what_a_peer_recorded_nobody_asks() -> None:
    assert "recorded" not in tables([measured("nginx", "chat", "whole", sample(0.02))])
