"""The sdist writer: tar members, gathered into runs that are compressed apart.

Where a run ends depends on nothing but the member's own path, so an edit changes one run, and a build that uses kept
runs gives the same bytes as one that starts from nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from zlib_ng import zlib_ng

from atombuild.archive.gzip_runs import Run, compress_run, gzip_chunks
from atombuild.archive.tar import END, TarMember

_MEMBERS_A_RUN: Final = 16
"""On average. More of them compress better and cost more to redo after an edit."""


def ends_run(name: str) -> bool:
    """Whether a run ends after the member of this name."""
    return zlib_ng.crc32(name.encode()) % _MEMBERS_A_RUN == 0


def compress_members(members: Iterable[TarMember], breathe: Callable[[], object] = lambda: None) -> Iterator[Run]:
    """Yield the runs of an sdist, as its members come in; the last one also closes the tar file.

    ``breathe``: see :func:`atombuild.archive.gzip_runs.compress_run`.
    """
    pending: list[bytes] = []
    for member in members:
        pending.append(member.blocks)
        if ends_run(member.name):
            yield compress_run(b"".join(pending), breathe)
            pending.clear()
    yield compress_run(b"".join((*pending, END)), breathe)


def sdist_chunks(runs: Iterable[Run]) -> Iterator[bytes]:
    """Yield the bytes of a ``.tar.gz`` made of :func:`compress_members`'s runs."""
    return gzip_chunks(runs)
