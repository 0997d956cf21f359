"""What must hold of ``[project]`` before a distribution may carry it: rules on values, beyond their types.

Each check raises :class:`~atombuild.errors.SourceRejected` with uv's words as the cause.
"""

from __future__ import annotations

from typing import Final

from atombuild.errors import SourceRejected
from atombuild.native.modules import identifier_fault
from atombuild.native.spdx import spdx_fault
from atombuild.project.model import Project


def check_description(project: Project) -> None:
    """Refuse a summary of more than one line."""
    if "\n" in (project.metadata.description or ""):
        raise _rejected(
            project,
            "put one line here and the rest into the README",
            "`project.description` must be a single line",
            "description",
        )


def import_name_headers(project: Project) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the values of ``Import-Name`` and ``Import-Namespace`` (PEP 794), normalised."""
    names = _import_names(project, "import-names", project.metadata.import_names)
    namespaces = _import_names(project, "import-namespaces", project.metadata.import_namespaces)
    if project.metadata.import_namespaces == ():
        raise _rejected(
            project, "remove it, or name a namespace", "`project.import-namespaces` must not be empty", _NAMESPACES
        )
    shared = {name.partition(";")[0] for name in names}
    for index, namespace in enumerate(namespaces):
        name = namespace.partition(";")[0]
        if name in shared:
            why = f"`project.import-names` and `project.import-namespaces` must not both contain `{name}`"
            raise _rejected(project, "keep it in one of the two", why, _NAMESPACES, index)
    # an empty list says "nothing can be imported", which the header says with an empty value
    return ("",) if project.metadata.import_names == () else names, namespaces


_NAMESPACES: Final = "import-namespaces"


def _import_names(project: Project, key: str, entries: tuple[str, ...] | None) -> tuple[str, ...]:
    return tuple(_import_name(project, key, index, entry) for index, entry in enumerate(entries or ()))


def _import_name(project: Project, key: str, index: int, entry: str) -> str:
    name, semicolon, suffix = entry.partition(";")
    if semicolon:
        name, suffix = name.rstrip(), suffix.strip()
    subject = f"`project.{key}` entry"
    if not name:
        raise _rejected(project, "write the name as in an import statement", f"{subject} must not be empty", key, index)
    if semicolon and suffix != "private":
        why = f"{subject} `{entry}` must end with `; private` or nothing, found `{suffix}`"
        raise _rejected(project, f'write "{name}" or "{name}; private"', why, key, index)
    for identifier in name.split("."):
        fault = identifier_fault(identifier)
        if fault:
            raise SourceRejected(
                "Invalid project metadata",
                hint='write it as in an import statement, such as "package" or "namespace.package"',
                where=project.pyproject.at("project", key, index),
                why=(f"{subject} `{entry}` has an invalid import name", fault),
            )
    return f"{name}; private" if semicolon else name


def check_license(project: Project) -> None:
    """Refuse an expression that is not SPDX, and a licence table beside ``license-files``."""
    given = project.metadata.license
    if given is None:
        return
    if given.expression is None:
        if project.metadata.license_files is not None:
            why = "When `project.license-files` is defined, `project.license` must be an SPDX expression string"
            raise _rejected(project, 'write license = "MIT", or remove license-files', why, "license")
        return
    fault = spdx_fault(given.expression)
    if fault is None:
        return
    hint = "write an SPDX expression such as MIT or Apache-2.0 OR MIT; identifiers: https://spdx.org/licenses/"
    if fault.suggestion:
        hint = f"did you mean {fault.suggestion}? Identifiers: https://spdx.org/licenses/"
    raise SourceRejected(
        "Invalid project metadata",
        hint=hint,
        where=project.pyproject.at("project", "license"),
        why=(
            f"`project.license` is not a valid SPDX expression: {given.expression}",
            f"{given.expression}\n{fault.mark}",
        ),
    )


def _rejected(project: Project, hint: str, why: str, *keys: str | int) -> SourceRejected:
    return SourceRejected(
        "Invalid project metadata", hint=hint, where=project.pyproject.at("project", *keys), why=(why,)
    )
