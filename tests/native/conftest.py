"""The bench on which uv's generated files and ours are compared."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from atombuild.errors import Report
from support.generated import Bench, Files, Generated, Refusal


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "project")


@pytest.fixture
def same_as_uv(bench: Bench) -> Callable[..., Generated]:
    """Both accept the project and write the same bytes."""

    def compare(document: str | bytes, files: Files | None = None) -> Generated:
        bench.write(document, files)
        ours, theirs = bench.ours(), bench.uvs()
        assert ours == theirs
        assert isinstance(ours, Generated)
        return ours

    return compare


@pytest.fixture
def refused_as_uv_does(bench: Bench) -> Callable[..., Report]:
    """Both refuse the project, and the innermost cause that we give is in uv's words."""

    def compare(document: str, files: Files | None = None) -> Report:
        bench.write(document, files)
        ours, theirs = bench.ours(), bench.uvs()
        assert isinstance(ours, Refusal), "we accept it"
        assert isinstance(theirs, Refusal), f"uv accepts it, we say: {ours.words}"
        (report,) = ours.reports
        innermost = (report.what, *report.why)[-1]
        margin = "\n" + " " * len("  cause: ")
        assert margin.join(line.rstrip() for line in innermost.split("\n")) in theirs.words
        assert report.hint
        return report

    return compare
