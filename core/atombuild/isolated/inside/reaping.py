"""Processes below this one: signalled, waited for, and found (on Linux, where it is their reaper, daemons too)."""

from __future__ import annotations

import os
import signal
import sys

_SUBREAPER = 36


def become_subreaper() -> bool:
    """Have whatever loses its parent below us become our child; return whether the system does that."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        import ctypes

        return bool(ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0) == 0)
    except (ImportError, OSError, AttributeError):
        return False


def children() -> list[int]:
    """Return the processes whose parent we are now; only asked for on Linux."""
    me = os.getpid()
    try:
        with open(f"/proc/self/task/{me}/children", encoding="ascii") as file:
            return [int(number) for number in file.read().split()]
    except OSError:
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and _parent(name) == me]


def _parent(number: str) -> int | None:
    try:
        with open(f"/proc/{number}/stat", encoding="utf-8", errors="replace") as file:
            return int(file.read().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return None


def leads_a_group(process: int) -> bool:
    """Whether it is the first of its process group."""
    try:
        return os.getpgid(process) == process
    except OSError:
        return False


def group_runs(process: int) -> bool:
    """Whether anything of the group that it leads, or led, is still there."""
    try:
        os.killpg(process, 0)
    except OSError:
        return False
    return True


def signal_group(process: int, number: int) -> bool:
    """Signal the group that a process leads; return whether there is one."""
    try:
        os.killpg(process, number)
    except OSError:
        return False
    return True


def signal_one(process: int, number: int) -> None:
    """Signal one process."""
    try:
        os.kill(process, number)
    except OSError:
        pass  # gone already


def reap(child: int) -> int | None:
    """Return the child's wait status if it ended; other processes that ended below us are let go."""
    while True:
        try:
            process, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return 1 << 8
        if process == child:
            return status
        if process == 0:
            return None


def reap_certainly(child: int) -> int:
    """Wait for a child that was killed; return its wait status."""
    while True:
        try:
            process, status = os.waitpid(child, 0)
        except ChildProcessError:
            return signal.SIGKILL
        if process == child:
            return status


def reap_any() -> bool:
    """Let go a process that ended; return whether there was one."""
    try:
        return os.waitpid(-1, os.WNOHANG)[0] > 0
    except ChildProcessError:
        return False
