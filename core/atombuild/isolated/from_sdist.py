"""What goes wrong where a wheel is made from an sdist, told with places that are still there afterwards.

The sdist is unpacked elsewhere, and goes with the build. What is told is about that sdist, and points at the project's
own file or settings where there are such: only there can anybody change something. Most often the sdist lacks a file
that the project has, and whatever the backend says of it reads as if that file were missing.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from atombuild.advice.codes import some
from atombuild.errors import (
    AtombuildError,
    BackendFailure,
    EnvironmentFailure,
    Location,
    ProjectInvalid,
    SdistRejected,
    SourceRejected,
)
from atombuild.isolated.description import Description

_FROM_THE_TREE: Final = "or build the wheel from the tree, which needs no sdist: --sdist --wheel"

_QUOTED: Final = re.compile(r"'([^'\n]{1,300})'|\"([^\"\n]{1,300})\"|`([^`\n]{1,300})`")
_WORD: Final = re.compile(r"[^\s'\"`,;:()\[\]<>=]{1,300}")
_MODULE: Final = re.compile(r"No module named '([\w.]{1,200})'")
_MOST_NAMES: Final = 400
"""Candidates that are looked for on the disk."""

_SETTINGS: Final = {
    "hatchling": ("tool", "hatch", "build", "targets", "sdist"),
    "flit_core": ("tool", "flit", "sdist"),
    "pdm": ("tool", "pdm", "build"),
    "poetry": ("tool", "poetry"),
    "maturin": ("tool", "maturin"),
    "scikit_build_core": ("tool", "scikit-build", "sdist"),
}
"""Where a backend is told what its sdist holds."""


def not_a_source(error: SdistRejected, description: Description, published: Path) -> AtombuildError:
    """Return the error for an sdist that the project's own backend has just made, and that can't be unpacked.

    ``published`` is where it stands now, if it does.
    """
    what = f"no wheel can be made from the sdist {published.name}, since it can't be {error.doing}"
    own = description.root / error.member if error.member is not None else None
    if own is not None and os.path.lexists(own):
        return SourceRejected(what, hint=f"{error.hint}; {_FROM_THE_TREE}", where=Location(own), why=(error.why,))
    where = Location(published) if published.exists() else description.where
    hint = f"report it to the backend's maintainers, {_FROM_THE_TREE}"
    return BackendFailure(what, hint=hint, where=where, why=(error.why,))


@dataclass(frozen=True, slots=True)
class UnpackedSdist:
    """The sdist of a project, unpacked for its wheel."""

    name: str
    """Of the sdist file."""

    top: Path
    """Its folder, which is gone after the build."""

    project: Description
    """The project that it was made of."""

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Tell errors as what they are: about the sdist. What an environment lacks has nothing to do with it."""
        try:
            yield
        except EnvironmentFailure:
            raise
        except (BackendFailure, SourceRejected) as error:
            lacking = tuple(self._lacking("\n".join((error.what, *error.why))))
            error.where = self._where(error.where, lacking)
            if lacking:
                error.hint = f"have the backend pack it: {self._how_to_pack()}; {_FROM_THE_TREE}"
            error.what = self._told(error.what)
            error.why = (self._about(lacking), *map(self._told, error.why))
            raise
        except ProjectInvalid as error:
            error.problems = tuple(
                replace(each, where=self._where(each.where, ()), why=(self._about(()), *map(self._told, each.why)))
                for each in error.problems
            )
            raise

    def _about(self, lacking: tuple[str, ...]) -> str:
        text = f"the wheel is built from the sdist {self.name}"
        return f"{text}, which lacks {some(lacking)}; the project has it" if lacking else text

    def _told(self, words: str) -> str:
        """Return words with paths as the sdist has them."""
        return words.replace(f"{self.top}{os.sep}", f"{self.top.name}/").replace(str(self.top), self.top.name)

    def _where(self, where: Location | None, lacking: tuple[str, ...]) -> Location | None:
        if lacking:
            settings = self._settings()
            if settings is not None:
                return settings
        if where is None:
            return Location(self.project.root / lacking[0]) if lacking else None
        if not where.path.is_relative_to(self.top):
            return where
        own = self.project.root / where.path.relative_to(self.top)
        if _same_text(own, where.path):
            return replace(where, path=own)
        # The backend wrote it into the sdist: its lines are no lines of the project's.
        return Location(own) if own.exists() else self.project.where

    def _settings(self) -> Location | None:
        """Return where the project says what its sdist holds, if it does."""
        if self.project.backend.startswith("setuptools."):
            manifest = self.project.root / "MANIFEST.in"
            return Location(manifest) if manifest.is_file() else None
        keys = self._keys()
        table: object = self.project.pyproject.table if self.project.pyproject is not None else {}
        for key in keys:
            table = table.get(key) if isinstance(table, dict) else None
        if not keys or table is None or self.project.pyproject is None:
            return None
        return self.project.pyproject.at(*keys)

    def _keys(self) -> tuple[str, ...]:
        return _SETTINGS.get(self.project.backend.partition(":")[0].partition(".")[0], ())

    def _how_to_pack(self) -> str:
        if self.project.backend.startswith("setuptools."):
            return "name it in MANIFEST.in"
        if self.project.backend.startswith("mesonpy"):
            return "commit it, for meson packs what is committed"
        keys = self._keys()
        return f"look at [{'.'.join(keys)}]" if keys else "look at its settings for the sdist"

    def _lacking(self, words: str) -> Iterator[str]:
        """Yield files that these words name, and that the project has, and the sdist has not."""
        for path in dict.fromkeys(self._named(words)):
            if os.path.lexists(self.project.root / path) and not os.path.lexists(self.top / path):
                yield path

    def _named(self, words: str) -> Iterator[str]:
        """Yield paths that may be meant, relative to the project."""
        words = words.replace(f"{self.top}{os.sep}", "")
        quoted = [next(filter(None, match.groups())) for match in _QUOTED.finditer(words)]
        plain = [word for word in _WORD.findall(words) if "." in word or "/" in word]
        names = [_relative(name) for name in (*quoted, *plain)[:_MOST_NAMES]]
        for module in _MODULE.findall(words):
            path = module.replace(".", "/")
            names += [f"{path}.py", path]
        yield from (name for name in names if name)
        # A compiler names a header by itself, next to the source that asks for it.
        folders = dict.fromkeys(posixpath.dirname(name) for name in names if name and (self.top / name).is_file())
        for folder in (*folders, "include", "src"):
            yield from (posixpath.join(folder, name) for name in names if name and folder)


def _relative(text: str) -> str:
    """Return a path below the project in its normal form; "" for what is none."""
    path = posixpath.normpath(text.strip().rstrip(".").replace(os.sep, "/"))
    return "" if path.startswith(("/", "..")) or path == "." or "\0" in path else path


def _same_text(one: Path, other: Path) -> bool:
    try:
        return one.read_bytes() == other.read_bytes()
    except OSError:
        return False
