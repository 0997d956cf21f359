"""The same hook of two build backends, called as a front-end does: in the project's folder."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import atombuild.backend


@dataclass(frozen=True)
class Called:
    """How a hook ended."""

    result: str | None
    """What it returned; None: it ended the process with an error."""

    err: str
    """Its words on standard error."""


@contextlib.contextmanager
def working_in(folder: Path) -> Iterator[None]:
    # contextlib.chdir is as young as Python 3.11.
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def call_ours(root: Path, hook: str, *arguments: Path) -> Called:
    err = io.StringIO()
    with working_in(root), contextlib.redirect_stderr(err):
        try:
            result = _call(hook, arguments)
        except SystemExit as end:
            # A front-end sees nothing but the status.
            return Called(None if end.code else "", err.getvalue())
    return Called(result, err.getvalue())


def _call(hook: str, arguments: tuple[Path, ...]) -> str:
    directory, *prepared = map(str, arguments)
    result = getattr(atombuild.backend, hook)(directory, None, *prepared)
    assert isinstance(result, str)
    return result


def call_uvs(root: Path, hook: str, *arguments: Path) -> Called:
    """Call the hook of uv_build, whose Python part only passes it on to this program."""
    program = shutil.which("uv-build", path=os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]))
    assert program is not None, "uv_build is not installed"
    done = subprocess.run(
        [program, hook.replace("_", "-"), *map(str, arguments)],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Called(done.stdout.splitlines()[-1] if done.returncode == 0 else None, done.stderr)
