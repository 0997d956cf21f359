"""Advice on the version that a backend built, next to the one that is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packaging.version import Version

from atombuild.advice.codes import Code, found
from atombuild.finding import Finding
from atombuild.isolated.acceptance import Accepted
from atombuild.isolated.description import Description
from atombuild.isolated.expected import adds_to


def advise_on_version(description: Description, accepted: Iterable[Accepted]) -> Iterator[Finding]:
    """Yield that something adds to the static version."""
    if description.pyproject is None or description.version is None:
        return
    static = Version(description.version)
    for each in accepted:
        version = each.name.release.version
        if adds_to(static, version):
            yield found(
                Code.VERSION_TAGGED,
                description.pyproject.at("project", "version"),
                f"the version is built as {version}: something adds to the {static} that stands here",
                "for a release, build without it: setuptools adds tag_build and tag_date of [egg_info] in setup.cfg, "
                "of the file that DIST_EXTRA_CONFIG names, or of a config setting; other backends have plugins that do",
            )
            return
