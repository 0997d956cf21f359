"""Every hostile input, let in by its door."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from hostile.case import Case, run
from hostile.catalogue import CASES, ELSEWHERE

TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile-cache")


@pytest.mark.parametrize("case", [case for case in CASES if not case.at_length], ids=lambda case: case.name)
def test_it_is_told_and_nothing_outside_is_touched(tmp_path: Path, cache: Path, case: Case) -> None:
    run(case, tmp_path / "grounds", cache)


def test_there_are_sixty_at_least_and_none_is_counted_twice() -> None:
    names = [*(f"{case.name} by {case.door.name}" for case in CASES), *ELSEWHERE]
    assert len(set(names)) == len(names) >= 60


@pytest.mark.parametrize("what", ELSEWHERE)
def test_what_other_tests_hold_is_held_by_a_test_that_is_there(what: str) -> None:
    file, _, name = ELSEWHERE[what].partition("::")
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
