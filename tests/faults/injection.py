"""One system call of a build that does something else than it should: fail, write too little, or be the last one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from support.processes import once

CALLS = (
    "openat",
    "write",
    "fsync",
    "close",
    "unlink",
    "unlinkat",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "flock",
    "mkdir",
    "mkdirat",
    "getdents64",
    "ftruncate",
    "newfstatat",
)
"""What a build does to an output directory; systems differ in which of the names they use."""

ERRORS = ("EIO", "ENOSPC", "EACCES", "EDQUOT", "EMFILE", "EROFS", "EINTR")

_LINE = re.compile(r"^(?P<task>\d+) +(?P<call>\w+)\((?P<rest>.*)$")

_FIXED = {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
"""So that two runs make the same calls in the same order."""


@dataclass(frozen=True)
class Call:
    """One call that an undisturbed build makes in its output directory."""

    name: str
    ordinal: int
    """It is so many-th call of this name that its process makes, counted from 1."""


@dataclass(frozen=True)
class Fault:
    """What is done to a call."""

    call: Call
    effect: str
    """As strace writes it: ``error=EIO``, ``signal=KILL``, ``retval=1``."""

    def __str__(self) -> str:
        """Name it as in ``write number 3: error=EIO``."""
        return f"{self.call.name} number {self.call.ordinal}: {self.effect}"


@dataclass(frozen=True)
class Disturbed:
    """A build that a fault was injected into."""

    status: int
    stdout: str
    stderr: str
    hit: tuple[str, ...]
    """The calls that were tampered with, as strace wrote them down."""

    @property
    def killed(self) -> bool:
        """The builder itself was."""
        return self.status in {-9, 137}

    def struck(self, root: Path) -> bool:
        """Whether it hit the builder, or a call in the output directory."""
        return self.killed or any(f"{root}/dist" in line for line in self.hit)


def why_not() -> str:
    """Return why nothing can be injected here; empty where it can."""
    if shutil.which("strace") is None:
        return "needs strace"
    tracing = ["strace", "-f", "--seccomp-bpf", "-qq", "-o", os.devnull, "-e", "trace=fsync", "true"]
    done = subprocess.run(tracing, capture_output=True, text=True, check=False)
    return f"strace may not trace here: {done.stderr.strip()}" if done.returncode != 0 else ""


def calls_in(root: Path) -> list[Call]:
    """Build once, undisturbed; return the calls that concerned the output directory, in their order."""
    with tempfile.NamedTemporaryFile("r") as log:
        _trace(root, ["--seccomp-bpf", "-y", "-o", log.name, "-e", f"trace={','.join(f'?{call}' for call in CALLS)}"])
        made: Counter[tuple[str, str]] = Counter()
        found: dict[Call, None] = {}
        for line in log:
            match = _LINE.match(line)
            if match is None:
                continue
            made[match["task"], match["call"]] += 1
            if f"{root}/dist" in match["rest"]:
                found[Call(match["call"], made[match["task"], match["call"]])] = None
    return list(found)


def build_with(root: Path, fault: Fault) -> Disturbed:
    """Build with this fault: it strikes in every process of the build, at its so many-th call."""
    name, ordinal = fault.call.name, fault.call.ordinal
    with tempfile.NamedTemporaryFile("r") as log:
        injection = f"inject={name}:{fault.effect}:when={ordinal}"
        # A signal is delivered only where every call is stopped at, which is slower.
        fast = [] if fault.effect.startswith("signal") else ["--seccomp-bpf"]
        done = _trace(root, [*fast, "-y", "-o", log.name, "-e", f"trace={name}", "-e", injection])
        hit = tuple(line.strip() for line in log if "(INJECTED)" in line or "+++ killed by SIGKILL" in line)
    return Disturbed(done.returncode, done.stdout, done.stderr, hit)


def _trace(root: Path, options: Sequence[str]) -> subprocess.CompletedProcess[str]:
    fixed = [f"{name}={value}" for name, value in _FIXED.items()]
    return once(root, before=["env", *fixed, "strace", "-f", "-q", *options])
