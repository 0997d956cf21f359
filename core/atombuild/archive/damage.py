"""What Python raises while it reads an archive that is damaged, or was made to do harm."""

from __future__ import annotations

import errno
import gzip
import tarfile
import zipfile
import zlib
from typing import Final

try:
    from lzma import LZMAError
except ImportError:  # a Python that was built without it; then zipfile refuses such members by a RuntimeError
    LZMAError = zlib.error  # type: ignore[assignment,misc]

TAR_DAMAGE: Final = (
    tarfile.TarError,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    ValueError,
    OverflowError,
    RecursionError,  # tarfile goes one call deeper with each header that is about the next
)

ZIP_DAMAGE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    EOFError,
    ValueError,  # a name that is no text, a place before the begin
    IndexError,  # a member without a name
    OverflowError,
    RuntimeError,  # encrypted
    NotImplementedError,
)


def is_damage(error: OSError) -> bool:
    """Whether the archive is to blame and not the disk: it leads before its own begin, or bzip2 finds it spoilt."""
    return error.errno in {None, errno.EINVAL}
