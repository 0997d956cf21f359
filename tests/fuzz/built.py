"""A small project that builds, its artifacts of yesterday, and one more attempt over them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

from atombuild.builder import Plan
from atombuild.events import ArtifactStatus, Cause, Outcome
from atombuild.session import Session
from atombuild.status import ArtifactKind, Attempt, Standing
from atombuild.wiring import ProjectSetup
from fuzz.oracle import Broken, Playground, Views
from support.wholeness import check_whole

BASE: Final = b"""\
[project]
name = "foo"
version = "1.0"
readme = "README.md"

[build-system]
requires = ["uv_build>=0.13,<0.14"]
build-backend = "uv_build"
"""
FILES: Final = {
    "README.md": b"# Foo\n",
    "LICENSE": b"MIT\n",
    "src/foo/__init__.py": b"def main(): ...\n",
    "src/foo/data.csv": b"1,2\n",
}
OLD: Final = ("foo-1.0.tar.gz", "foo-1.0-py3-none-any.whl")


def write_base(root: Path, pyproject: bytes = BASE) -> None:
    """Write the project."""
    for path, data in {**FILES, "pyproject.toml": pyproject}.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def put_old(playground: Playground, root: Path) -> None:
    """Put the artifacts of a good build into ``dist``, with their ledger and history."""
    template = playground.templates / "dist"
    if not template.is_dir():
        made = playground.templates / "made"
        write_base(made)
        session = ProjectSetup(made, made / "dist", Plan()).session(lambda _event: None)
        if session.attempt(Cause.START).outcome is not Outcome.SUCCEEDED:
            raise Broken("the plainest of projects does not build")
        session.end()
        shutil.copytree(made / "dist", template)
    shutil.copytree(template, root / "dist")


def attempt_over_old(playground: Playground, root: Path) -> Views:
    """Build over what :func:`put_old` puts there."""
    put_old(playground, root)
    return attempt_and_check(root)


def attempt_and_check(root: Path, plan: Plan | None = None) -> Views:
    """Build once, as ``--once`` does, and check that the directory is as the words say."""
    views = Views()
    session = ProjectSetup(root, root / "dist", plan or Plan()).session(views.show)
    session.begin()
    result = session.attempt(Cause.START)
    session.advise()
    session.end()
    views.check()
    check_promise(root / "dist", views, result.outcome)
    check_session(session)
    return views


def check_session(session: Session) -> None:
    """Make sure that an idle session is at rest."""
    if session.last is None:
        raise Broken("an attempt without a result")


def check_promise(out_dir: Path, views: Views, outcome: Outcome | None) -> None:
    """A file stands under an artifact's name if and only if the attempt succeeded, and it is whole."""
    last = {event.kind: event for event in views.events if isinstance(event, ArtifactStatus)}
    for kind in ArtifactKind:
        event = last.get(kind)
        if event is None:
            continue
        succeeded = event.status.attempt is Attempt.SUCCEEDED
        stands = event.path is not None and os.path.lexists(event.path)
        if succeeded != stands and event.status.standing is not Standing.OLD_KEPT:
            raise Broken(f"{kind.value}: {event.status.words}, and the file {'stands' if stands else 'is gone'}")
        if succeeded and event.path is not None:
            check_whole(event.path)
        if not succeeded and outcome is Outcome.FAILED and event.target == OLD[kind is ArtifactKind.WHEEL]:
            old = out_dir / OLD[kind is ArtifactKind.WHEEL]
            if old.is_file() and not old.is_symlink():
                raise Broken(f"{kind.value} failed, and the old {old.name} stands")
    hidden = (
        [path.name for path in out_dir.iterdir() if path.name.startswith(".atombuild-")] if out_dir.is_dir() else []
    )
    if hidden:
        raise Broken(f"temporaries were left: {hidden}")
