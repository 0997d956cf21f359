"""Which release a build is for, and so which old artifacts fall: told by the project, or asked of its backend.

The artifact of a build is the file that this build would write: this project's name, and the version that the project
has now. A static version is known at once. Any other is the backend's, and is asked before anything falls, at each
build: the version of the last build is that of another release as soon as it moves.

    static ─► known ◄── the backend says it ◄── asked ◄── not static
                ▲                                 │ it has no hook that says it, or that fails
                ├──── what is built says it ◄─────┤
                └──── a wheel is built to know ◄──┤ the build ends without: failed, cancelled
                                                  └──► assumed: what the last attempt was for
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from atombuild.isolated.description import Description
from atombuild.isolated.expected import adds_to
from atombuild.isolated.names import Release, outdated_names, parse, release_in
from atombuild.status import ArtifactKind

if TYPE_CHECKING:
    from packaging.tags import Tag
    from packaging.version import Version

_EXTRA_CONFIG: Final = "DIST_EXTRA_CONFIG"
_LARGEST_CONFIG: Final = 1 << 20
_TAG: Final = re.compile(rb"(?m)^[ \t]*(?:tag[_-]build[ \t]*[=:][ \t]*\S|tag[_-]date[ \t]*[=:][ \t]*[^0\s])")
"""That something is added; setuptools itself writes an empty ``tag_build`` and ``tag_date = 0`` into each sdist."""


@dataclass(slots=True)
class CurrentRelease:
    """The release that the project is now, as far as it is known."""

    static: Release | None
    """As ``[project]`` gives it."""

    may_be_tagged: bool = False
    """Whether the backend may add to the static version."""

    known: Release | None = field(init=False, default=None)
    """None: only the backend knows it, or it is not known at all."""

    must_ask: bool = field(init=False, default=False)
    """Whether the backend has yet to be asked, and somebody wants to know."""

    has_no_hook: bool = field(init=False, default=False)
    """Whether the backend was asked and only builds."""

    rivals: bool = field(init=False, default=False)
    """Whether artifacts stand there of which it would be wrong to assume that they are of another release."""

    _asked: bool = field(init=False, default=False)
    _assumes: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        if not self.may_be_tagged:
            self.known = self.static

    def outdated(
        self, kind: ArtifactKind, names: tuple[str, ...], remembered: str | None, tags: frozenset[Tag]
    ) -> tuple[str, ...] | None:
        """Return which of these names, and of those that this build is likely to choose, fall; None: not known yet.

        ``remembered`` is the name as of the last attempt; the one that is likeliest now comes first.
        """
        before = release_in(remembered) if remembered is not None else None
        if not self._asked and (self.known is None or self._was_tagged(before)):
            self.known, self.must_ask = None, True
        release = self.known or (self._assumed(before) if self._assumes else None)
        if release is None:
            self.rivals |= any(_is_rival(said.release, before) for name in names if (said := parse(kind, name)))
            return None
        likely = (remembered, release.sdist_name if kind is ArtifactKind.SDIST else None)
        return tuple(dict.fromkeys(outdated_names(kind, release, (*filter(None, likely), *names), tags)))

    def superseded(self, kind: ArtifactKind, built: Iterable[str]) -> tuple[str, ...]:
        """Return which of the names ``built`` by this session give way to the release that is known now.

        A version that the author writes is a decision, and so is every file that was there before: those stay. One that
        only the backend knows moves by itself, and leaves nothing of what the session built on the way. Only a release
        that is final stays until the next final one: its files are waiting to be published.
        """
        now = self.known
        if now is None or self.static is not None:
            return ()
        return tuple(
            name
            for name in sorted(built)
            if (said := parse(kind, name)) is not None
            and said.release.name == now.name
            and said.release != now
            and (_is_final(now.version) or not _is_final(said.release.version))
        )

    def ask(self) -> None:
        """Note that the backend is asked now, once."""
        self._asked, self.must_ask = True, False

    def assume(self) -> None:
        """Take the release of the last attempt for that of this one, where nothing says better."""
        self._asked = self._assumes = True

    def _was_tagged(self, before: Release | None) -> bool:
        """Whether the backend added to this very static version at the last attempt."""
        return self.static is not None and before is not None and before != self.static and self._is_of_static(before)

    def _assumed(self, before: Release | None) -> Release | None:
        """Return what the project is taken for where its backend can't say."""
        if self.static is None:
            return before
        return before if before is not None and self._is_of_static(before) else self.static

    def _is_of_static(self, release: Release) -> bool:
        static = self.static
        if static is None or release.name != static.name:
            return False
        return release == static or adds_to(static.version, release.version)


def _is_rival(release: Release, before: Release | None) -> bool:
    return before is None or (release.name == before.name and release != before)


def _is_final(version: Version) -> bool:
    return not version.is_prerelease and version.local is None


def may_be_tagged(description: Description, *, has_settings: bool) -> bool:
    """Whether this backend may add to a static version, as setuptools does by ``tag_build`` and ``tag_date``.

    Where it may, it is asked. Not looked for is what ``setup.py`` does by itself: that is known from the second build
    on, by the name of the first. ``has_settings``: backends are given config settings, which may do it as well.
    """
    if has_settings:
        return True
    if not any("setuptools" in each for each in (description.backend, *description.requires)):
        return False
    data = description.pyproject.data if description.pyproject is not None else b""
    files = (description.root / "setup.cfg", Path("~/.pydistutils.cfg").expanduser())
    return _EXTRA_CONFIG in os.environ or _names_a_tag(data) or any(_names_a_tag(_content(file)) for file in files)


def _names_a_tag(data: bytes) -> bool:
    return _TAG.search(data) is not None


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_CONFIG)
    except OSError:
        return b""  # not there; or unreadable, which is the backend's to say
