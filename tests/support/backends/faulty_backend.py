"""Stands before the real backend of a project, and spoils its hooks as fault.json beside this file says.

Written into a copy of a project by ``support.backends.with_fault``. It runs in the build environment, where nothing
but the standard library is certain. Whatever it doesn't spoil is the real backend's work, with one exception: an sdist
gets this folder too, since the wheel may be built from it, and backends differ in how they are asked to pack a folder.
"""

from __future__ import annotations

import errno
import importlib
import io
import json
import os
import shutil
import signal
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

FOLDER = Path(__file__).parent
SETTINGS = json.loads((FOLDER / "fault.json").read_text(encoding="utf-8"))
ELSEWHERE = Path(SETTINGS["elsewhere"])
MEMBERS_WRITTEN = 3
"""How many an archive holds when a fault strikes in the middle of it."""

Real = Callable[[Path], str]
"""The real hook, given the output directory."""

METADATA_HOOKS = {
    "get_requires_for_build_sdist": "build_sdist",
    "get_requires_for_build_wheel": "build_wheel",
    "prepare_metadata_for_build_wheel": "build_wheel",
}
"""By hook: what it is called for."""


def __getattr__(name: str) -> Any:
    # Front-ends ask whether a hook is there; the answer is the real backend's.
    if name in METADATA_HOOKS and _fault_in(METADATA_HOOKS[name]) == "fails in metadata":
        return _refuse_metadata
    return getattr(_real_backend(), name)


def build_sdist(sdist_directory: str, config_settings: object = None) -> str | None:
    def real(directory: Path) -> str:
        name: str = _real_backend().build_sdist(str(directory), config_settings)
        return name

    return _spoilt("build_sdist", Path(sdist_directory), real)


def build_wheel(
    wheel_directory: str, config_settings: object = None, metadata_directory: str | None = None
) -> str | None:
    def real(directory: Path) -> str:
        name: str = _real_backend().build_wheel(str(directory), config_settings, metadata_directory)
        return name

    return _spoilt("build_wheel", Path(wheel_directory), real)


def _real_backend() -> Any:
    module, _, attributes = SETTINGS["real"]["build-backend"].partition(":")
    found: Any = importlib.import_module(module)
    for name in filter(None, attributes.split(".")):
        found = getattr(found, name)
    return found


def _fault_in(hook: str) -> str | None:
    return SETTINGS["fault"] if hook in SETTINGS["hooks"] else None


def _refuse_metadata(*_arguments: object, **_keywords: object) -> NoReturn:
    raise RuntimeError("the backend refuses to say what it needs")


def _spoilt(hook: str, directory: Path, real: Real) -> str | None:
    fault = _fault_in(hook)
    if fault in STOPS:
        return _stopped_mid_write(directory, real, STOPS[fault])
    if fault == "writes nothing":
        return _in_another_folder(directory, real)
    name = real(directory)
    if hook == "build_sdist":
        _pack_this_folder(directory / name)
    return SPOILERS[fault](directory, name) if fault in SPOILERS else name


# While it writes.


def _fail() -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


STOPS: dict[str | None, Callable[[], None]] = {"fails mid write": _fail, "killed mid write": _die}


def _stopped_mid_write(directory: Path, real: Real, stop: Callable[[], None]) -> str:
    with _tripwire(stop):
        name = real(directory)
    # Still here: another process wrote it, one that can't be stopped at a member.
    _cut(directory / name)
    stop()
    return name


@contextmanager
def _tripwire(stop: Callable[[], None]) -> Iterator[None]:
    """Stop before the next member, once an archive holds a few. What stands on the disk then is the backend's."""
    add_to_tar, open_in_zip = tarfile.TarFile.addfile, zipfile.ZipFile.open
    written = 0

    def count(stream: Any) -> None:
        nonlocal written
        if written == MEMBERS_WRITTEN:
            if hasattr(stream, "flush"):  # for who dies: nothing else would bring these members to the disk
                stream.flush()
            stop()
        written += 1

    def addfile(archive: tarfile.TarFile, member: tarfile.TarInfo, *arguments: Any, **keywords: Any) -> None:
        if member.isreg():
            count(archive.fileobj)
        add_to_tar(archive, member, *arguments, **keywords)

    def open_member(archive: zipfile.ZipFile, name: Any, mode: Any = "r", *arguments: Any, **keywords: Any) -> Any:
        # ZipFile.write and writestr come through here too.
        if mode == "w":
            count(archive.fp)
        return open_in_zip(archive, name, mode, *arguments, **keywords)

    tarfile.TarFile.addfile = addfile  # type: ignore[assignment,method-assign]
    zipfile.ZipFile.open = open_member  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        tarfile.TarFile.addfile = add_to_tar  # type: ignore[method-assign]
        zipfile.ZipFile.open = open_in_zip  # type: ignore[method-assign]


