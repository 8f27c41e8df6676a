"""What processes use, by their roles."""

from hypothesis import given
from hypothesis import strategies as st

from planoai.observability.metrics import Processes, Usage


def usage(cpu: float, started: float = 100.0) -> Usage:
    return Usage(cpu, started, resident=1000, private=600, virtual=5000, threads=2, files=7, most_files=64)


def test_processes_of_one_role_add_up() -> None:
    sums = Processes().see({("worker", 1): usage(1.5), ("worker", 2): usage(2.0, 300.0), ("recorder", 3): usage(0.5)})
    assert list(sums) == ["worker", "recorder"]
    worker = sums["worker"]
    assert (worker.processes, worker.cpu, worker.started) == (2, 3.5, 300.0)
    assert (worker.resident, worker.private, worker.virtual) == (2000, 1200, 10000)
    assert (worker.threads, worker.files, worker.most_files) == (4, 14, 128)


def test_what_a_process_used_counts_on_when_it_has_gone() -> None:
    processes = Processes()
    processes.see({("worker", 1): usage(1.5)})
    assert processes.see({("worker", 2): usage(0.25)})["worker"].cpu == 1.75
    gone = processes.see({})["worker"]
    assert (gone.processes, gone.cpu, gone.resident, gone.started) == (0, 1.75, 0, 0.0)


def test_a_process_with_the_id_of_another_is_another() -> None:
    processes = Processes()
    processes.see({("worker", 1): usage(1.5)})
    assert processes.see({("worker", 1): usage(0.5)})["worker"].cpu == 2.0


@given(st.lists(st.dictionaries(st.integers(1, 5), st.floats(0, 1000), max_size=4)))
def test_processor_time_never_goes_back(looks: list[dict[int, float]]) -> None:
    processes, before = Processes(), 0.0
    for look in looks:
        sums = processes.see({("worker", pid): usage(cpu) for pid, cpu in look.items()})
        cpu = sums["worker"].cpu if sums else 0.0
        assert cpu >= before - 1e-6
        before = cpu
