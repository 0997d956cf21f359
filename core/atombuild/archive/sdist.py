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


def cut_runs(names: Iterable[str]) -> Iterator[range]:
    """Yield the places, from 0, of the members that go into one run each. The last run has at least none."""
    start = at = 0
    for at, name in enumerate(names, start=1):
        if ends_run(name):
            yield range(start, at)
            start = at
    yield range(start, at)


def compress_members(members: Iterable[TarMember], *, last: bool, breathe: Callable[[], object] = lambda: None) -> Run:
    """Return these members as a run; the last one of an sdist also closes the tar file.

    ``breathe``: see :func:`atombuild.archive.gzip_runs.compress_run`.
    """
    blocks = [member.blocks for member in members]
    return compress_run(b"".join((*blocks, END) if last else blocks), breathe)


def sdist_chunks(runs: Iterable[Run]) -> Iterator[bytes]:
    """Yield the bytes of a ``.tar.gz`` made of these runs."""
    return gzip_chunks(runs)
