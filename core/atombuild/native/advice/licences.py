"""Advice on how the licence is named (PEP 639)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from atombuild.advice.codes import Code, found, some
from atombuild.finding import Finding
from atombuild.native.advice.survey import Survey
from atombuild.native.modules import inside_project
from atombuild.project.model import Project

_CLASSIFIER: Final = "License :: "
_FILES: Final = re.compile(r"(LICEN[CS]E|COPYING|NOTICE)([-._].*)?", re.IGNORECASE)
"""Names that PEP 639 suggests to look for; uv_build looks for none by itself."""


def advise_on_licence(project: Project) -> Iterator[Finding]:
    """Yield what the metadata says in a way of the past."""
    licence = project.metadata.license
    expression = licence.expression if licence else None
    for index, classifier in enumerate(project.metadata.classifiers):
        if not classifier.startswith(_CLASSIFIER):
            continue
        where = project.pyproject.at("project", "classifiers", index)
        if expression is not None:
            yield found(
                Code.LICENSE_CLASSIFIER_REFUSED,
                where,
                f'the classifier "{classifier}" stands beside license = "{expression}": PyPI refuses the upload',
                "remove the classifier: the expression says it all (PEP 639)",
            )
        else:
            yield found(
                Code.LICENSE_CLASSIFIER,
                where,
                f'the classifier "{classifier}" is ambiguous, and PEP 639 deprecates it',
                'remove it, and write the licence as an SPDX expression: license = "…"',
            )
    if licence is not None and expression is None:
        yield found(
            Code.LICENSE_TABLE,
            project.pyproject.at("project", "license"),
            "`license` as a table is deprecated (PEP 639), and tools can't tell which licence it is",
            'write license = "…" with an SPDX expression such as "MIT", and license-files = ["LICENSE"]',
        )


def advise_on_licence_files(survey: Survey) -> Iterator[Finding]:
    """Yield the licence files in the project folder that nothing names."""
    metadata = survey.project.metadata
    if metadata.license_files is not None:
        return
    licence = metadata.license
    text_file = inside_project(licence.file) if licence and licence.file else None
    names = [
        entry.path
        for entry in survey.tree.scan("")
        if _FILES.fullmatch(entry.path) and entry.path != text_file and survey.tree.is_file(entry.path)
    ]
    if names:
        listed = ", ".join(f'"{name}"' for name in names)
        yield found(
            Code.LICENSE_LEFT_OUT,
            survey.project.pyproject.at("project", "license-files"),
            f"no `license-files` name {some(names)}: neither the metadata nor the wheel will have it",
            f"add to [project]: license-files = [{listed}]"
            # The two are refused together while the licence is a table.
            + (', and license = "…" as an SPDX expression' if licence and licence.expression is None else ""),
        )
