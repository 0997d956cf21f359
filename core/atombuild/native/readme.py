"""The long description: its text, and the content type that indexes render it by."""

from __future__ import annotations

import posixpath
from typing import Final

from atombuild.errors import Location, SourceRejected
from atombuild.native.absence import why_absent
from atombuild.native.tree import Kind, SourceTree
from atombuild.project.model import Project, Readme

_TYPES: Final = {"md": "text/markdown", "rst": "text/x-rst", "txt": "text/plain"}
"""By the extension of the file; case counts."""


def long_description(project: Project, tree: SourceTree) -> tuple[str, str] | None:
    """Return the text verbatim and its content type, or None without ``project.readme``.

    Raises :class:`SourceRejected` and :class:`SourceUnreadable`.
    """
    readme = project.metadata.readme
    if readme is None:
        return None
    text = readme.text if readme.file is None else read_text(project, tree, readme.file, "readme")
    kind = _content_type(project, readme)
    if readme.charset not in {None, "UTF-8"}:
        raise SourceRejected(
            "Invalid project metadata",
            hint='remove charset, or write charset = "UTF-8"',
            where=project.pyproject.at("project", "readme", "charset"),
            why=(
                (
                    "Charsets other than UTF-8 are not supported. "
                    "Please convert your README to UTF-8 and remove `project.readme.charset`."
                ),
            ),
        )
    return text or "", kind


def read_text(project: Project, tree: SourceTree, path: str, key: str) -> str:
    """Return the text of a file that ``project.<key>`` names.

    Raises :class:`SourceRejected` where it is missing or not UTF-8, and :class:`SourceUnreadable`.
    """
    absolute = tree.root / posixpath.normpath(path)
    where = project.pyproject.at("project", key)
    if posixpath.isabs(path):
        raise SourceRejected(
            f"`project.{key}` names a file by an absolute path: {path}",
            hint="write a path from the folder of pyproject.toml: on another machine this one is not there",
            where=where,
        )
    if tree.kind(path) is None:
        absence = why_absent(project, tree, path)
        if absence.is_plain:
            raise SourceRejected(
                f"the file that `project.{key}` names is not there: {path}",
                hint=f"create {path}, or change `{key}`; the path starts at the folder of pyproject.toml",
                where=where,
                why=(f"failed to open file `{absolute}`: No such file or directory (os error 2)",),
            )
        raise SourceRejected(
            f"the file that `project.{key}` names can't be packed: {path}",
            hint=absence.hint,
            where=absence.where or where,
            why=(f"{path} {absence.words}",),
        )
    if tree.kind(path) is Kind.DIRECTORY:
        raise SourceRejected(
            f"`project.{key}` names a folder: {path or 'that of the project'}",
            hint="name the file in it, from the folder of pyproject.toml",
            where=where,
            why=(f"failed to read from file `{absolute}`: Is a directory (os error 21)",),
        )
    data = tree.read(path).data
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        line = before.count("\n") + 1
        raise SourceRejected(
            f"the file that `project.{key}` names is not valid UTF-8: {path}",
            hint="save it as UTF-8 in your editor",
            where=Location(absolute, line, len(before) - before.rfind("\n")),
            why=(f"failed to read from file `{absolute}`: stream did not contain valid UTF-8",),
        ) from None


def _content_type(project: Project, readme: Readme) -> str:
    supported = _TYPES.values()
    if readme.content_type is not None:
        if readme.content_type in supported:
            return readme.content_type
        raise SourceRejected(
            "Invalid project metadata",
            hint=f"use one of {', '.join(supported)}, without parameters",
            where=project.pyproject.at("project", "readme", "content-type"),
            why=(f"Unsupported content type: {readme.content_type}",),
        )
    path = readme.file or ""
    name = posixpath.basename(posixpath.normpath(path))
    stem, dot, extension = name.rpartition(".")
    if extension in _TYPES and stem:
        return _TYPES[extension]
    advice = "Please use a support extension (`.md`, `.rst`, `.txt`) or set the content type manually."
    raise SourceRejected(
        "Invalid project metadata",
        hint=f'rename it to end in .md, .rst or .txt, or write readme = {{ file = "{path}", content-type = "…" }}',
        where=project.pyproject.at("project", "readme"),
        why=(
            f"Unknown Readme extension `{extension}`, can't determine content type. {advice}"
            if dot and stem
            else f"Can't infer content type because `{path}` does not have an extension. {advice}",
        ),
    )
