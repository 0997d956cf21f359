"""The sha256 of an artifact, worked out while it is written."""

from __future__ import annotations

import hashlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

_WORTH_A_THREAD: Final = 1024 * 1024
"""Bytes from which on another core takes over: hashing a large artifact takes as long as writing it."""

_MOST_WAITING: Final = 16
"""Chunks that wait to be hashed, at most: they are in memory."""


class Digest:
    """Takes what is written, chunk by chunk. To be closed."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._size = 0
        self._pool: ThreadPoolExecutor | None = None
        self._waiting: deque[Future[None]] = deque()

    def update(self, chunk: bytes | memoryview) -> None:
        """Add a chunk, which must not change any more."""
        self._size += len(chunk)
        if self._size < _WORTH_A_THREAD:
            self._digest.update(chunk)
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, "atombuild-digest")
        self._waiting.append(self._pool.submit(self._digest.update, chunk))
        if len(self._waiting) > _MOST_WAITING:
            self._waiting.popleft().result()

    def hexdigest(self) -> str:
        """Return the hash of all chunks."""
        while self._waiting:
            self._waiting.popleft().result()
        return self._digest.hexdigest()

    def close(self) -> None:
        """Let the thread go, if there is one."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None
