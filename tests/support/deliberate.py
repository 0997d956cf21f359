"""Where we differ from uv_build on purpose: the whole list, with a reason each, and the test that shows it.

What is compared leaves out four more (support.differences): WHEEL's Generator line, the text of a marker in
Requires-Dist, whose meaning is compared, RECORD's lines of those two files, and how an sdist is compressed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from support.builders import PLANS
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


def _excludes_by_where_it_is_unpacked(project: RandomProject) -> bool:
    """Whether an exclude may match through the folders above an unpacked sdist."""
    settings = _settings(project)
    globs = [*settings.get("source-exclude", ()), *settings.get("wheel-exclude", ())]
    firsts = (glob if glob.startswith("/") else glob.partition("/")[0] for glob in globs if "/" in glob)
    return not PLANS[project.plan] and any(set("*?[") & set(first) for first in firsts)


DELIBERATE: Final = (
    Deliberate(
        "an entry point whose name or value is more than one line, or whose name begins with a bracket, is refused",
        "uv writes it, and it forges other entries",
        "native/test_entry_points.py::"
        "test_a_value_of_two_lines_would_forge_an_entry_and_is_refused_though_uv_writes_it",
    ),
    Deliberate(
        "`namespace = true` with a module name that leaves the project, or is no name, is refused",
        "uv walks whatever folder it leads to, `/` included",
        "native/test_modules.py::test_a_namespace_never_leaves_its_root",
        _has_untidy_namespace,
    ),
    Deliberate(
        "the folders above an unpacked sdist have no say in what the wheel made from it holds",
        "uv matches some excludes against the whole path, its own cache folder included, so `/*/*/*` may hit anything",
        "native/test_selection.py::test_where_an_sdist_is_unpacked_decides_nothing",
        _excludes_by_where_it_is_unpacked,
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
        "a readme or licence by an absolute path is refused",
        "on another machine that path is not there, or it is another file",
        "native/test_deliberate.py::test_metadata_is_not_made_of_a_file_by_its_absolute_path",
    ),
    Deliberate(
        "an sdist file whose readme or licence is a file outside of it is refused",
        "uv puts a file of the builder's own machine into the wheel's metadata",
        "cli/test_sdist_file.py::test_metadata_made_of_the_builders_own_files_is_refused",
    ),
    Deliberate(
        "a pyproject.toml of more than 2 MiB is refused",
        "a million brackets take seconds and half a gigabyte, and no description of a project comes near",
        "project/test_pyproject.py::test_a_file_of_absurd_size_is_refused_without_reading_it_all",
    ),
    Deliberate(
        "a glob of more than 10,000 characters is refused",
        "no path is half as long, and to take a glob of a million apart takes minutes",
        "native/test_globs.py::test_a_glob_longer_than_any_path_is_refused_in_few_words",
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
