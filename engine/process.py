"""Whether a process that was noted down some time ago is still the same one and alive."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def started_at(pid: int) -> str:
    """A text that tells this process from a later one with the same number; empty where the system does not say."""
    if sys.platform.startswith("linux"):
        stat = _linux_stat(pid)
        return stat[19] if stat else ""
    if sys.platform == "win32":
        return _windows_started(pid)
    return ""


def alive(pid: int, started: str = "") -> bool:
    """Whether the process runs: one that ended but was not collected yet counts as ended."""
    if pid <= 0:
        return False
    if sys.platform.startswith("linux"):
        stat = _linux_stat(pid)
        return stat is not None and stat[0] not in "ZX" and (not started or stat[19] == started)
    if sys.platform == "win32":
        now = _windows_started(pid)
        return bool(now) and (not started or now == started)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _linux_stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the name: state first, start time at place 19."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _windows_started(pid: int) -> str:
    """When the process started; empty when it does not run. os.kill(pid, 0) would end it on Windows."""
    if sys.platform != "win32":
        return ""
    import ctypes
    from ctypes import wintypes

    kernel = ctypes.windll.kernel32
    handle = kernel.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
    if not handle:
        return ""
    try:
        code = wintypes.DWORD()
        times = [wintypes.FILETIME() for _ in range(4)]
        kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        kernel.GetProcessTimes(handle, *(ctypes.byref(part) for part in times))
        running = code.value == 259  # STILL_ACTIVE
        return f"{times[0].dwHighDateTime}.{times[0].dwLowDateTime}" if running else ""
    finally:
        kernel.CloseHandle(handle)
