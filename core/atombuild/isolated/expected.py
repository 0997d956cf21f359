"""What an artifact must be of, before it is believed: the project as it describes itself, or the sdist it comes from.

A backend may add to a static version: setuptools does by ``tag_build`` and ``tag_date``, others by plugins. Such a
version is still the release that the author wrote. A backend that changes or drops a part of it makes something else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from packaging.version import Version

from atombuild.isolated.names import Release

if TYPE_CHECKING:
    from packaging.utils import NormalizedName

_DAY_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class Expected:
    """What is known of an artifact before it is built."""

    name: NormalizedName
    version: Version | None = None
    """None: the backend's to say."""

    source: str = "the project"
    """Which of them says so, in words."""

    exactly: bool = False
    """Whether nothing may be added to the version."""

    def admits(self, release: Release) -> bool:
        """Whether an artifact of this release is what was asked for."""
        if release.name != self.name:
            return False
        if self.version is None or release.version == self.version:
            return True
        return not self.exactly and adds_to(self.version, release.version)

    def __str__(self) -> str:
        """Return a sentence, for what is not admitted."""
        return f"{self.source} is {self.name}" + (f" {self.version}" if self.version is not None else "")


def adds_to(version: Version, longer: Version) -> bool:
    """Whether ``longer`` is ``version`` with a pre-, post-, dev- or local part behind all that is written (PEP 440).

    Or with the date of a day behind its text: that is how setuptools reads a ``tag_date`` without a ``tag_build``, and
    it makes 1.20261128 of 1.0.
    """
    if _ends_with_a_day(str(longer)) and Version(f"{version}{str(longer)[-_DAY_DIGITS:]}") == longer:
        return True
    if longer == version or Version(longer.base_version) != Version(version.base_version):
        return False
    before, after = ([each.pre, each.post, each.dev] for each in (version, longer))
    if version.local is not None:
        return before == after and f"{longer.local}.".startswith(f"{version.local}.")
    written = max((index for index, part in enumerate(before) if part is not None), default=-1) + 1
    return before[:written] == after[:written]


def _ends_with_a_day(text: str) -> bool:
    day = text[-_DAY_DIGITS:]
    if len(day) != _DAY_DIGITS or not (day.isascii() and day.isdigit()):
        return False
    try:
        date(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError:
        return False
    return True