def _in_another_folder(_directory: Path, real: Real) -> str:
    ELSEWHERE.mkdir(exist_ok=True)
    return real(ELSEWHERE)


# After it wrote.


def _under_another_name(directory: Path, name: str) -> str:
    # A wheel keeps its tags: the name is one that could be right.
    kept = name.split("-", 2)[2] if name.endswith(".whl") else ""
    other = f"stranger-9.9-{kept}" if kept else "stranger-9.9.tar.gz"
    (directory / name).rename(directory / other)
    return other


def _under_no_name(directory: Path, name: str) -> str:
    (directory / name).rename(directory / "result.bin")
    return "result.bin"


def _by_its_path(directory: Path, name: str) -> str:
    return str((directory / name).absolute())


def _with_company(directory: Path, name: str) -> str:
    (directory / "build.log").write_text("built\n", encoding="utf-8")
    return name


def _as_link(directory: Path, name: str) -> str:
    ELSEWHERE.mkdir(exist_ok=True)
    shutil.move(directory / name, ELSEWHERE / name)
    (directory / name).symlink_to(ELSEWHERE / name)
    return name


def _truncated(directory: Path, name: str) -> str:
    _cut(directory / name)
    return name


def _untrue(directory: Path, name: str) -> str:
    path = directory / name
    if name.endswith(".whl"):
        _falsify_record(path)
    else:
        stem = name.removesuffix(".tar.gz")
        _rewrite_tar(path, {name: data for name, data in _read_tar(path).items() if name != f"{stem}/PKG-INFO"})
    return name


def _unsaid(_directory: Path, _name: str) -> None:
    return None


SPOILERS: dict[str | None, Callable[[Path, str], str | None]] = {
    "wrong name": _under_another_name,
    "wrong kind of name": _under_no_name,
    "absolute name": _by_its_path,
    "writes too much": _with_company,
    "link": _as_link,
    "truncated": _truncated,
    "bad record": _untrue,
    "not a string": _unsaid,
}


# Archives.

Members = dict[str, tuple[tarfile.TarInfo, bytes]]


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _pack_this_folder(sdist: Path) -> None:
    members = _read_tar(sdist)
    stem = sdist.name.removesuffix(".tar.gz")
    for file in ("faulty_backend.py", "fault.json"):
        path, data = f"{stem}/{FOLDER.name}/{file}", (FOLDER / file).read_bytes()
        member = tarfile.TarInfo(path)
        member.size = len(data)
        members.setdefault(path, (member, data))
    _rewrite_tar(sdist, members)


def _read_tar(path: Path) -> Members:
    members: Members = {}
    with tarfile.open(path) as archive:
        for member in archive:
            file = archive.extractfile(member)
            members[member.name] = (member, file.read() if file else b"")
    return members


def _rewrite_tar(path: Path, members: Members) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for member, data in members.values():
            archive.addfile(member, io.BytesIO(data) if member.isreg() else None)


def _falsify_record(wheel: Path) -> None:
    """Give the first file of the RECORD another hash, well-formed."""
    with zipfile.ZipFile(wheel) as archive:
        members = [(member, archive.read(member)) for member in archive.infolist()]
    with zipfile.ZipFile(wheel, "w") as archive:
        for member, data in members:
            if member.filename.endswith(".dist-info/RECORD"):
                before, _, after = data.partition(b",sha256=")
                data = before + b",sha256=" + b"A" * 43 + after[43:]  # noqa: PLW2901 (the one that is changed)
            archive.writestr(member, data)
