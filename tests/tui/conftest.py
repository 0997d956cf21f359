from __future__ import annotations

import pytest

from support.screen.scenes import HOME


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--remake-screenshots", action="store_true", help="write the pictures in screenshots/ instead of comparing"
    )


@pytest.fixture(autouse=True)
def _at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are shortened by the home folder: it is the same everywhere."""
    monkeypatch.setenv("HOME", str(HOME))
    monkeypatch.delenv("NO_COLOR", raising=False)
