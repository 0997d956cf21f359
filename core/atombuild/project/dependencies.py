"""Lists of requirements in ``pyproject.toml``, read with the place of each one that can't be understood."""

from __future__ import annotations

from atombuild.project.checks import Table, dotted
from atombuild.project.model import normalised
from atombuild.project.requirement import NAME, Dependency, parse_dependency
from atombuild.project.versions import Refused


def read_dependencies(table: Table, name: str) -> tuple[Dependency, ...]:
    """Return the requirements under ``name``; what is wrong goes to the table's findings."""
    table.strings(name, expected_item="a string containing a PEP 508 requirement")  # for its findings
    items = table.values.get(name)
    parsed = [_dependency(table, name, i, text) for i, text in enumerate(items if isinstance(items, list) else ())]
    return tuple(dependency for dependency in parsed if dependency)


def _dependency(table: Table, name: str, index: int, text: object) -> Dependency | None:
    try:
        return parse_dependency(text) if isinstance(text, str) else None
    except Refused as error:
        table.findings.refuse(
            (*table.keys, name, index),
            f"`{dotted((*table.keys, name))}` holds a requirement that can't be read: {text}",
            "write it like name>=1.2,<2 ; python_version < '3.12' (PEP 508)",
            str(error),
        )
    return None


def invalid_name(name: str) -> str:
    """Return uv's words about what is no name."""
    return (
        f'Not a valid package or extra name: "{name}". Names must start and end with a letter or digit '
        "and may only contain -, _, ., and alphanumeric characters."
    )


def read_optional_dependencies(project: Table) -> dict[str, tuple[Dependency, ...]]:
    """Return ``optional-dependencies`` by normalised extra, sorted."""
    extras = project.table("optional-dependencies", expected="a map with unique keys")
    found: dict[str, tuple[Dependency, ...]] = {}
    for name in extras.values if extras else ():
        keys = ("project", "optional-dependencies", name)
        extra = normalised(name)
        if not NAME.fullmatch(name):
            project.findings.refuse(
                keys,
                f"`{dotted(keys)}` is not a valid name for an extra",
                "use letters, digits, -, _ and ., with a letter or digit at both ends",
                invalid_name(name),
                at_key=True,
            )
        elif extra in found:
            project.findings.refuse(
                keys,
                f"the extra {name!r} stands twice: names are compared in lower case, with - for _ and .",
                "join the two lists into one",
                f"duplicate normalized extra name `{extra}`",
                at_key=True,
            )
        found[extra] = read_dependencies(extras, name) if extras else ()
    return dict(sorted(found.items()))
