"""Advice on projects of other backends: on what is written, and on what was made of it.

Whatever a backend was told, its artifacts are what it did. Of uv_build, where another release of it builds, the
settings are looked at as well, as for a native build.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from atombuild.advice.backend import reads_uv_settings
from atombuild.advice.codes import Code, found, some
from atombuild.advice.document import advise_on_document
from atombuild.advice.silence import without_silenced
from atombuild.errors import AtombuildError, Cancelled, Location
from atombuild.finding import Finding, Severity
from atombuild.isolated.acceptance import Accepted
from atombuild.isolated.advice.artifact import Artifact
from atombuild.isolated.advice.contents import advise_on_contents
from atombuild.isolated.advice.entry_points import advise_on_entry_points
from atombuild.isolated.advice.links import advise_on_links
from atombuild.isolated.advice.metadata import advise_on_metadata
from atombuild.isolated.advice.own_files import advise_on_own_files
from atombuild.isolated.advice.parity import advise_on_parity
from atombuild.isolated.advice.version import advise_on_version
from atombuild.isolated.advice.wheel import advise_on_wheel
from atombuild.isolated.description import Description
from atombuild.native.advice import advise_on_project
from atombuild.native.project import source_tree
from atombuild.project.load import load_project
from atombuild.status import ArtifactKind

_ORDER: Final = tuple(Severity)


class Circumstances(Protocol):
    """How the newest artifacts were made."""

    @property
    def wheel_from_sdist(self) -> bool:
        """The wheel was made from the sdist, not from the tree."""

    @property
    def other_texts(self) -> Sequence[str]:
        """Files of the tree that the sdist has with another text."""

    @property
    def installed(self) -> Collection[str] | None:
        """What is in the build environment, by normalised name; None: there is none yet."""


def advise(
    description: Description,
    accepted: Mapping[ArtifactKind, Accepted],
    out_dir: Path,
    circumstances: Circumstances,
    *,
    breathe: Callable[[], object] = lambda: None,
    others: Iterable[Finding] = (),
) -> tuple[Finding, ...]:
    """Return the findings that the author has not silenced, what matters most first.

    ``accepted`` are the newest artifacts; none, where no build succeeded yet. ``others`` are about more
    than the project.
    """
    findings: list[Finding] = list(others)
    pyproject = description.pyproject
    uv = pyproject is not None and reads_uv_settings(pyproject)
    if pyproject is not None:
        findings += advise_on_document(pyproject, circumstances.installed)
    if uv:
        findings += _on_uv_project(description, out_dir, breathe)
    told = {finding.code for finding in findings}
    # What the document or the tree showed has a better place there than in the artifact.
    findings += [
        finding
        for finding in _on_artifacts(description, accepted, out_dir, circumstances, breathe, uv=uv)
        if finding.code not in told
    ]
    if pyproject is not None:
        findings = list(without_silenced(findings, pyproject))
    once = {(each.code, each.words): each for each in reversed(findings)}  # both artifacts carry the same metadata
    return tuple(sorted(once.values(), key=lambda each: (_ORDER.index(each.severity), str(each.where.path), each.code)))


def _on_uv_project(description: Description, out_dir: Path, breathe: Callable[[], object]) -> Iterator[Finding]:
    """Yield what the settings and files of a project of uv_build show, where they can be understood."""
    try:
        if description.pyproject is not None:
            yield from advise_on_project(
                load_project(description.pyproject), source_tree(description.root, out_dir), breathe
            )
    except Cancelled:
        raise
    except AtombuildError:
        return  # the build says so


def _on_artifacts(
    description: Description,
    accepted: Mapping[ArtifactKind, Accepted],
    out_dir: Path,
    circumstances: Circumstances,
    breathe: Callable[[], object],
    *,
    uv: bool,
) -> Iterator[Finding]:
    artifacts = {
        kind: Artifact(each, Location(out_dir / each.path.name), description.root) for kind, each in accepted.items()
    }
    looked_into: dict[Path, bytes] = {}
    for artifact in artifacts.values():
        breathe()
        yield from advise_on_metadata(artifact)
        yield from advise_on_contents(artifact, breathe, looked_into, uv=uv)
        yield from advise_on_own_files(artifact)
    sdist, wheel = artifacts.get(ArtifactKind.SDIST), artifacts.get(ArtifactKind.WHEEL)
    if wheel is not None:
        breathe()
        yield from advise_on_wheel(wheel)
        yield from advise_on_entry_points(wheel, description.pyproject)
    if sdist is not None:
        yield from advise_on_links(sdist)
    other_texts = circumstances.other_texts
    if sdist is not None and other_texts:
        yield found(
            Code.SDIST_OTHER_TEXT,
            sdist.at(other_texts[0]),
            f"the sdist, and a wheel made from it, holds another text than the tree: {some(other_texts)}",
            "if the backend packs what is committed (meson-python does), commit it; or build the wheel from the "
            "tree: --wheel",
        )
    if wheel is not None and sdist is not None:
        breathe()
        yield from advise_on_parity(sdist, wheel, from_sdist=circumstances.wheel_from_sdist)
    yield from advise_on_version(description, accepted.values())
