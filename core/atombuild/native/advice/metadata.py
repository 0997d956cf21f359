"""Advice on ``[project]``: what indexes refuse, and what readers misread."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from atombuild.advice.codes import Code, found
from atombuild.finding import Finding
from atombuild.native.advice.survey import Survey
from atombuild.project.model import Project, normalised

_README: Final = re.compile(r"README(\.(md|rst|txt))?", re.IGNORECASE)


def advise_on_metadata(project: Project) -> Iterator[Finding]:
    """Yield what the values themselves show."""
    version = project.metadata.version
    if version.local:
        yield found(
            Code.LOCAL_VERSION,
            project.pyproject.at("project", "version"),
            f"the version {version} has a local part: PyPI refuses the upload",
            f'write version = "{version.public}" for a public release',
        )
    yield from _direct_dependencies(project)


def advise_on_readme(survey: Survey) -> Iterator[Finding]:
    """Yield the README that the metadata does not name."""
    if survey.project.metadata.readme is not None:
        return
    for entry in survey.tree.scan(""):
        if _README.fullmatch(entry.path) and survey.tree.is_file(entry.path):
            yield found(
                Code.README_LEFT_OUT,
                survey.project.pyproject.at("project", "readme"),
                f"no `readme` names {entry.path}: the project's page on an index will be empty",
                f'add to [project]: readme = "{entry.path}"',
            )
            return


def _direct_dependencies(project: Project) -> Iterator[Finding]:
    metadata = project.metadata
    places = {("dependencies", index): item for index, item in enumerate(metadata.dependencies)}
    table = project.pyproject.table["project"]
    extras = {
        ("optional-dependencies", written, index): item
        for written in table.get("optional-dependencies", {})
        for index, item in enumerate(metadata.optional_dependencies.get(normalised(written), ()))
    }
    for keys, dependency in (*places.items(), *extras.items()):
        if dependency.url is not None:
            yield found(
                Code.DIRECT_DEPENDENCY,
                project.pyproject.at("project", *keys),
                f"the dependency {dependency.name} is given by URL: PyPI refuses the upload",
                f'write "{dependency.name}" with a version; for development put the URL into [tool.uv.sources]',
            )
