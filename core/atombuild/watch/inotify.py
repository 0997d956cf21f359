"""Linux's inotify, as far as it is used here: one watch a folder, none of them recursive (man 7 inotify).

Called through the C library that Python itself runs on. The packages that wrap it search for that library by starting
programs, or hide the end of the queue.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import select
import struct
import termios
from dataclasses import dataclass
from typing import Final

MODIFY: Final = 0x002
ATTRIB: Final = 0x004
CLOSE_WRITE: Final = 0x008
MOVED_FROM: Final = 0x040
MOVED_TO: Final = 0x080
CREATE: Final = 0x100
DELETE: Final = 0x200
DELETE_SELF: Final = 0x400
MOVE_SELF: Final = 0x800
OVERFLOW: Final = 0x4000
"""Events were dropped: the queue was full."""

IGNORED: Final = 0x8000
"""The watch is gone, and its number with it."""

IS_FOLDER: Final = 0x4000_0000

_ONLY_FOLDERS: Final = 0x0100_0000
_DO_NOT_FOLLOW: Final = 0x0200_0000
_WANTED: Final = (
    MODIFY | ATTRIB | CLOSE_WRITE | MOVED_FROM | MOVED_TO | CREATE | DELETE | DELETE_SELF | MOVE_SELF | _ONLY_FOLDERS
)

_HEAD: Final = struct.Struct("iIII")


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened in a folder that is watched, or to it."""

    watch: int
    mask: int
    name: str
    """Of what it happened to; empty: the folder itself."""


class Inotify:
    """One queue of events. To be closed."""

    def __init__(self) -> None:
        """Open it. Raises ``OSError``: EMFILE when there are too many of them."""
        self._library = ctypes.CDLL(None, use_errno=True)
        self._descriptor = self._call("inotify_init1", os.O_CLOEXEC | os.O_NONBLOCK)
        self._poll = select.poll()
        self._poll.register(self._descriptor, select.POLLIN)

    def add(self, folder: str, *, follow: bool = False) -> int:
        """Watch a folder; return the watch's number, which is the same for the same folder.

        ``follow``: also where a link leads to one. Raises ``OSError``: ENOSPC when there are too many watches.
        """
        mask = _WANTED if follow else _WANTED | _DO_NOT_FOLLOW
        return self._call("inotify_add_watch", self._descriptor, os.fsencode(folder), mask)

    def remove(self, watch: int) -> None:
        """End a watch. Raises ``OSError`` when it is gone already."""
        self._call("inotify_rm_watch", self._descriptor, watch)

    def read(self, seconds: float) -> list[Event]:
        """Return what happened; wait so long for something to happen."""
        if not self._poll.poll(seconds * 1000):
            return []
        size = struct.unpack("i", fcntl.ioctl(self._descriptor, termios.FIONREAD, b"\0\0\0\0"))[0]
        try:
            data = os.read(self._descriptor, size)
        except BlockingIOError:
            return []
        events = []
        at = 0
        while at < len(data):
            watch, mask, _, length = _HEAD.unpack_from(data, at)
            at += _HEAD.size
            events.append(Event(watch, mask, os.fsdecode(data[at : at + length].rstrip(b"\0"))))
            at += length
        return events

    def close(self) -> None:
        """Close it; every watch ends. May be called again."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _call(self, name: str, *arguments: int | bytes) -> int:
        while True:
            answer = int(getattr(self._library, name)(*arguments))
            if answer >= 0:
                return answer
            number = ctypes.get_errno()
            if number != errno.EINTR:
                raise OSError(number, os.strerror(number))
