"""The name of the processor, for reports of measurements."""

import platform
from pathlib import Path


def processor() -> str:
    """Model name of the processor if the system reports it, otherwise its architecture."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
