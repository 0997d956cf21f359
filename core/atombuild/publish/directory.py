"""The output directory, opened once: lock, sweep, remove, replace, stage."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from atombuild.descriptors import check_size, close_read, reading
from atombuild.errors import OutputUnusable
from atombuild.publish.identity import Identity
from atombuild.publish.lock import Holder, has_its_name, take_lock
from atombuild.publish.names import GITIGNORE, check_target, is_private, is_temporary, private_name, temporary_name
from atombuild.publish.staged import Staged
from atombuild.publish.system import DirectorySystem, open_directory

_LARGEST_NOTE = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Removal:
    """What became of the old artifact under one target's name."""

    target: str
    old: Identity | None
    """What stood there; None: nothing."""

    refused: OSError | None = None
    """Why it still stands there; None: it does not."""


class OutputDirectory:
    """An open output directory. Every call is relative to the directory as it was opened."""

    def __init__(self, path: Path, system: DirectorySystem) -> None:
        self.path = path
        self._system = system
        self._lock: int | None = None
        self._made: tuple[Path, ...] = ()
        """The folders that were made for it, itself first."""

    @classmethod
    @contextlib.contextmanager
    def open(cls, path: Path, *, create: bool = True) -> Iterator[OutputDirectory]:
        """Open ``path``, creating it with a ``.gitignore`` of ``*`` when it is new and ``create`` is set.

        Raises :class:`OutputUnusable`: a symbolic link, a file, no permission, not there.
        """
        try:
            made = _make(path) if create else ()
            system = open_directory(path)
        except OSError as error:
            raise OutputUnusable(path, error) from error
        directory = cls(path, system)
        directory._made = made
        try:
            if made:
                directory._ignore_in_git()
            yield directory
        finally:
            system.close()

    @property
    def is_new(self) -> bool:
        """Whether it was not there before it was opened."""
        return bool(self._made)

    def withdraw(self) -> None:
        """Take a new directory back, with the folders that were made for it; what somebody put into them stays."""
        # In use, or gone already: either way there is nothing to take back.
        with contextlib.suppress(OSError):
            self._system.unlink(GITIGNORE)
        with contextlib.suppress(OSError):
            for folder in self._made:
                folder.rmdir()

    @contextlib.contextmanager
    def locked(self, project: str, busy: Callable[[Holder | None], None]) -> Iterator[bool]:
        """Hold the directory's lock; yields whether this file system has locks at all. See :func:`take_lock`."""
        descriptor, really = take_lock(self._system, self.path, project, busy)
        self._lock = descriptor if really else None
        try:
            yield really
        finally:
            self._lock = None
            close_read(descriptor)

    @property
    def lock(self) -> int | None:
        """The descriptor that holds the lock while :meth:`locked` runs: a backend that inherits it holds it too."""
        return self._lock

    def sweep(self) -> tuple[str, ...]:
        """Remove temporaries that a killed builder of ours left; return their names. Needs the lock.

        Only regular files and folders of our own name patterns and our own user. Raises :class:`OutputUnusable`.
        """
        swept = []
        try:
            for name in sorted(self._system.names()):
                if not (is_temporary(name) or is_private(name)):
                    continue
                found = self._system.lstat(name)
                if is_temporary(name) and stat.S_ISREG(found.st_mode) and _is_own(found):
                    self._system.unlink(name)
                    swept.append(name)
                elif is_private(name) and stat.S_ISDIR(found.st_mode) and _is_own(found):
                    _remove_folder(self.path / name)
                    swept.append(name)
        except OSError as error:
            raise OutputUnusable(self.path, error) from error
        return tuple(swept)

    def names(self) -> tuple[str, ...]:
        """Return the names of everything in it, sorted. Raises :class:`OutputUnusable`."""
        try:
            return tuple(sorted(self._system.names()))
        except OSError as error:
            raise OutputUnusable(self.path, error) from error

    @contextlib.contextmanager
    def private_folder(self) -> Iterator[Path]:
        """Make an empty folder in it, for somebody else to write into; it goes with all that is in it. Needs the lock.

        It lies on the same file system as the artifacts, so that room for them is room here. Raises
        :class:`OutputUnusable`. What can't be removed at the end is swept by the next builder, which says so.
        """
        folder = self.path / private_name()
        try:
            folder.mkdir(mode=0o700)
        except OSError as error:
            raise OutputUnusable(self.path, error) from error
        try:
            yield folder
        finally:
            with contextlib.suppress(OSError):
                _remove_folder(folder)

    def look(self, name: str) -> Identity | None:
        """Return what stands under a name, links not followed; None: nothing. Raises :class:`OutputUnusable`."""
        try:
            return Identity.of(self._system.lstat(name))
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                return None  # nothing can stand there
            raise OutputUnusable(self.path / name, error) from error

    def remove(self, targets: tuple[str, ...]) -> tuple[Removal, ...]:
        """Remove whatever stands under each target's exact name, then sync the directory. Needs the lock.

        A link is removed and not followed; a directory is refused. A refusal does not spare the other targets: none
        of them may keep an old file once the attempt began. Raises :class:`OutputUnusable` if the sync fails.
        """
        removals = tuple(self._remove(check_target(target)) for target in targets)
        if any(removal.old is not None and removal.refused is None for removal in removals):
            try:
                self._system.sync_directory()
            except OSError as error:
                raise OutputUnusable(self.path, error) from error
        return removals

    def _remove(self, target: str) -> Removal:
        try:
            found = self._system.lstat(target)
        except FileNotFoundError:
            return Removal(target, None)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                return Removal(target, None)  # a ledger may name it, but nothing can stand there
            return Removal(target, None, error)
        old = Identity.of(found)
        try:
            if stat.S_ISDIR(found.st_mode):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            self._system.unlink(target)
        except FileNotFoundError:
            return Removal(target, old)
        except OSError as error:
            return Removal(target, old, error)
        return Removal(target, old)

    def stage(self, target: str) -> Staged:
        """Open a temporary for ``target``. Raises :class:`WriteFailed`."""
        return Staged(self._system, self.path, target)

    def open_published(self, target: str, identity: Identity) -> int | None:
        """Return a descriptor of the artifact that was just published; None where it can't be had any more."""
        try:
            descriptor = self._system.open_for_reading(check_target(target))
        except OSError:
            return None
        try:
            found = Identity.of(os.fstat(descriptor))
        except OSError:
            found = None
        if found is None or (found.device, found.inode) != (identity.device, identity.inode):
            close_read(descriptor)
            return None
        return descriptor

    @property
    def open_files_stay(self) -> bool:
        """Whether a file that we still read can't be removed here."""
        return self._system.open_files_stay

    def read(self, name: str) -> bytes | None:
        """Return the content of a small file of ours; None: it is not there.

        Raises ``OSError``: what an unreadable ledger means is for the ledger to say.
        """
        try:
            descriptor = self._system.open_for_reading(name)
        except FileNotFoundError:
            return None
        with reading(descriptor) as file:
            return file.read(_LARGEST_NOTE)

    def replace(self, name: str, data: bytes) -> None:
        """Put ``data`` under ``name`` in one step: after a power loss the old content stands there or the new, whole.

        Which of the two, the directory's next sync settles. Raises :class:`OutputUnusable`.
        """
        temporary = temporary_name()
        try:
            descriptor = self._system.create(temporary)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                    file.flush()
                    check_size(descriptor, len(data))
                    self._system.sync_file(descriptor)
                self._system.replace(temporary, name)
            except BaseException:
                with contextlib.suppress(OSError):
                    self._system.unlink(temporary)
                raise
        except OSError as error:
            raise OutputUnusable(self.path, error) from error

    def append(self, name: str, data: bytes, *, most: int) -> None:
        """Add lines to a file of ours, which lets its older half go beyond ``most`` bytes. Needs the lock.

        Not synced: after a power loss the last lines may be missing, or be cut. A line that was cut costs itself alone:
        what is added begins a new one. Raises :class:`OutputUnusable`.
        """
        try:
            descriptor = self._system.open_or_create(name)
            with os.fdopen(descriptor, "r+b") as file:
                end = file.seek(0, os.SEEK_END)
                if end:
                    file.seek(end - 1)
                    data = data if file.read(1) == b"\n" else b"\n" + data
                # Under another name it is somebody else's too: then a copy of it grows.
                alone = os.fstat(file.fileno()).st_nlink == 1
                if alone and end + len(data) <= most:
                    file.write(data)
                    file.flush()
                    _check_end(descriptor, end, len(data))
                    return
                if end + len(data) <= most:
                    file.seek(0)
                else:
                    file.seek(max(end - most // 2, 0))
                    file.readline()  # most likely not from its beginning
                kept = file.read(most)
        except OSError as error:
            raise OutputUnusable(self.path, error) from error
        self.replace(name, kept + data)

    def set_aside(self, name: str, new_name: str) -> str:
        """Rename what can't be trusted under a name of ours; return its new name, numbered where that one is taken.

        Raises :class:`OutputUnusable`.
        """
        try:
            taken = set(self._system.names())
            free = next(each for each in _numbered(new_name) if each not in taken)
            self._system.replace(name, free)
        except OSError as error:
            raise OutputUnusable(self.path, error) from error
        return free

    def is_still_in_place(self) -> bool:
        """Whether the path still names the directory that was opened; somebody may have swapped it."""
        return self._system.is_still_at(self.path)

    def is_emptied(self) -> bool:
        """Whether somebody removes what is in it, while :meth:`locked` runs: the lock file that we hold has no name."""
        try:
            return self._lock is not None and not has_its_name(self._system, self._lock)
        except OSError:
            return False  # nothing is known; whoever writes next meets the same, and says so

    def _ignore_in_git(self) -> None:
        try:
            descriptor = self._system.create(GITIGNORE)
        except FileExistsError:
            return
        except OSError as error:
            raise OutputUnusable(self.path, error) from error
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(b"*")
        except OSError as error:
            # An empty one ignores nothing, and the next build would not write it again.
            with contextlib.suppress(OSError):
                self._system.unlink(GITIGNORE)
            raise OutputUnusable(self.path, error) from error


def _make(path: Path) -> tuple[Path, ...]:
    """Create the directory and its parents; return those that are new, the innermost first."""
    missing = tuple(itertools.takewhile(lambda folder: not os.path.lexists(folder), (path, *path.parents)))
    try:
        path.mkdir(parents=True)
    except FileExistsError:
        return ()
    return missing


def _check_end(descriptor: int, end: int, added: int) -> None:
    """Cut off what was added where it is not all there, so that no torn line stays. Raises ``OSError``."""
    try:
        check_size(descriptor, end + added)
    except OSError:
        os.ftruncate(descriptor, end)
        raise


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}-{number}" for number in itertools.count(2))


def _remove_folder(folder: Path) -> None:
    """Remove a folder of ours with all that somebody wrote into it, read-only folders included."""

    def open_up(_function: Callable[..., object], path: str, _error: object) -> None:
        parent = Path(path).parent
        for each in (parent, Path(path)):
            if each.is_dir() and not each.is_symlink():
                each.chmod(0o700)
        shutil.rmtree(path) if Path(path).is_dir() and not Path(path).is_symlink() else Path(path).unlink()

    shutil.rmtree(folder, onerror=open_up)


def _is_own(found: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or found.st_uid == os.geteuid()
