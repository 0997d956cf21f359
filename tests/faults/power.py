"""A disk that loses its power: a file system on a loop device, and the ioctl with which the kernel tests its own."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SHUTDOWN = 0x8004587D
"""``_IOR('X', 125, __u32)``: XFS_IOC_GOINGDOWN, and ext4's of the same number."""

_NO_FLUSH = 2
"""Not even the journal is written: what was not synced is lost, as when the plug is pulled."""

SIZES = {"ext4": 32, "xfs": 320}
"""MiB of the smallest that each can be made with."""


class Disk:
    """A mounted file system that can lose its power."""

    def __init__(self, image: Path, mount_point: Path) -> None:
        self._image = image
        self.path = mount_point

    def mount(self) -> None:
        """Mount it; what the journal holds is replayed."""
        _run("mount", "-o", "loop", str(self._image), str(self.path))

    def unmount(self) -> None:
        """Take it away."""
        _run("umount", str(self.path))

    def lose_power(self) -> None:
        """Lose what is not on the disk, and come back."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, _SHUTDOWN, _NO_FLUSH.to_bytes(4, "little"))
        finally:
            os.close(descriptor)
        self.unmount()
        self.mount()


def why_no_power(kind: str) -> str:
    """Return why such a disk can't be had here; empty where it can."""
    if os.geteuid() != 0:
        return "mounting needs root"
    if shutil.which(f"mkfs.{kind}") is None:
        return f"needs mkfs.{kind}"
    return ""


@contextmanager
def disk(kind: str, folder: Path) -> Iterator[Disk]:
    """Make and mount a file system in a folder. Raises ``OSError`` where this system has no loop devices for us."""
    image, mount_point = folder / f"{kind}.image", folder / kind
    mount_point.mkdir()
    with image.open("wb") as file:
        file.truncate(SIZES[kind] << 20)
    _run(f"mkfs.{kind}", "-q", str(image))
    made = Disk(image, mount_point)
    made.mount()
    try:
        yield made
    finally:
        made.unmount()


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")
