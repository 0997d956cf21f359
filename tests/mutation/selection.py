"""Which tests try a module's mutants: those that are about it, of those that reach the mutant at all, quick ones first.

Every test reaches the publish protocol; that all of them try its mutants would take a night and kill no more of them.
And a mutant that hangs is given up at the test in which it hangs, not when all its tests could have run.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Generator, Iterable
from typing import Any, Final

import pytest
from mutmut.runners.harness import PytestRunner
from mutmut.state import state
from mutmut.utils.file_utils import change_cwd
from mutmut.workers.isolation import ForkRunner

_OF: Final = {
    "atombuild.publish": ("tests/publish/", "tests/builder/", "tests/model/", "tests/test_history.py"),
    "atombuild.ledger": ("tests/test_ledger.py", "tests/test_standing.py", "tests/builder/", "tests/model/"),
    "atombuild.figures": ("tests/test_ledger.py", "tests/test_history.py"),
    "atombuild.status": ("tests/test_status.py", "tests/builder/"),
    "atombuild.session": ("tests/session/", "tests/inspection/"),
}

_PATIENCE: Final = 20
"""Seconds for a test that takes next to none; others have five times what they took without mutants beside."""

_TIMED_OUT: Final = 36
"""The exit code by which mutmut knows it."""

_submit = ForkRunner.submit


def install() -> None:
    """Teach mutmut."""
    ForkRunner.submit = _submit_selected
    PytestRunner.run_tests = _run_tests


def _submit_selected(runner: Any, mutant: str, tests: list[str], cpu_seconds: int, _estimate: float) -> None:
    (places,) = (places for module, places in _OF.items() if mutant.startswith(module))
    selected = [test for test in tests if test.startswith(places)] or tests
    _submit(runner, mutant, selected, cpu_seconds, sum(state().duration_by_test[test] for test in selected))


def _run_tests(runner: Any, *, mutant_name: str | None, tests: Iterable[str]) -> int:
    plugins = [_Alarm()] if mutant_name else []
    with change_cwd("mutants"):
        return int(runner.execute_pytest(runner._pytest_args_regular_run(tests), plugins=plugins))


class _Alarm:
    """Ends the process of a mutant in which a test hangs."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        signal.signal(signal.SIGALRM, lambda *_: os._exit(_TIMED_OUT))
        signal.alarm(_PATIENCE + int(5 * state().duration_by_test.get(item.nodeid, 0)))
        try:
            return (yield)
        finally:
            signal.alarm(0)
