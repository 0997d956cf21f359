"""The same inputs by the last door: the real program in a real terminal, looked at page by page."""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hostile.case import ROOT
from hostile.grounds import Grounds

pexpect = pytest.importorskip("pexpect", reason="needs a pseudo-terminal")

EVIL = "evil\x1b]52;c;ZXZpbA==\x07\x1b]2;owned\x07\u202e\x9b31m\x1b[?1049l\x1b[2J[@click=app.quit]x[.py"


def _native(name: str | bytes, settings: Callable[[Path], object] = Path.touch) -> Callable[[Grounds], None]:
    def lay(grounds: Grounds) -> None:
        grounds.native()
        grounds.file(name)
        settings(grounds.folder / "settings.toml")

    return lay


def _backend(grounds: Grounds) -> None:
    grounds.backend(before=f"print({EVIL!r})\nraise RuntimeError({EVIL!r})")


INPUTS: dict[str, tuple[Callable[[Grounds], None], bytes]] = {
    "a name that acts": (_native("src/foo/" + EVIL.replace("/", "")), b"failed, no old artifact"),
    "a name that runs the other way": (_native("src/foo/a\u202e\x9b31m.py"), b"succeeded"),
    "a name that is markup": (_native("src/foo/[@click=app.quit]x[.py"), b"succeeded"),
    "a name that is no text": (_native(b"src/foo/a\xff.py"), b"succeeded"),
    "output and an error that act": (_backend, b"failed, no old artifact"),
    "a pipe as the settings": (_native("src/foo/a.py", os.mkfifo), b"succeeded"),
}


@pytest.mark.parametrize("what", INPUTS)
def test_nothing_of_it_reaches_the_terminal_and_it_leaves_with_0(tmp_path: Path, what: str) -> None:
    lay, words = INPUTS[what]
    grounds = Grounds(tmp_path)
    lay(grounds)
    before = grounds.canaries()
    child = pexpect.spawn(
        sys.executable,
        ["-m", "atombuild_tui", str(grounds.root)],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(str(ROOT / name) for name in ("core", "tui")),
            "TERM": "xterm-256color",
            "ATOMBUILD_CACHE_DIR": str(tmp_path / "cache"),
            "ATOMBUILD_STATE_DIR": str(tmp_path / "state"),
            **grounds.environment,
        },
        dimensions=(40, 120),
        timeout=60,
        encoding=None,
    )
    child.logfile_read = log = io.BytesIO()
    try:
        child.expect_exact(words)
        for page in "234567":
            child.send(page)
            _read_until_quiet(child)
        child.send("q")
        child.expect(pexpect.EOF)
        child.wait()
    finally:
        child.close(force=True)
    written = log.getvalue()
    assert (child.exitstatus, child.signalstatus) == (0, None)
    for acting in (b"\x1b]52", b"owned\x07", b"\x1b[2J", "\u202e".encode(), "\x9b".encode(), b"\xff"):
        assert acting not in written
    assert written.count(b"\x1b[?1049l") == 1
    assert all(title.isprintable() for title in re.findall(r"\x1b\]2;([^\x07]*)\x07", written.decode()))
    assert grounds.canaries() == before


def _read_until_quiet(child: Any) -> None:
    """Read what a key brings: it comes at its own time, and is over when nothing comes any more."""
    with contextlib.suppress(pexpect.TIMEOUT):
        while True:
            child.read_nonblocking(1 << 16, timeout=0.3)
