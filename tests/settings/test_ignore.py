"""``[tool.atombuild] ignore``: a pattern that is none costs itself, and is told with its line."""

from __future__ import annotations

from pathlib import Path

from atombuild.advice.own_settings import advise_on_own_settings
from atombuild.project.pyproject import parse_pyproject
from atombuild.project.settings import read_own_settings

WRONG = """[tool.atombuild]
ignore = ["*.log", "!", "", "# a comment", "!keep.log"]
"""


def test_a_wrong_pattern_costs_itself_alone_and_is_told(tmp_path: Path) -> None:
    pyproject = parse_pyproject(tmp_path / "pyproject.toml", WRONG.encode())
    own, _ = read_own_settings(pyproject)
    assert own.ignore == ("*.log", "!keep.log")
    findings = tuple(advise_on_own_settings(pyproject))
    assert [finding.code for finding in findings] == ["setting-refused"] * 3
    assert all(finding.where.line == 2 for finding in findings)
    assert "holds '!', which is no pattern" in findings[0].words


def test_what_is_no_list_of_texts_has_no_effect(tmp_path: Path) -> None:
    pyproject = parse_pyproject(tmp_path / "pyproject.toml", b'[tool.atombuild]\nignore = "*.log"\n')
    own, problems = read_own_settings(pyproject)
    assert own.ignore == ()
    assert len(problems) == 1
