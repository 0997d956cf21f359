"""Advice on ``[project]`` as it is written, for any backend: values may be of any type here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from atombuild.advice.backend import reads_uv_settings
from atombuild.advice.codes import Code, found
from atombuild.finding import Finding
from atombuild.project.pyproject import Pyproject

LICENSE_CLASSIFIER: Final = "License :: "
"""What a license classifier begins with."""


def advise_on_project_table(pyproject: Pyproject) -> Iterator[Finding]:
    """Yield what the values themselves show."""
    table = pyproject.table.get("project")
    if not isinstance(table, dict):
        return
    yield from _license(pyproject, table)
    yield from _commas(pyproject, table)
    if reads_uv_settings(pyproject):  # others refuse such a table, or let the other value win
        yield from _ignored_values(pyproject, table)


def classifier_words(classifier: str, expression: object) -> tuple[str, str]:
    """Return what to say of a license classifier next to a license expression, if there is one; and the remedy.

    PyPI accepts both together (seen: black, tox, virtualenv); PEP 639 deprecates the classifier in any case.
    """
    if isinstance(expression, str):
        return (
            f'the classifier "{classifier}" is deprecated (PEP 639): license = "{expression}" says it already',
            "remove the classifier",
        )
    return (
        f'the classifier "{classifier}" is ambiguous, and PEP 639 deprecates it',
        'remove it, and write the licence as an SPDX expression: license = "…"',
    )


def _license(pyproject: Pyproject, table: Mapping[str, Any]) -> Iterator[Finding]:
    given = table.get("license")
    for index, classifier in enumerate(_list(table.get("classifiers"))):
        if isinstance(classifier, str) and classifier.startswith(LICENSE_CLASSIFIER):
            where = pyproject.at("project", "classifiers", index)
            yield found(Code.LICENSE_CLASSIFIER, where, *classifier_words(classifier, given))
    if isinstance(given, dict):
        yield found(
            Code.LICENSE_TABLE,
            pyproject.at("project", "license"),
            "`license` as a table is deprecated (PEP 639), and tools can't tell which licence it is",
            'write license = "…" with an SPDX expression such as "MIT", and license-files = ["LICENSE"]',
        )


def _commas(pyproject: Pyproject, table: Mapping[str, Any]) -> Iterator[Finding]:
    for index, keyword in enumerate(_list(table.get("keywords"))):
        if isinstance(keyword, str) and "," in keyword:
            yield found(
                Code.COMMA,
                pyproject.at("project", "keywords", index),
                f'the keyword "{keyword}" holds a comma: in the metadata it is several keywords',
                "write each keyword as an item of its own",
            )
    for key in ("authors", "maintainers"):
        for index, person in enumerate(_list(table.get(key))):
            name = person.get("name") if isinstance(person, dict) else None
            if isinstance(name, str) and "," in name:
                yield found(
                    Code.COMMA,
                    pyproject.at("project", key, index, "name"),
                    f'the name "{name}" holds a comma: in the metadata it is several persons',
                    "write the name without a comma, and each person as an item of its own",
                )


def _ignored_values(pyproject: Pyproject, table: Mapping[str, Any]) -> Iterator[Finding]:
    for key, ignored, wins in (("readme", "text", "file"), ("license", "file", "text")):
        value = table.get(key)
        if isinstance(value, dict) and isinstance(value.get(ignored), str) and isinstance(value.get(wins), str):
            yield found(
                Code.VALUE_IGNORED,
                pyproject.at_key("project", key, ignored),
                f"`{key}` has both text and file: the {ignored} is ignored",
                f"keep one of the two; now the {wins} counts",
            )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
