"""Advice on files of ours that a backend packed: it takes what it finds, and can't know whose they are."""

from __future__ import annotations

from collections.abc import Iterator

from atombuild.advice.codes import Code, found, some
from atombuild.finding import Finding
from atombuild.isolated.advice.artifact import Artifact
from atombuild.own_files import own_outputs, own_places

_RECORDS = ".atombuild"
"""How the names of all files begin that we keep in an output directory."""


def advise_on_own_files(artifact: Artifact) -> Iterator[Finding]:
    """Yield that our records, our cache, our state or the file that our output goes to would be published."""
    places, outputs = own_places(artifact.root), own_outputs()
    ours = tuple(path for path in artifact.packed if _is_ours(artifact, path, places, outputs))
    if ours:
        yield found(
            Code.OWN_FILE,
            artifact.at(ours[0]),
            f"files of atombuild's own are packed: {some(ours)}",
            "leave them out by the backend's settings (MANIFEST.in: prune dist), or put them outside of the project: "
            "-o, ATOMBUILD_CACHE_DIR, ATOMBUILD_STATE_DIR, or the file that the output is redirected into",
        )


def _is_ours(artifact: Artifact, path: str, places: frozenset[str], outputs: frozenset[tuple[int, int]]) -> bool:
    if any(part.startswith(_RECORDS) for part in path.split("/")):
        return True
    if any(path == place or path.startswith(f"{place}/") for place in places):
        return True
    if not outputs:
        return False
    try:
        status = artifact.at(path).path.stat()
    except OSError:
        return False  # it is gone: what was packed was not what we write to now
    return (status.st_dev, status.st_ino) in outputs
