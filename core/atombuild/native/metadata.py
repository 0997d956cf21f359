"""Core metadata: the text of ``PKG-INFO`` and ``METADATA``, to the byte as uv_build writes it.

Source: packaging.python.org, "Core metadata specifications". The headers' order is uv's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from atombuild.native.metadata_checks import check_description, check_license, import_name_headers
from atombuild.native.readme import long_description, read_text
from atombuild.native.requires_dist import requires_dist
from atombuild.native.tree import SourceTree
from atombuild.project.model import CoreMetadata, Person, Project
from atombuild.project.versions import specifier_text


def core_metadata(project: Project, tree: SourceTree, license_files: tuple[str, ...]) -> bytes:
    """Return the file's bytes. ``license_files`` are the matched paths, sorted.

    Raises :class:`SourceRejected` for what the metadata may not say, :class:`SourceUnreadable` for its files.
    """
    metadata = project.metadata
    check_description(project)
    description = long_description(project, tree)
    import_names, import_namespaces = import_name_headers(project)
    check_license(project)
    headers = chain(
        _identity(metadata),
        _persons(metadata.authors, "Author"),
        _license(project, tree, license_files),
        (("Classifier", classifier) for classifier in metadata.classifiers),
        _requirements(metadata),
        _persons(metadata.maintainers, "Maintainer"),
        _requires_python(metadata),
        (("Project-URL", f"{label}, {url}") for label, url in metadata.urls.items()),
        (("Provides-Extra", extra) for extra in metadata.optional_dependencies),
        (("Import-Name", name) for name in import_names),
        (("Import-Namespace", name) for name in import_namespaces),
        (("Description-Content-Type", kind) for _, kind in [description or ("", "")] if kind),
    )
    text = "".join(_header(key, value) for key, value in headers)
    if description:
        text += f"\n{description[0]}"
    return text.encode()


Headers = Iterator[tuple[str, str]]


def _header(key: str, value: str) -> str:
    """Return one header; later lines of its value stand below the first."""
    lines = re.split(r"\r?\n", value)
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    margin = "\n" + " " * (len(key) + 2)
    return f"{key}: {margin.join(lines)}\n"


def _identity(metadata: CoreMetadata) -> Headers:
    yield "Metadata-Version", _metadata_version(metadata)
    yield "Name", metadata.name
    yield "Version", str(metadata.version)
    if metadata.description is not None:
        yield "Summary", metadata.description
    if metadata.keywords is not None:
        yield "Keywords", ",".join(metadata.keywords)


def _metadata_version(metadata: CoreMetadata) -> str:
    """Return the lowest version that knows what is used."""
    if metadata.import_names is not None or metadata.import_namespaces is not None:
        return "2.5"
    if metadata.license_files is not None or (metadata.license and metadata.license.expression is not None):
        return "2.4"
    return "2.3"


def _persons(persons: tuple[Person, ...], header: str) -> Headers:
    names = ", ".join(person.name for person in persons if person.name is not None)
    if names:
        yield header, names
    emails = ", ".join(
        person.email if person.name is None else f"{person.name} <{person.email}>"
        for person in persons
        if person.email is not None
    )
    if emails:
        yield f"{header}-email", emails


def _license(project: Project, tree: SourceTree, license_files: tuple[str, ...]) -> Headers:
    given = project.metadata.license
    if given:
        if given.text is not None:
            yield "License", given.text
        elif given.file is not None:
            yield "License", read_text(project, tree, given.file, "license")
        elif given.expression is not None:
            yield "License-Expression", given.expression
    for path in license_files:
        yield "License-File", path


def _requirements(metadata: CoreMetadata) -> Headers:
    for dependency in metadata.dependencies:
        yield "Requires-Dist", requires_dist(dependency)
    for extra, dependencies in metadata.optional_dependencies.items():
        for dependency in dependencies:
            yield "Requires-Dist", requires_dist(dependency, extra)


def _requires_python(metadata: CoreMetadata) -> Headers:
    if metadata.requires_python is not None:
        yield "Requires-Python", ", ".join(specifier_text(specifier) for specifier in metadata.requires_python)
