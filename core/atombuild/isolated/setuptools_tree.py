"""What setuptools would leave in the project's tree, or take from what it left there: kept out, and removed again.

An sdist is made in the tree, as every other front end has it made: setuptools leaves its own ``build`` folder out of
the archive, and the ``.egg-info`` that it writes is a part of it. A wheel from the tree is built elsewhere, where no
``build/lib`` of an earlier build adds modules that are deleted by now. A wheel from an sdist needs no help: nothing
stands in that folder but the sdist.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Collection, Generator, Mapping
from configparser import Error, RawConfigParser
from pathlib import Path
from typing import Final

from atombuild.errors import WriteFailed

_EGG_INFO: Final = ".egg-info"
_EXTRA_CONFIG: Final = "DIST_EXTRA_CONFIG"
_PLACES: Final = {
    "build": {"build_lib": "lib", "build_temp": "temp", "build_scripts": "scripts"},
    "bdist": {"bdist_base": "bdist"},
}
"""Where a wheel's files are collected, by section of ``setup.cfg``. ``build_base`` stays the project's: setuptools
passes over the folder of that name, and has to go on doing so."""


def build_elsewhere(root: Path, private: Path) -> dict[str, str]:
    """Return environment variables that have setuptools collect a wheel's files below ``private``.

    It reads one more configuration file, named by ``DIST_EXTRA_CONFIG``. If the user has set that, what is in their
    file stays in force; ``root`` is where setuptools looks for it. Raises :class:`WriteFailed`.
    """
    config = RawConfigParser()
    config.optionxform = str  # type: ignore[assignment,method-assign]  # as setuptools reads it
    users = os.environ.get(_EXTRA_CONFIG)
    if users:
        try:
            config.read(root / users, encoding="utf-8")
        except (OSError, ValueError, Error):
            return {}  # setuptools says what is wrong with it
    for section, options in _PLACES.items():
        if not config.has_section(section):
            config.add_section(section)
        for name, folder in options.items():
            config.remove_option(section, name.replace("_", "-"))
            # The value is read with interpolation, in which a percent sign is written twice.
            config.set(section, name, str(private / folder).replace("%", "%%"))
    path = private / "setuptools.cfg"
    try:
        with path.open("w", encoding="utf-8") as file:
            config.write(file)
    except OSError as error:
        raise WriteFailed(path, error) from error
    return {_EXTRA_CONFIG: str(path)}


@contextlib.contextmanager
def without_new_egg_info(root: Path, written: Collection[str]) -> Generator[None]:
    """Remove the ``.egg-info`` folders that hooks made below ``root``, wherever packages lie.

    ``written`` is what hooks say that they wrote, by the end of this: paths relative to ``root``, a new folder with a
    slash at its end. One that stood there before the hooks began has none, and stays.
    """
    try:
        yield
    finally:
        for name in written:
            folder = root / name.rstrip("/")
            if name.endswith(f"{_EGG_INFO}/") and not folder.is_symlink():
                shutil.rmtree(folder, ignore_errors=True)


def has_setuptools(backend: str, versions: Mapping[str, str]) -> bool:
    """Whether setuptools may take part in a build: as the backend, or under one that calls it."""
    return backend.startswith("setuptools.") or "setuptools" in versions
