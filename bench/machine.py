"""What a measurement was made on, in words."""

import datetime as dt
import importlib.metadata
import os
import platform
import time
from collections.abc import Mapping
from pathlib import Path

from bench import processes, usage


class Neighbours:
    """Watches, from when it is made, how much of the machine went to processes that are not ours: what they take, they take from the figures."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._others = _others()

    def share(self) -> float | None:
        """0 to 1, of all processors; None where there is no /proc."""
        now = _others()
        if now is None or self._others is None:
            return None
        return max(0.0, now - self._others) / (time.monotonic() - self._started) / (os.cpu_count() or 1)


def _others() -> float | None:
    busy, ours = usage.busy_seconds(), usage.cpu_seconds(os.getpid())
    return None if busy is None or ours is None else busy - ours


def facts(cores: processes.Cores, versions: Mapping[str, str], neighbours: Neighbours, *, apart: bool) -> str:
    """Lines of Markdown: date, processor, cores and who had which, versions, and what else the machine did."""
    day = dt.datetime.now(dt.UTC).date().isoformat()
    pinned = (
        f"proxy on core {cores.proxy}, load and upstream{' and our recorder' if apart else ''} on core {cores.load}"
        if cores.proxy is not None
        else "nothing pinned"
    )
    python = (
        f"{platform.python_implementation()} {platform.python_version()}, uvloop {importlib.metadata.version('uvloop')}"
    )
    proxies = ", ".join(f"{name} {version}" for name, version in versions.items())
    others = neighbours.share()
    return "\n".join(
        [
            f"- {day}, {platform.system()} {platform.release()}, {processor()}, {cores.usable} cores; {pinned}",
            f"- {'; '.join(each for each in (python, proxies) if each)}",
            *([] if others is None else [f"- other processes took {others:.0%} of the machine meanwhile"]),
            *([] if usage.HAS_PROC else ["- CPU and memory are not measured on this system: it has no /proc"]),
        ]
    )


def processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()
