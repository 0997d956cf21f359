"""What can be wrong with a command: found before anything is built, so that a slip of the hand removes no artifact."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path
from typing import Final

from atombuild.errors import UsageMistake, system_reason
from atombuild.isolated.interpreter import find_interpreter
from atombuild.isolated.options import Options
from atombuild.places import places_below
from atombuild.project.constraints import read_constraints

_LOOKED_AT: Final = 1000
"""Entries of an output directory that are looked at."""


def check_options(options: Options) -> None:
    """Raise :class:`UsageMistake` for an interpreter that is none, and for constraints that can't be read."""
    for path in options.constraints:
        read_constraints(path)
    if options.python is not None:
        find_interpreter(options.python, isolation=options.isolation)


def check_source(archive: Path) -> None:
    """Raise :class:`UsageMistake` for an sdist file that is not there, or can't be looked at."""
    try:
        archive.stat()
    except (FileNotFoundError, NotADirectoryError):
        hint = "check the path; it starts at this folder"
        raise UsageMistake(f"Source `{archive}` does not exist", hint=hint) from None
    except OSError as error:
        raise UsageMistake(
            f"Source `{archive}` can't be looked at: {system_reason(error)}", hint="give a file that you may read"
        ) from None


def check_out_dir(root: Path, out_dir: Path) -> None:
    """Raise :class:`UsageMistake` for an output directory that was given, and can't be one.

    What is not there is made. The project's own folder may be one, as with ``uv build``.
    """
    _require_folder(out_dir)
    for place in places_below(root, out_dir) - {""}:
        parts = place.split("/")
        folders = [root.joinpath(*parts[: count + 1]) for count in range(len(parts))]
        packages = (folder for folder in folders if (folder / "__init__.py").is_file())
        source = next(chain(packages, _sources(out_dir)), None)
        if source is not None:
            raise UsageMistake(
                f"--out-dir {out_dir} holds sources of the project, and what stands there is in no sdist: {source}",
                hint="give a folder that holds artifacts alone, such as dist",
            )


def _sources(folder: Path) -> Iterator[Path]:
    """Yield Python files and packages that stand in a folder itself. An sdist that was unpacked there is neither."""
    with suppress(OSError), os.scandir(folder) as entries:  # what can't be listed is told when it is to be used
        for entry in islice(entries, _LOOKED_AT):
            path = Path(entry.path)
            if entry.name.endswith(".py") or (path / "__init__.py").is_file():
                yield path


def _require_folder(out_dir: Path) -> None:
    hint = "give a folder; one that is not there yet is made"
    try:
        mode = out_dir.lstat().st_mode
    except FileNotFoundError:
        _require_room(out_dir)
        return
    except NotADirectoryError:
        raise UsageMistake(f"--out-dir {out_dir} leads through a file", hint=hint) from None
    except (OSError, ValueError) as error:
        reason = system_reason(error) if isinstance(error, OSError) else "no folder can have such a name"
        raise UsageMistake(f"--out-dir {out_dir} can't be used: {reason}", hint=hint) from None
    if stat.S_ISLNK(mode):
        raise UsageMistake(
            f"--out-dir {out_dir} is a symbolic link, which may lead elsewhere tomorrow",
            hint="give the folder that it leads to",
        )
    if not stat.S_ISDIR(mode):
        raise UsageMistake(f"--out-dir {out_dir} is a file, not a folder", hint=hint)


def _require_room(out_dir: Path) -> None:
    """Raise :class:`UsageMistake` where no folder can be made at ``out_dir``, at which there is nothing yet."""
    for parent in out_dir.parents:
        if parent.is_symlink() and not parent.exists():
            raise UsageMistake(
                f"--out-dir {out_dir} leads through {parent}, a symbolic link to nothing",
                hint="make what it leads to, or give another folder",
            )
        if parent.is_dir():
            if not os.access(parent, os.W_OK | os.X_OK):
                raise UsageMistake(
                    f"--out-dir {out_dir} can't be made: you may not write to {parent}",
                    hint="check who owns that and its permissions, or give another folder",
                )
            return
