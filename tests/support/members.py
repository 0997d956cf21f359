"""Files in memory, as a tree of an archive's members holds them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class HeldFile:
    """See :class:`atombuild.native.member_tree.Member`."""

    path: str
    data: bytes = b""
    executable: bool = False

    @property
    def size(self) -> int:
        return len(self.data)

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.data).digest()

    def load(self) -> bytes:
        return self.data

    def stream(self) -> Iterator[bytes]:
        yield self.data
