"""Advice on ``pyproject.toml`` alone, for every backend: nothing is built for it, and no other file is read."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from atombuild.advice.backend import advise_on_backend
from atombuild.advice.keys import advise_on_keys
from atombuild.advice.own_settings import advise_on_own_settings
from atombuild.advice.project_table import advise_on_project_table
from atombuild.advice.silence import advise_on_silence
from atombuild.finding import Finding
from atombuild.project.pyproject import Pyproject


def advise_on_document(pyproject: Pyproject, installed: Collection[str] | None = None) -> Iterator[Finding]:
    """Yield what the document shows by itself. ``installed``: see :func:`advise_on_backend`."""
    yield from advise_on_backend(pyproject, installed)
    yield from advise_on_keys(pyproject)
    yield from advise_on_own_settings(pyproject)
    yield from advise_on_silence(pyproject)
    yield from advise_on_project_table(pyproject)
