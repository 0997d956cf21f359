"""SIGKILL at a chosen system call: the K-th of its name, before it takes effect."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from support.processes import once

CALLS = {
    "remove": ("unlink", "unlinkat"),
    "open": ("openat",),
    "link": ("link", "linkat"),
    "rename": ("rename", "renameat", "renameat2"),
}
"""What a builder does to an output directory; systems differ in which of the names they use."""

Done = subprocess.CompletedProcess[str]


def need_strace() -> None:
    """Skip the test where there is no strace, or none that may trace."""
    if shutil.which("strace") is None:
        pytest.skip("needs strace")
    done = subprocess.run(["strace", "-qq", "-o", os.devnull, "true"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"strace may not trace here: {done.stderr.strip()}")


def count_calls(root: Path, act: str, before: Sequence[str] = ()) -> Counter[str]:
    """Build once without disturbance; return how often each system call of this act was made."""
    with tempfile.NamedTemporaryFile("r") as log:
        _trace(root, act, ["-o", log.name], before)
        calls = (line.split(None, 1)[1] for line in log if "(" in line)
        return Counter(call.split("(", 1)[0] for call in calls if not call.startswith("<..."))


def build_killed_at(root: Path, act: str, call: str, count: int, before: Sequence[str] = ()) -> None:
    """Build, and die just before the ``count``-th such call."""
    done = _trace(root, act, ["-o", os.devnull, "-e", f"inject={call}:signal=KILL:when={count}"], before)
    assert done.returncode in {-9, 137}, f"not killed at {call} number {count}: status {done.returncode}"


def build_refused_at(root: Path, act: str, call: str, count: int, before: Sequence[str] = ()) -> Done:
    """Build on a disk that breaks at the ``count``-th such call: it fails with EIO and does nothing."""
    return _trace(root, act, ["-o", os.devnull, "-e", f"inject={call}:error=EIO:when={count}"], before)


def _trace(root: Path, act: str, options: Sequence[str], before: Sequence[str]) -> Done:
    calls = ",".join(f"?{call}" for call in CALLS[act])
    # The interpreter opens hundreds of files of its own at start; only those in the output directory are of interest.
    only = ["-P", str(root / "dist")] if act == "open" else []
    return once(root, before=["strace", "-f", "-qq", "-e", f"trace={calls}", *only, *options, *before])
