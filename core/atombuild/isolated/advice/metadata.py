"""Advice on the metadata that another backend wrote, by the rules of ``packaging.metadata``, PyPI's own."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.metadata import ExceptionGroup, InvalidMetadata, Metadata
from packaging.requirements import InvalidRequirement

from atombuild.advice.codes import Code, found, some
from atombuild.advice.project_table import LICENSE_CLASSIFIER, classifier_words
from atombuild.finding import Finding
from atombuild.isolated.advice.artifact import Artifact


def advise_on_metadata(artifact: Artifact) -> Iterator[Finding]:
    """Yield what is wrong with it, and what indexes refuse although it is valid."""
    try:
        metadata = Metadata.from_email(artifact.accepted.metadata, validate=True)
    except ExceptionGroup as group:
        errors = [error for error in group.exceptions if not _is_a_backfill(error)]
        for error in errors:
            yield found(
                Code.METADATA_INVALID,
                artifact.where,
                f"the metadata is refused: {_words(error)}",
                "fix it where the project says it",
            )
        if errors:
            return
        metadata = artifact.metadata
    if not metadata.description:
        yield found(
            Code.DESCRIPTION_MISSING,
            artifact.where,
            "the metadata has no description: the project's page will be empty",
            'name the README: readme = "README.md" under [project]',
        )
    yield from _on_uploads(artifact, metadata)


def _is_a_backfill(error: Exception) -> bool:
    """Whether it is what setuptools before 77 wrote into every package: twine leaves the field out, and PyPI takes it.

    License-File came with Metadata 2.4, and stands in metadata that says 2.1 or 2.2.
    """
    return isinstance(error, InvalidMetadata) and error.field == "license-file" and "introduced" in str(error)


def _words(error: Exception) -> str:
    name = error.field if isinstance(error, InvalidMetadata) else ""
    return str(error) if not name or str(error).startswith(name) else f"{name}: {error}"


def _on_uploads(artifact: Artifact, metadata: Metadata) -> Iterator[Finding]:
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
    classifiers = [each for each in metadata.classifiers or () if each.startswith(LICENSE_CLASSIFIER)]
    if metadata.license_expression and classifiers:
        yield found(
            Code.LICENSE_CLASSIFIER, artifact.where, *classifier_words(classifiers[0], metadata.license_expression)
        )
