"""What a measurement was made on, in words."""

import datetime as dt
import importlib.metadata
import platform
from collections.abc import Mapping
from pathlib import Path

from bench import processes


def facts(cores: processes.Cores, versions: Mapping[str, str]) -> str:
    """Lines of Markdown: processor, cores and who had which, versions, date."""
    day = dt.datetime.now(dt.UTC).date().isoformat()
    pinned = (
        f"proxy on core {cores.proxy}, load and upstream on core {cores.load}"
        if cores.proxy is not None
        else "nothing pinned"
    )
    python = (
        f"{platform.python_implementation()} {platform.python_version()}, uvloop {importlib.metadata.version('uvloop')}"
    )
    proxies = ", ".join(f"{name} {version}" for name, version in versions.items())
    return "\n".join(
        [
            f"- {day}, {platform.system()} {platform.release()}, {_processor()}, {cores.usable} cores; {pinned}",
            f"- {python}; {proxies}",
            *([] if processes.HAS_PROC else ["- CPU and memory are not measured on this system: it has no /proc"]),
        ]
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()
