"""Which tests try a module's mutants: those that are about it, of those that reach the mutant at all, quick ones first.

Every test reaches the publish protocol; that all of them try its mutants would take a night and kill no more of them.
"""

from __future__ import annotations

from typing import Any, Final

from mutmut.state import state
from mutmut.workers.isolation import ForkRunner

_OF: Final = {
    "atombuild.publish": ("tests/publish/", "tests/builder/", "tests/model/", "tests/test_history.py"),
    "atombuild.ledger": ("tests/test_ledger.py", "tests/test_standing.py", "tests/builder/", "tests/model/"),
    "atombuild.status": ("tests/test_status.py", "tests/builder/"),
    "atombuild.session": ("tests/session/", "tests/inspection/"),
}

_submit = ForkRunner.submit


def install() -> None:
    """Teach mutmut."""
    ForkRunner.submit = _submit_selected


def _submit_selected(runner: Any, mutant: str, tests: list[str], cpu_seconds: int, _estimate: float) -> None:
    (places,) = (places for module, places in _OF.items() if mutant.startswith(module))
    selected = [test for test in tests if test.startswith(places)] or tests
    _submit(runner, mutant, selected, cpu_seconds, sum(state().duration_by_test[test] for test in selected))
