"""Advice on artifacts that another backend made: whatever it was told, this is what it did.

The rules on metadata are those of ``packaging.metadata``, which PyPI and ``twine check`` go by.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from packaging.metadata import ExceptionGroup, InvalidMetadata, Metadata
from packaging.requirements import InvalidRequirement
from packaging.version import Version

from atombuild.advice.codes import Code, found, some
from atombuild.advice.own_settings import advise_on_own_settings
from atombuild.advice.silence import advise_on_silence, without_silenced
from atombuild.advice.suspects import SUSPECTS, is_compiled
from atombuild.errors import Location
from atombuild.finding import Finding, Severity
from atombuild.isolated.acceptance import Accepted
from atombuild.isolated.description import Description
from atombuild.isolated.expected import adds_to
from atombuild.status import ArtifactKind

_TOP_LEVEL: Final = frozenset(
    {"test", "tests", "testing", "doc", "docs", "example", "examples", "benchmarks", "scripts", "src", "build", "dist"}
)
_REMEDIES: Final = {
    Code.SECRET: "take it out of the project's folders, and exclude it in the backend's settings",
    Code.LEFTOVER: "delete it, or exclude it in the backend's settings",
}
_SOURCES: Final = ("", "src", "lib", "python")
"""Folders of a project that may hold what stands at the top of its wheel."""

_ORDER: Final = tuple(Severity)


@dataclass(frozen=True, slots=True)
class _Artifact:
    accepted: Accepted
    where: Location
    root: Path
    """The project's folder."""

    def at(self, member: str) -> Location:
        """Return the file of the project that a member was made from, where it stands there; else the artifact."""
        for folder in _SOURCES:
            path = self.root / folder / member
            if os.path.lexists(path):
                return Location(path)
        return self.where

    @property
    def packed(self) -> tuple[str, ...]:
        """Its files, but for those of the metadata."""
        return tuple(path for path in self.accepted.members if ".dist-info/" not in path)


class Circumstances(Protocol):
    """How the newest artifacts were made."""

    @property
    def wheel_from_sdist(self) -> bool:
        """The wheel was made from the sdist, not from the tree."""

    @property
    def other_texts(self) -> Sequence[str]:
        """Files of the tree that the sdist has with another text."""


def advise(
    description: Description,
    accepted: Mapping[ArtifactKind, Accepted],
    out_dir: Path,
    circumstances: Circumstances,
    *,
    breathe: Callable[[], object] = lambda: None,
) -> tuple[Finding, ...]:
    """Return the findings that the author has not silenced, what matters most first.

    ``accepted`` are the newest artifacts.
    """
    artifacts = {
        kind: _Artifact(each, Location(out_dir / each.path.name), description.root) for kind, each in accepted.items()
    }
    findings: list[Finding] = []
    for artifact in artifacts.values():
        breathe()
        findings += _on_metadata(artifact)
        findings += _on_suspects(artifact)
    sdist, wheel = artifacts.get(ArtifactKind.SDIST), artifacts.get(ArtifactKind.WHEEL)
    if wheel is not None:
        breathe()
        findings += _on_wheel(wheel)
    other_texts = circumstances.other_texts
    if sdist is not None and other_texts:
        findings.append(
            found(
                Code.SDIST_OTHER_TEXT,
                sdist.at(other_texts[0]),
                f"the sdist, and a wheel made from it, holds another text than the tree: {some(other_texts)}",
                "if the backend packs what is committed (meson-python does), commit it; or build the wheel from the "
                "tree: --wheel",
            )
        )
    if wheel is not None and sdist is not None:
        breathe()
        findings += _on_parity(sdist, wheel, from_sdist=circumstances.wheel_from_sdist)
    findings += _on_version(description, accepted)
    if description.pyproject is not None:
        findings += advise_on_own_settings(description.pyproject)
        findings += advise_on_silence(description.pyproject)
        findings = list(without_silenced(findings, description.pyproject))
    once = {(each.code, each.words): each for each in reversed(findings)}  # both artifacts carry the same metadata
    return tuple(sorted(once.values(), key=lambda each: (_ORDER.index(each.severity), str(each.where.path), each.code)))


def _on_version(description: Description, accepted: Mapping[ArtifactKind, Accepted]) -> Iterator[Finding]:
    if description.pyproject is None or description.version is None:
        return
    static = Version(description.version)
    for each in accepted.values():
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


def _on_metadata(artifact: _Artifact) -> Iterator[Finding]:
    try:
        metadata = Metadata.from_email(artifact.accepted.metadata, validate=True)
    except ExceptionGroup as group:
        for error in group.exceptions:
            field = f"{error.field}: " if isinstance(error, InvalidMetadata) else ""
            words = (
                str(error)
                if not field or str(error).startswith(str(getattr(error, "field", "")))
                else field + str(error)
            )
            yield found(
                Code.METADATA_INVALID,
                artifact.where,
                f"the metadata is refused: {words}",
                "mend it where the project says it",
            )
        return
    if not metadata.description:
        yield found(
            Code.DESCRIPTION_MISSING,
            artifact.where,
            "the metadata has no description: the project's page will be empty",
            'name the README: readme = "README.md" under [project]',
        )
    yield from _on_uploads(artifact, metadata)


