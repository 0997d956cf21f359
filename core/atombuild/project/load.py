"""From a parsed ``pyproject.toml`` to a checked :class:`~atombuild.project.model.Project`, all problems at once.

The rules are those of uv_build, which are those of PEP 621, 639 and 794 with a few edges of its own: dynamic fields
are refused, unknown keys are ignored except in persons and in ``data``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from packaging.version import Version

from atombuild.project.build_system import EXAMPLE, read_build_system
from atombuild.project.checks import Findings, Table
from atombuild.project.dependencies import invalid_name, read_dependencies, read_optional_dependencies
from atombuild.project.model import CoreMetadata, License, Person, Project, Readme
from atombuild.project.pyproject import Pyproject
from atombuild.project.requirement import NAME
from atombuild.project.settings import read_own_settings, read_settings
from atombuild.project.versions import Refused, Specifiers, parse_specifiers, parse_version

_PLACEHOLDER: Final = "placeholder"
"""Stands for a name that was refused, so that the rest can still be checked."""


def load_project(pyproject: Pyproject) -> Project:
    """Return the project that the document describes. Raises :class:`ProjectInvalid` with every problem in it."""
    findings = Findings(pyproject)
    document = Table(findings, (), pyproject.table)
    if "build-system" not in pyproject.table:
        findings.refuse((), "missing field `build-system`", f"add a [build-system] table: {EXAMPLE}")
    read_build_system(document)
    if "project" not in pyproject.table:
        findings.refuse((), "missing field `project`", "add a [project] table with name and version")
    project = document.table("project", expected="struct Project")
    metadata = _metadata(project) if project else CoreMetadata(_PLACEHOLDER, Version("0"))
    settings = read_settings(document)
    own, _ = read_own_settings(pyproject)  # what is wrong with it, advice tells
    findings.raise_if_any()
    return Project(pyproject.path.parent, pyproject, metadata, settings, own)


def _metadata(project: Table) -> CoreMetadata:
    _refuse_dynamic(project)
    return CoreMetadata(
        name=_name(project),
        version=_version(project),
        description=project.string("description"),
        readme=_readme(project),
        requires_python=_requires_python(project),
        license=_license(project),
        license_files=project.strings("license-files"),
        authors=_persons(project, "authors"),
        maintainers=_persons(project, "maintainers"),
        keywords=project.strings("keywords"),
        classifiers=_classifiers(project),
        urls=project.string_map("urls") or {},
        scripts=project.string_map("scripts"),
        gui_scripts=project.string_map("gui-scripts"),
        entry_points=_entry_points(project),
        dependencies=read_dependencies(project, "dependencies"),
        optional_dependencies=read_optional_dependencies(project),
        import_names=project.strings("import-names"),
        import_namespaces=project.strings("import-namespaces"),
    )


def _name(project: Table) -> str:
    name = project.string("name") if project.require("name", 'name = "my-package"') else None
    if name is None:
        return _PLACEHOLDER
    if not NAME.fullmatch(name):
        project.findings.refuse(
            ("project", "name"),
            f"`project.name` is not a valid name: {name!r}",
            "use letters, digits, -, _ and ., with a letter or digit at both ends",
            invalid_name(name),
        )
    return name


def _version(project: Table) -> Version:
    nothing = Version("0")
    if not project.require("version", 'version = "0.1.0"'):
        return nothing
    text = project.string("version")
    if text is None:
        return nothing
    try:
        return parse_version(text)
    except Refused as error:
        project.findings.refuse(
            ("project", "version"),
            f"`project.version` is not a valid version: {text!r}",
            "write numbers with dots, like 1.2.3, 1.2.3rc1 or 1.2.3.dev4 (PEP 440)",
            str(error),
        )
    return nothing


def _requires_python(project: Table) -> Specifiers | None:
    text = project.string("requires-python")
    if text is None:
        return None
    try:
        # Nothing at all is fine, and means any Python; to uv a blank is something.
        return parse_specifiers("," if text.isspace() else text)
    except Refused as error:
        project.findings.refuse(
            ("project", "requires-python"),
            f"`project.requires-python` is not a valid version specifier: {text!r}",
            'write it like ">=3.10", several with commas between them and none at the end',
            f"Failed to parse version: {error}",
        )
    return None


def _readme(project: Table) -> Readme | None:
    value = project.values.get("readme")
    if value is None:
        return None
    if isinstance(value, str):
        return Readme(file=value, text=None, content_type=None)
    if isinstance(value, dict):
        file, text, kind, charset = (value.get(key) for key in ("file", "text", "content-type", "charset"))
        if isinstance(kind, str) and (charset is None or isinstance(charset, str)):
            if isinstance(file, str):
                return Readme(file=file, text=None, content_type=kind, charset=charset)
            if isinstance(text, str):
                return Readme(file=None, text=text, content_type=kind, charset=charset)
    project.findings.refuse(
        ("project", "readme"),
        "`project.readme` is neither a path nor a table with content-type and file or text",
        'write readme = "README.md", or readme = { file = "README.md", content-type = "text/markdown" }',
        "data did not match any variant of untagged enum Readme",
    )
    return None


def _license(project: Table) -> License | None:
    value = project.values.get("license")
    if value is None:
        return None
    if isinstance(value, str):
        return License(expression=value)
    if isinstance(value, dict):
        text, file = value.get("text"), value.get("file")
        if isinstance(text, str):
            return License(text=text)
        if isinstance(file, str):
            return License(file=file)
    project.findings.refuse(
        ("project", "license"),
        "`project.license` is neither an SPDX expression nor a table with text or file",
        'write license = "MIT" and license-files = ["LICENSE"]',
        "data did not match any variant of untagged enum License",
    )
    return None


def _persons(project: Table, name: str) -> tuple[Person, ...]:
    value = project.values.get(name, [])
    if not isinstance(value, list):
        project.findings.wrong_type(
            ("project", name), value, "a sequence", f'write a list of tables: {name} = [{{ name = "…", email = "…" }}]'
        )
        return ()
    persons = []
    for index, item in enumerate(value):
        fields = item if isinstance(item, dict) else {}
        if fields and fields.keys() <= {"name", "email"} and all(isinstance(text, str) for text in fields.values()):
            persons.append(Person(fields.get("name"), fields.get("email")))
        else:
            project.findings.refuse(
                ("project", name, index),
                f"`project.{name}[{index}]` must have a name, an email or both, and nothing else",
                'write { name = "Ada Lovelace", email = "ada@example.org" }',
                "a table with 'name' and/or 'email' keys",
            )
    return tuple(persons)


def _classifiers(project: Table) -> tuple[str, ...]:
    classifiers = project.strings("classifiers") or ()
    for index, text in enumerate(project.values["classifiers"] if classifiers else ()):
        parts = text.split(" :: ") if isinstance(text, str) else ["not", "judged"]
        if len(parts) < 2 or not all(parts):  # noqa: PLR2004 (a group and at least one member)
            project.findings.refuse(
                ("project", "classifiers", index),
                f"`project.classifiers` contains an invalid classifier: {text}",
                'take one of those that the package index lists: parts with " :: " between them, none empty',
            )
    return classifiers


def _entry_points(project: Table) -> Mapping[str, Mapping[str, str]] | None:
    groups = project.table("entry-points")
    if groups is None:
        return None
    return {name: groups.string_map(name) or {} for name in groups.values}


def _refuse_dynamic(project: Table) -> None:
    if project.strings("dynamic"):
        project.findings.refuse(
            ("project", "dynamic"),
            "Dynamic metadata is not supported",
            "write the values themselves under [project] and remove `dynamic`",
        )
