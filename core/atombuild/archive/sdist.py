"""The sdist writer: tar members, gathered into runs that are compressed apart.

Where a run ends depends on nothing but the member's own path and size, so an edit changes one run, or two, and a build
that uses kept runs gives the same bytes as one that starts from nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final

from zlib_ng import zlib_ng

from atombuild.archive.deflate import LARGE
from atombuild.archive.gzip_runs import Run, compress_large_run, compress_run
from atombuild.archive.tar import BLOCK, END, LargeMember, TarMember

_RUN: Final = 128 * 1024
"""Bytes of a run, uncompressed, on average. More of them compress better and cost more to redo after an edit."""

_HEADERS: Final = 4 * BLOCK
"""What most members bring besides their content, in bytes."""


def ends_run(name: str, size: int) -> bool:
    """Whether a run ends after the member of this name and size: the larger, the more likely."""
    return zlib_ng.crc32(name.encode()) % max(1, _RUN // (_HEADERS + size)) == 0


def cut_runs(members: Iterable[tuple[str, int]]) -> Iterator[range]:
    """Yield the places, from 0, of the members that go into one run each; members come as names with their sizes.

    A member larger than :data:`LARGE` is a run of its own. The last run has at least none.
    """
    start = at = 0
    for at, (name, size) in enumerate(members, start=1):
        if size > LARGE and at - 1 > start:
            yield range(start, at - 1)
            start = at - 1
        if size > LARGE or ends_run(name, size):
            yield range(start, at)
            start = at
    yield range(start, at)


def compress_members(members: Iterable[TarMember], *, last: bool, breathe: Callable[[], object] = lambda: None) -> Run:
    """Return these members as a run; the last one of an sdist also closes the tar file.

    ``breathe``: see :func:`atombuild.archive.gzip_runs.compress_run`.
    """
    blocks = [member.blocks for member in members]
    return compress_run(b"".join((*blocks, END) if last else blocks), breathe)


def compress_large_member(
    member: LargeMember, content: Iterable[bytes], *, last: bool, breathe: Callable[[], object] = lambda: None
) -> Run:
    """Return a large file as a run of its own; otherwise as :func:`compress_members`.

    Raises :class:`OSError` where there is no room for a temporary file, and what ``content`` raises.
    """
    return compress_large_run(chain((member.head,), content, (member.padding + (END if last else b""),)), breathe)
