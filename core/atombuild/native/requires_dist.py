"""The text of ``Requires-Dist``: uv's form for everything but the marker.

uv rewrites markers by a decision diagram. Here the author's marker stays as written, in ``packaging``'s normal form:
it means the same on every environment and is easier to read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from atombuild.project.requirement import Dependency
from atombuild.project.versions import specifier_text

if TYPE_CHECKING:
    from packaging.markers import Marker

_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")


def requires_dist(dependency: Dependency, extra: str | None = None) -> str:
    """Return the value of the header; ``extra`` is the extra that asks for the dependency."""
    text = dependency.name
    if dependency.extras:
        text += f"[{','.join(dependency.extras)}]"
    if dependency.url is not None:
        text += f" @ {dependency.url}"
    text += ",".join(specifier_text(specifier) for specifier in dependency.specifiers)
    marker = _marker_text(dependency.marker, extra)
    return f"{text} ; {marker}" if marker else text


def _marker_text(marker: Marker | None, extra: str | None) -> str | None:
    own = _QUOTED.sub(_single_quoted, str(marker)) if marker else None
    if extra is None:
        return own
    asked = f"extra == '{extra}'"
    if own is None:
        return asked
    # "and" binds tighter than "or"; brackets too many do no harm, and one "or" in brackets of its own is rare
    return f"({own}) and {asked}" if re.search(r"\bor\b", _QUOTED.sub("", own)) else f"{own} and {asked}"


def _single_quoted(match: re.Match[str]) -> str:
    quoted = match.group()
    return quoted if "'" in quoted else f"'{quoted[1:-1]}'"
