"""Advice on how the licence is named (PEP 639)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from atombuild.advice.codes import Code, found, some
from atombuild.finding import Finding
from atombuild.native.advice.survey import Survey
from atombuild.native.modules import inside_project

_FILES: Final = re.compile(r"(LICEN[CS]E|COPYING|NOTICE)([-._].*)?", re.IGNORECASE)
"""Names that PEP 639 suggests to look for; uv_build looks for none by itself."""


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
