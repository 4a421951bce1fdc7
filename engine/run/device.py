"""The computer a run works on: which device, how many threads, how memory is handed out, how much of it is left."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from typing import Any

import torch

from engine.errors import UserError


def resolve(name: str) -> torch.device:
    """The device of that name, the fastest one for `auto`; `UserError` where this computer has none."""
    has = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return torch.device("cuda" if has["cuda"] else "mps" if has["mps"] else "cpu")
    kind = name.partition(":")[0]
    if kind not in has:
        raise UserError(f"A run works on auto, cpu, cuda or mps, not on {name}.")
    if not has[kind]:
        why = "has no NVIDIA GPU that PyTorch can use" if kind == "cuda" else "has no Apple GPU that PyTorch can use"
        build = " (this PyTorch was built without CUDA)" if kind == "cuda" and not torch.version.cuda else ""
        raise UserError(f"This computer {why}{build}. Choose the device auto or cpu.")
    if kind == "cuda" and name.partition(":")[2] and int(name.partition(":")[2]) >= torch.cuda.device_count():
        raise UserError(
            f"There is no {name}: this computer has {torch.cuda.device_count()} NVIDIA GPU(s), counted from 0."
        )
    return torch.device(name)


def describe(device: torch.device) -> str:
    """The device in words, for the run's page."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return "Apple GPU"
    return f"CPU, {torch.get_num_threads()} threads"


def check_precision(precision: str, device: torch.device) -> None:
    """`UserError` where the device cannot work at that precision."""
    if precision == "fp16 mixed" and device.type != "cuda":
        raise UserError("fp16 mixed precision needs an NVIDIA GPU. Choose bf16 mixed or 32-bit.")
    if precision == "bf16 mixed" and device.type == "mps":
        raise UserError("bf16 mixed precision needs a CPU or an NVIDIA GPU. Choose 32-bit.")
    if precision == "bf16 mixed" and device.type == "cuda" and not torch.cuda.is_bf16_supported():
        raise UserError("This GPU has no bf16 arithmetic. Choose fp16 mixed or 32-bit.")


def threads(options: Any) -> int:
    """How many threads to work with: all cores, one fewer while a window wants to stay smooth."""
    if options.get("threads"):
        return int(options["threads"])
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores - 1) if options.get("window") else cores


def keep_freed_memory() -> None:
    """Tell glibc to keep large freed blocks: giving pages back and taking them again slows training by up to 18 %."""
    if sys.platform != "linux" or platform.libc_ver()[0] != "glibc":
        return
    libc = ctypes.CDLL(None)
    libc.mallopt(-3, 1 << 30)  # M_MMAP_THRESHOLD
    libc.mallopt(-1, (1 << 31) - 1)  # M_TRIM_THRESHOLD


def free_memory(device: torch.device) -> int:
    """Bytes that can still be used on the device."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    if sys.platform == "linux":
        with open("/proc/meminfo") as lines:
            for line in lines:
                if line.startswith("MemAvailable:"):
                    return min(int(line.split()[1]) * 1024, _group_limit())
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    return 4 << 30


def _group_limit() -> int:
    """What is left to this control group, as inside a container; very much where there is no limit."""
    try:
        with open("/sys/fs/cgroup/memory.max") as most, open("/sys/fs/cgroup/memory.current") as now:
            return max(0, int(most.read()) - int(now.read()))
    except (OSError, ValueError):
        return 1 << 62


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, on any device."""
    text = str(error)
    words = ("can't allocate memory", "not enough memory", "out of memory", "DefaultCPUAllocator")
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and any(word in text for word in words)
    )
