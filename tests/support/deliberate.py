"""Where we differ from uv_build on purpose: the whole list, with a reason each, and the test that shows it.

What is compared leaves out four more (support.differences): WHEEL's Generator line, the text of a marker in
Requires-Dist, whose meaning is compared, RECORD's lines of those two files, and how an sdist is compressed.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from support.random_projects import RandomProject


def _never_drawn(_project: RandomProject) -> bool:
    return False


@dataclass(frozen=True)
class Deliberate:
    """One difference."""

    what: str
    reason: str
    shown_by: str
    """A test of ours, by its file and name."""

    concerns: Callable[[RandomProject], bool] = _never_drawn
    """Whether a random project may meet it, so that the two builders are not compared."""


def _settings(project: RandomProject) -> dict[str, Any]:
    settings: dict[str, Any] = project.table.get("tool", {}).get("uv", {}).get("build-backend", {})
    return settings


def _has_untidy_namespace(project: RandomProject) -> bool:
    settings = _settings(project)
    names = settings.get("module-name", "foo")
    return bool(settings.get("namespace")) and not all(
        part.replace("-", "_").isidentifier()
        for name in ([names] if isinstance(names, str) else names)
        for part in name.split(".")
    )


def _root_leaves_and_returns(project: RandomProject) -> bool:
    root = _settings(project).get("module-root", "src")
    return ".." in root.split("/") and not posixpath.normpath(root).startswith("..")


DELIBERATE: Final = (
    Deliberate(
        "`namespace = true` with a module name that leaves the project, or is no name, is refused",
        "uv walks whatever folder it leads to, `/` included",
        "native/test_modules.py::test_a_namespace_never_leaves_its_root",
        _has_untidy_namespace,
    ),
    Deliberate(
        "a FIFO, socket or device in the selection is an error",
        "uv waits for it without end",
        "native/test_distribution.py::test_a_fifo_in_the_package_is_an_error_and_no_hang",
    ),
    Deliberate(
        "our lock, ledger and temporaries, and the output directory, never enter an sdist",
        "uv packs an output directory inside the selection, so that each build holds the one before",
        "native/test_distribution.py::test_the_output_directory_and_our_own_files_are_never_packed",
    ),
    Deliberate(
        "`${VAR}` in the URL of a requirement is not filled in",
        "the environment of whoever builds does not belong into public metadata",
        "native/test_deliberate.py::test_a_variable_in_a_url_is_not_filled_in",
    ),
    Deliberate(
        "`--list` refuses a name that a build would refuse",
        "uv lists it, and then can't build it",
        "native/test_deliberate.py::test_a_name_that_can_not_be_packed_is_not_listed",
    ),
    Deliberate(
        "no editable wheel for a project whose path holds a line break",
        "Python takes a path file line by line, and runs what begins with `import`",
        "native/test_editable.py::test_a_path_that_python_would_take_for_several_lines_is_refused",
    ),
    Deliberate(
        "metadata that could not be prepared whole leaves no folder",
        "uv leaves a part of it, which a front-end may take for the whole",
        "native/test_editable.py::test_metadata_that_could_not_be_written_leaves_no_folder",
    ),
)
