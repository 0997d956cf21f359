"""A mount namespace of a test's own: file systems that are small, full, read-only, and gone when the test is over."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class Namespace:
    """Held by a process that ends with the test; its mounts end with it."""

    def __init__(self, holder: int) -> None:
        self._holder = holder
        own_user = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        self.before = ("nsenter", f"--target={holder}", "--mount", *own_user)
        """What comes before a command that is to run in here."""

    def path(self, path: Path) -> Path:
        """Return where a path of the inside is found from the outside."""
        return Path(f"/proc/{self._holder}/root{path}")

    def do(self, script: str) -> None:
        """Run a shell script inside; skip the test where the system does not allow what it does."""
        done = subprocess.run([*self.before, "sh", "-ec", script], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"this system refuses {script!r}: {done.stderr.strip()}")

    def mount_tmpfs(self, path: Path, options: str) -> None:
        """Mount a new, empty file system of memory."""
        self.do(f"mount -t tmpfs -o {options} none '{path}'")


@contextmanager
def mount_namespace() -> Iterator[Namespace]:
    """Open a mount namespace, or skip the test and say why."""
    if shutil.which("unshare") is None or shutil.which("nsenter") is None:
        pytest.skip("needs unshare and nsenter (util-linux)")
    flags = "-m" if os.geteuid() == 0 else "-Urm"
    with subprocess.Popen(
        ["unshare", flags, "sh", "-c", "echo ready; exec cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stderr is not None
        assert holder.stdin is not None
        if holder.stdout.readline() != "ready\n":
            pytest.skip(f"this system has no namespaces for us: {holder.stderr.read().strip()}")
        try:
            yield Namespace(holder.pid)
        finally:
            holder.stdin.close()
