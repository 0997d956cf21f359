"""Values that no honest project has: each is told as the author's mistake, with its place, and the promise holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from atombuild.builder import Plan
from atombuild.errors import Blame
from atombuild.events import Cause, Outcome
from atombuild.wiring import ProjectSetup
from support.projects import sample_project, visible_files

HEAD = '[project]\nname = "orrery"\nversion = "0.1.0"\n'
TAIL = '[build-system]\nrequires = ["uv_build"]\nbuild-backend = "uv_build"\n'
BACKEND = TAIL + "[tool.uv.build-backend]\n"
PARENTHESES = "(" * 3000 + "os_name == 'a'" + ")" * 3000

HOSTILE = {
    "an integer of 5000 digits": (HEAD + TAIL + "[tool.x]\na = " + "9" * 5000 + "\n", 8),
    "a version of 5000 digits": (HEAD.replace("0.1.0", "9" * 5000) + TAIL, 3),
    "a version longer than any file name": (HEAD.replace("0.1.0", ".".join("1" * 200)) + TAIL, 3),
    "a name longer than any file name": (HEAD.replace("orrery", "o" * 300) + TAIL, 2),
    "arrays nested 3000 deep": (HEAD + TAIL + "[tool]\nx = " + "[" * 3000 + "]" * 3000 + "\n", None),
    "a table nested 3000 deep": (HEAD + TAIL + "[" + ".".join("a" * 3000) + "]\n", None),
    "a marker nested 3000 deep": (HEAD + f'dependencies = ["a; {PARENTHESES}"]\n' + TAIL, 4),
    "a NUL in readme": (HEAD + 'readme = "a\\u0000b"\n' + TAIL, 4),
    "a NUL in a licence's file": (HEAD + 'license = {file = "\\u0000"}\n' + TAIL, 4),
    "a NUL in license-files": (HEAD + 'license-files = ["a\\u0000*"]\n' + TAIL, 4),
    "a NUL in module-root": (HEAD + BACKEND + 'module-root = "\\u0000"\n', 7),
    "a NUL in module-name": (HEAD + BACKEND + 'module-name = "\\u0000"\n', 8),
    "a NUL in a data directory": (HEAD + BACKEND + 'data = {scripts = "a\\u0000"}\n', 8),
    "a NUL in an include": (HEAD + BACKEND + 'source-include = ["\\u0000"]\n', 8),
    "a readme longer than any path": (HEAD + 'readme = "' + "a" * 5000 + '"\n' + TAIL, 4),
    "a module-root longer than any path": (HEAD + BACKEND + 'module-root = "' + "a" * 5000 + '"\n', 7),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_value_is_the_authors_mistake_and_leaves_no_old_artifact(tmp_path: Path, case: str) -> None:
    text, line = HOSTILE[case]
    root = sample_project(tmp_path)
    session = ProjectSetup(root, root / "dist", Plan()).session(lambda _event: None)
    assert session.attempt(Cause.START).outcome is Outcome.SUCCEEDED
    (root / "pyproject.toml").write_text(text)
    result = session.attempt(Cause.REQUEST)
    assert result.outcome is Outcome.FAILED
    (report,) = result.reports
    assert report.blame is Blame.MISTAKE, report
    assert report.where is not None
    assert (report.where.path, report.where.line) == (root / "pyproject.toml", line)
    assert report.hint
    assert visible_files(root / "dist") == []
