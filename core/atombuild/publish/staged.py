"""One artifact on its way: written apart, sealed, and only then given its name."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from atombuild.descriptors import check_size
from atombuild.errors import PersistFailed, WriteFailed
from atombuild.publish.digest import Digest
from atombuild.publish.identity import Identity
from atombuild.publish.names import check_target, temporary_name
from atombuild.publish.system import DirectorySystem

if TYPE_CHECKING:
    from typing_extensions import Self  # in the standard library from Python 3.11 on


@dataclass(frozen=True, slots=True)
class Sealed:
    """What was written: complete, of the right size, and on the disk. It has no final name yet."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Published:
    """What stands under the final name now."""

    sealed: Sealed
    identity: Identity | None
    """Which file it is; None: it could not be looked at any more."""

    unconfirmed: OSError | None
    """A look at it or the directory's last sync failed with this: the file is whole and has its name, but the disk is
    not well, and the name might not survive a power loss."""


class Staged:
    """A temporary in the output directory. Leaving the ``with`` block before :meth:`publish` removes it."""

    def __init__(self, system: DirectorySystem, directory: Path, target: str) -> None:
        """Open the temporary. Raises :class:`WriteFailed`."""
        self._system = system
        self._target = check_target(target)
        self._path = directory / target
        self._digest = Digest()
        self._size = 0
        self._name: str | None = None
        self._sealed: Sealed | None = None
        try:
            descriptor = system.create_nameless()
            if descriptor is None:
                self._name = temporary_name()
                descriptor = system.create(self._name)
        except OSError as error:
            raise WriteFailed(self._path, error) from error
        self._descriptor: int | None = descriptor

    def __enter__(self) -> Self:
        """Nothing more to do: the temporary is open."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove what has no final name yet."""
        self._discard()

    def write(self, chunk: bytes | memoryview) -> None:
        """Append all of ``chunk``. Raises :class:`WriteFailed`."""
        self._digest.update(chunk)
        rest = memoryview(chunk)
        self._size += len(rest)
        try:
            while rest:
                # A raw write may take less than it was given; what it did not take is still ours to write.
                rest = rest[os.write(self._open_descriptor(), rest) :]
        except OSError as error:
            raise WriteFailed(self._path, error) from error

    def seal(self) -> Sealed:
        """Bring everything to the disk and make sure that it is everything. Raises :class:`WriteFailed`."""
        descriptor = self._open_descriptor()
        try:
            self._system.sync_file(descriptor)
            check_size(descriptor, self._size)
            if self._name is not None:
                # Some network file systems report a full disk only here. A nameless file must stay open to get a name.
                self._descriptor = None
                os.close(descriptor)
        except OSError as error:
            raise WriteFailed(self._path, error) from error
        self._sealed = Sealed(self._size, self._digest.hexdigest())
        return self._sealed

    def publish(self) -> Published:
        """Give the sealed file its final name, which must be free. Raises :class:`PersistFailed`."""
        if self._sealed is None:
            raise RuntimeError("an artifact is published only after it was sealed")
        try:
            if self._name is None:
                self._system.name_nameless(self._open_descriptor(), self._target)
            else:
                self._system.rename_new(self._name, self._target)
                self._name = None
        except OSError as error:
            raise PersistFailed(self._path, error) from error
        # From here on the whole file stands under its name: no error may say otherwise.
        identity, unconfirmed = None, None
        try:
            identity = Identity.of(self._system.lstat(self._target))
            self._system.sync_directory()
        except OSError as error:
            unconfirmed = error
        self._discard()
        return Published(self._sealed, identity, unconfirmed)

    def _open_descriptor(self) -> int:
        if self._descriptor is None:
            raise RuntimeError("the temporary is closed")
        return self._descriptor

    def _discard(self) -> None:
        self._digest.close()
        # An error here has nothing to add: the next start sweeps what could not be removed now.
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = None
        if self._name is not None:
            with contextlib.suppress(OSError):
                self._system.unlink(self._name)
            self._name = None
