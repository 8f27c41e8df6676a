"""What the processes of the gateway use of the machine, by the role they play, so that what one used counts on when it has gone. Pure."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Role = Literal["supervisor", "worker", "recorder"]


class Usage(Struct, frozen=True):
    """Of one process. `cpu` in seconds, `started` in seconds of Unix time, memory in bytes. `private`: the part of `resident` that no file stands behind.

    What this system does not tell is 0.
    """

    cpu: float
    started: float
    resident: int
    private: int = 0
    virtual: int = 0
    threads: int = 0
    files: int = 0
    most_files: int = 0


class Sum(Struct, frozen=True):
    """Of the processes of one role; `started`: the youngest's."""

    processes: int
    cpu: float
    started: float
    resident: int
    private: int
    virtual: int
    threads: int
    files: int
    most_files: int


class Processes:
    """Feed it what is seen of them from time to time."""

    def __init__(self) -> None:
        self._last: dict[tuple[Role, int], float] = {}  # processor time of each when it was last seen
        self._gone: dict[Role, float] = {}  # that of those which have ended

    def see(self, usages: Mapping[tuple[Role, int], Usage]) -> dict[Role, Sum]:
        """`usages`: of all that run, by role and process id. The sums of every role that there is or was."""
        for (role, pid), cpu in self._last.items():
            now = usages.get((role, pid))
            if now is None or now.cpu < cpu:  # another one got its id
                self._gone[role] = self._gone.get(role, 0.0) + cpu
        self._last = {key: usage.cpu for key, usage in usages.items()}
        roles = dict.fromkeys((*(role for role, _ in usages), *self._gone))
        return {role: self._sum(role, [each for (its, _), each in usages.items() if its == role]) for role in roles}

    def _sum(self, role: Role, usages: list[Usage]) -> Sum:
        return Sum(
            processes=len(usages),
            cpu=self._gone.get(role, 0.0) + sum(each.cpu for each in usages),
            started=max((each.started for each in usages), default=0.0),
            resident=sum(each.resident for each in usages),
            private=sum(each.private for each in usages),
            virtual=sum(each.virtual for each in usages),
            threads=sum(each.threads for each in usages),
            files=sum(each.files for each in usages),
            most_files=sum(each.most_files for each in usages),
        )
