"""Advice on the links in an sdist."""

from __future__ import annotations

from collections.abc import Iterator

from atombuild.advice.codes import Code, found, some
from atombuild.finding import Finding
from atombuild.isolated.advice.artifact import Artifact


def advise_on_links(sdist: Artifact) -> Iterator[Finding]:
    """Yield that links lead to what the sdist does not hold."""
    loose = sdist.accepted.loose_links
    if loose:
        path, target = next(iter(loose.items()))
        yield found(
            Code.LINK_LEADS_NOWHERE,
            sdist.at(path),
            f"the sdist does not hold what links in it lead to: {some(tuple(loose))}",
            f"put the file itself in the place of the link to {target}, or leave the link out of the sdist",
        )