def _on_uploads(artifact: _Artifact, metadata: Metadata) -> Iterator[Finding]:
    """Yield what PyPI refuses although it is valid."""
    if metadata.version.local:
        yield found(
            Code.LOCAL_VERSION,
            artifact.where,
            f"the version {metadata.version} has a local part (+{metadata.version.local}): PyPI refuses the upload",
            "build a release from a clean tag, or without the part after +",
        )
    try:
        direct = [str(each) for each in metadata.requires_dist or () if each.url is not None]
    except InvalidRequirement:  # told as invalid metadata
        direct = []
    if direct:
        yield found(
            Code.DIRECT_DEPENDENCY,
            artifact.where,
            f"a dependency is given by URL: {some(direct)}; PyPI refuses the upload",
            "depend on a release of it",
        )
    licences = [each for each in metadata.classifiers or () if each.startswith("License :: ")]
    if metadata.license_expression and licences:
        yield found(
            Code.LICENSE_CLASSIFIER_REFUSED,
            artifact.where,
            f"beside the licence expression stands the classifier {licences[0]}: PyPI refuses the upload",
            "remove the classifier (PEP 639)",
        )


def _on_suspects(artifact: _Artifact) -> Iterator[Finding]:
    for code, (concerns, words) in SUSPECTS.items():
        paths = sorted(filter(concerns, artifact.packed))
        if paths:
            remedy = _REMEDIES.get(code, "exclude it in the backend's settings")
            yield found(code, artifact.at(paths[0]), words.format(some(paths)), remedy)
    folded: dict[str, str] = {}
    for path in artifact.packed:
        other = folded.setdefault(path.casefold(), path)
        if other != path:
            yield found(
                Code.NAMES_DIFFER_IN_CASE,
                artifact.at(path),
                f"{path} and {other} are one file where upper and lower case are the same (macOS, Windows)",
                "rename one of the two",
            )


def _on_wheel(wheel: _Artifact) -> Iterator[Finding]:
    if not wheel.packed:
        yield found(
            Code.WHEEL_EMPTY,
            wheel.where,
            "the wheel holds nothing but its own metadata: whoever installs it gets no module",
            "look where the backend searches for packages, and what it leaves out",
        )
    tops = sorted({path.partition("/")[0] for path in wheel.packed if "/" in path} & _TOP_LEVEL)
    if tops:
        yield found(
            Code.TOP_LEVEL_NAME,
            wheel.where,
            f"at the top of the wheel stands {some(tops)}: it is installed beside everybody else's",
            "leave it out in the backend's settings for packages",
        )
    compiled = sorted(filter(is_compiled, wheel.packed))
    if compiled and all(tag.platform == "any" for tag in wheel.accepted.name.tags):
        yield found(
            Code.COMPILED_MODULE,
            wheel.where,
            f"the wheel is tagged for every platform, and holds what runs on one: {some(compiled)}",
            "have the backend tag the wheel by platform, or leave them out",
        )


def _on_parity(sdist: _Artifact, wheel: _Artifact, *, from_sdist: bool) -> Iterator[Finding]:
    """Compare the modules of the wheel's packages in both, wherever the sdist keeps its sources."""
    modules = {path for path in wheel.packed if path.endswith(".py") and "/" in path}
    packages = {path.partition("/")[0] for path in modules}
    for package in sorted(packages):
        own = {path for path in modules if path.startswith(f"{package}/")}
        root = _source_root(sdist.packed, package)
        if root is None:
            continue
        start = f"{root}{package}/"
        packed = {path[len(root) :] for path in sdist.packed if path.startswith(start) and path.endswith(".py")}
        lost = sorted(path for path in packed - own if not _is_test(path))
        if lost:
            yield found(
                Code.MODULE_NOT_IN_WHEEL,
                sdist.at(root + lost[0]),
                f"the sdist has modules of {package} that the wheel lacks: {some(lost)}",
                "check the backend's list of packages: are all subpackages in it?",
            )
        extra = sorted(own - packed)
        if extra and not from_sdist:  # otherwise the build wrote them
            yield found(
                Code.WHEEL_NOT_IN_SDIST,
                wheel.at(extra[0]),
                f"the wheel holds modules that the sdist lacks: {some(extra)}",
                "fine if the build writes them; otherwise add them to the sdist, or users of the sdist lack them",
            )


def _source_root(members: tuple[str, ...], package: str) -> str | None:
    """Return the folder of the sdist, with a slash at its end, that holds a package: the one with the most of it."""
    counts: dict[str, int] = {}
    for path in members:
        if not path.endswith(".py"):
            continue
        before, inside, _ = f"/{path}".partition(f"/{package}/")
        if inside:
            root = f"{before}/".lstrip("/")
            counts[root] = counts.get(root, 0) + 1
    return max(counts, key=lambda root: (counts[root], -len(root)), default=None)


def _is_test(path: str) -> bool:
    parts = path.split("/")
    return not {"test", "tests", "testing"}.isdisjoint(parts[:-1]) or parts[-1].startswith(("test_", "conftest"))
