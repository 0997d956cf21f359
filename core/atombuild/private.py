"""Files of ours that are for this user alone, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from atombuild.folders import mark_as_ours

_MODE: Final = 0o600


@contextlib.contextmanager
def private_file(path: Path) -> Iterator[IO[bytes]]:
    """Yield a file to be written, which takes its place at ``path`` when the block ends, and is gone when it raises.

    Its folder is made if need be. Raises ``OSError``.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in path.parents:
        mark_as_ours(folder)
    temporary = path.with_name(f".{secrets.token_hex(8)}")
    try:
        # Nobody else may have put something there, and the mode holds from the first moment on.
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), _MODE)
        with os.fdopen(descriptor, "wb") as file:
            yield file
        temporary.replace(path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_private(path: Path, data: bytes) -> None:
    """Write a whole file. Raises ``OSError``."""
    with private_file(path) as file:
        file.write(data)
