"""An sdist file that somebody gave us: unpacked, unpacked over another, and read as a project."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from atombuild.archive.bounds import Limits
from atombuild.archive.renew import renew_sdist
from atombuild.archive.unpack import unpack_sdist
from atombuild.errors import AtombuildError
from atombuild.sdist_file import SdistFile
from fuzz.choices import Choices
from fuzz.oracle import Broken, Playground, check_error, check_reports, only_our_errors
from fuzz.target import Target
from fuzz.targets.archives import sdist, tar

LIMITS: Final = Limits(members=300, size=1 << 20)


def attempt(choices: Choices, playground: Playground) -> None:
    """Make such a file, and give it to all that unpack."""
    archive = playground.inside / "foo-1.0.tar.gz"
    archive.write_bytes(sdist(choices))
    _unpack(archive, playground.inside)


def _unpack(archive: Path, inside: Path) -> None:
    for number in range(3):
        out = inside / f"out-{min(number, 1)}"
        out.mkdir(exist_ok=True)
        with only_our_errors():
            top = unpack_sdist(archive, out, LIMITS) if number == 0 else renew_sdist(archive, out, LIMITS)[0]
            if top.parent != out or not top.is_dir() or os.listdir(out) != [top.name]:
                raise Broken(f"it came out as {top}, and {os.listdir(out)} is there")
        for path in out.rglob("*"):
            if path.is_symlink():
                if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(out)):
                    raise Broken(f"{path} leads to {path.readlink()}")
                continue
            mode = path.lstat().st_mode
            if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)) or mode & 0o7022:
                raise Broken(f"{path} came out with mode {mode:o}")
    given = SdistFile(archive)
    try:
        given.read_project(inside / "dist")
    except AtombuildError as error:
        check_error(error)
        check_reports(tuple(map(given.told, error.reports())))
    finally:
        given.close()


SDISTS: Final = Target("sdists", attempt, examples=80, size=250)


def attempt_bytes(choices: Choices, playground: Playground) -> None:
    """Unpack these very bytes, as the file and as the tar in it."""
    import gzip  # noqa: PLC0415

    as_tar = choices.one_in(2)
    data = choices.raw(1 << 16)
    archive = playground.inside / "foo-1.0.tar.gz"
    archive.write_bytes(gzip.compress(data, 0, mtime=0) if as_tar else data)
    _unpack(archive, playground.inside)


def _sample(choices: Choices) -> bytes:
    return b"\1" + tar(choices) if choices.one_in(2) else b"\0" + sdist(choices)


SDIST_BYTES: Final = Target("sdist-bytes", attempt_bytes, examples=20, sample=_sample, size=1200)
