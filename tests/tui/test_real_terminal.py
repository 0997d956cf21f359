"""In a real terminal: it leaves in time on every way out, and leaves the terminal as it was."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.eventually import PATIENCE, eventually
from support.projects import SAMPLE, sample_project

pexpect = pytest.importorskip("pexpect", reason="needs a pseudo-terminal")
if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

ROOT = Path(__file__).parents[2]
IN_TIME = 2.5
"""Seconds to leave: the engine has 0.8, and a loaded machine that runs other tests takes its time."""


_FIRST_WORDS: dict[tuple[str, ...], bytes] = {("stubborn",): b"building", ("pages",): b"everything was played"}


class Terminal:
    """The program in a terminal of 80 by 24, and everything that it wrote."""

    def __init__(self, *arguments: str) -> None:
        paths = [str(ROOT / name) for name in ("core", "tui", "tests")]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "TERM": "xterm-256color",
            "HOME": "/home/ada",
        }
        environment.pop("NO_COLOR", None)
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "support.screen.program", *arguments],
            env=environment,
            dimensions=(24, 80),
            timeout=PATIENCE,
            encoding=None,
        )
        self.written = b""

    def read_until(self, words: bytes) -> None:
        self.child.expect_exact(words)
        self.written += self.child.before + self.child.after

    def ended_after(self, act: Callable[[], object]) -> float:
        began = time.monotonic()
        act()
        self.child.expect(pexpect.EOF)
        self.written += self.child.before
        self.child.wait()
        return time.monotonic() - began

    @property
    def status(self) -> int:
        return int(self.child.exitstatus if self.child.signalstatus is None else -self.child.signalstatus)


@pytest.fixture
def terminal() -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def start(*arguments: str) -> Terminal:
        opened.append(Terminal(*arguments))
        opened[-1].read_until(_FIRST_WORDS.get(arguments, b"failed, old artifact removed"))
        return opened[-1]

    yield start
    for one in opened:
        one.child.close(force=True)


def assert_restored(written: bytes) -> None:
    """The screen before is back, the cursor is shown, mouse and paste modes are off, and nothing was drawn after."""
    screen = written.rindex(b"\x1b[?1049l")
    assert written.rindex(b"\x1b[?1049h") < screen
    assert written.rindex(b"\x1b[?25h") > written.rindex(b"\x1b[?25l")
    for mode in (b"1000", b"1003", b"1006", b"2004"):
        assert written.rindex(b"\x1b[?%bl" % mode) > written.rindex(b"\x1b[?%bh" % mode)
    assert written.endswith(b"\x1b[23;2t") == (b"\x1b[22;2t" in written), "a title that was set is given back last"
    assert not re.search(rb"[A-Za-z]{4}", written[screen:]), "no traceback"


@pytest.mark.parametrize("arguments", [(), ("stubborn",)], ids=["idle", "mid-build"])
@pytest.mark.parametrize("key", ["q", "\x03", "\x11"], ids=["q", "ctrl+c", "ctrl+q"])
def test_a_key_leaves_with_status_0(terminal: Callable[..., Terminal], key: str, arguments: tuple[str, ...]) -> None:
    screen = terminal(*arguments)
    assert screen.ended_after(lambda: screen.child.send(key)) < IN_TIME
    assert screen.status == 0
    assert_restored(screen.written)


@pytest.mark.parametrize("arguments", [(), ("stubborn",)], ids=["idle", "mid-build"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=lambda number: number.name)
def test_a_signal_leaves_with_its_own_status(
    terminal: Callable[..., Terminal], number: signal.Signals, arguments: tuple[str, ...]
) -> None:
    screen = terminal(*arguments)
    assert screen.ended_after(lambda: screen.child.kill(number)) < IN_TIME
    assert screen.status == 128 + number
    assert_restored(screen.written)


def test_a_second_ctrl_c_does_not_wait_for_the_engine(terminal: Callable[..., Terminal]) -> None:
    screen = terminal("stubborn")
    assert screen.ended_after(lambda: screen.child.send("\x03\x03")) < IN_TIME
    assert_restored(screen.written)


def test_it_does_not_survive_its_terminal(terminal: Callable[..., Terminal]) -> None:
    screen = terminal()
    screen.child.ptyproc.fileobj.close()
    screen.child.closed = screen.child.ptyproc.closed = True
    eventually(lambda: not screen.child.isalive(), "it went on without its terminal", seconds=10)
    assert screen.status == 128 + signal.SIGHUP


def check_harmless(text: bytes) -> None:
    # What is copied goes to the terminal on purpose: as base64, which is harmless whatever it holds.
    text = re.sub(rb"\x1b\]52;c;[A-Za-z0-9+/=]*\x07", b"", text) if b"copied" in text else text
    assert b"\x1b]52" not in text
    assert b"owned\x07" not in text
    assert "\u202e".encode() not in text
    assert "\x9b".encode() not in text
    assert b"\x1b[2J" not in text
    assert text.count(b"\x1b[?1049l") == 1
    assert "␛]52;c;".encode() in text, "it was on the screen, in visible form"
    titles = re.findall(rb"\x1b\]2;([^\x07]*)\x07", text)
    assert titles
    assert all(title.decode().isprintable() for title in titles)


def test_nothing_hostile_reaches_the_terminal(terminal: Callable[..., Terminal]) -> None:
    screen = terminal()
    screen.ended_after(lambda: screen.child.send("q"))
    check_harmless(screen.written)


def test_nothing_hostile_reaches_it_from_any_page(terminal: Callable[..., Terminal], tmp_path: Path) -> None:
    screen = terminal("pages")
    screen.child.setwinsize(50, 150)

    def steps(*keys: str) -> None:
        for key in keys:
            screen.child.send(key)
            # What a key brings comes at its own time, and differs: it is read until nothing comes any more.
            # An escape that is not read yet when the next key comes is taken for its Alt.
            quiet = 1.0 if key == escape else 0.3
            while True:
                try:
                    screen.written += screen.child.read_nonblocking(1 << 16, timeout=quiet)
                except pexpect.TIMEOUT:
                    break

    down, enter, escape = "\x1b[B", "\r", "\x1b"
    steps("1", "n", "n", "y", "f", "evil", enter, escape, "z", "z", "e")
    steps(
        "2",
        *[down] * 4,
        enter,
        escape,
        "/",
        "evil",
        enter,
        enter,
        "y",
        escape,
        escape,
        "/",
        "PKG",
        enter,
        enter,
        escape,
    )
    steps("3", down, down, enter, escape, down, down, down, enter, escape)
    steps("4", enter, escape, "5", down, down, down, "6", down, down, "7")
    # What lies over the page takes keys too: they are for it once it is there, and for the page once it is gone.
    for key, words in (("?", b"Esc closes"), ("\x10", b"Search for commands")):
        screen.child.send(key)
        screen.read_until(words)
        steps(escape)
        screen.child.send("l")
        screen.read_until(b"sdist")
    screen.ended_after(lambda: screen.child.send("q"))
    assert screen.status == 0
    check_harmless(screen.written)
    for words in (b"lost module", b"Summary", b"the build backend failed", b"not run:"):
        assert words in screen.written, words


class Editing:
    """The app on a project that is broken, in mid-edit: the editor has the terminal."""

    def __init__(self, folder: Path, script: str) -> None:
        self.root = sample_project(folder)
        (self.root / "pyproject.toml").write_text("[project]\nname = \n")
        editor = folder / "vim"
        editor.write_text(f"#!/bin/sh\n{script}\n")
        editor.chmod(0o755)
        environment = {**os.environ, "TERM": "xterm-256color", "VISUAL": str(editor)}
        environment.pop("NO_COLOR", None)
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "atombuild_tui", str(self.root)],
            env=environment,
            dimensions=(24, 80),
            timeout=PATIENCE,
            encoding=None,
        )
        self.child.expect_exact(b"where  ")
        self.child.send("e")
        self.child.expect_exact(b"\x1b[?1049l")

    def status(self) -> int:
        """Return the status that the app ends with."""
        self.child.expect(pexpect.EOF)
        self.child.wait()
        return int(self.child.exitstatus if self.child.signalstatus is None else -self.child.signalstatus)


@pytest.fixture
def editing(tmp_path: Path) -> Iterator[Callable[[str], Editing]]:
    opened: list[Editing] = []

    def start(script: str) -> Editing:
        opened.append(Editing(tmp_path, script))
        return opened[-1]

    yield start
    for one in opened:
        one.child.close(force=True)


def test_an_editor_gets_the_terminal_and_gives_it_back(editing: Callable[[str], Editing]) -> None:
    app = editing('trap : INT\necho "editing: $*"\nread answer || read answer\necho "got $answer"')
    app.child.expect_exact(f"editing: +call cursor(2,8) {app.root}/pyproject.toml".encode())
    # Builds go on meanwhile: it is mended, and built before the screen is back.
    (app.root / "pyproject.toml").write_text((SAMPLE / "pyproject.toml").read_text())
    eventually(lambda: list((app.root / "dist").glob("*.whl")), "the engine stood still")
    app.child.send("\x03")
    app.child.send("hello\r")
    app.child.expect_exact(b"got hello")
    app.child.expect_exact(b"\x1b[?1049h")
    app.child.expect_exact(b"holds your latest change")
    app.child.send("q")
    assert app.status() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_while_the_editor_has_the_terminal_ends_both(
    editing: Callable[[str], Editing], number: signal.Signals
) -> None:
    app = editing("trap 'echo saved; exit 0' TERM\necho editing\nwhile :; do read answer; done")
    app.child.expect_exact(b"editing")
    app.child.kill(number)
    app.child.expect_exact(b"saved")
    assert app.status() == 128 + number


def test_an_editor_that_does_not_end_is_ended_by_the_second_signal(editing: Callable[[str], Editing]) -> None:
    app = editing("trap 'echo not me' TERM\necho editing\nwhile :; do read answer; done")
    app.child.expect_exact(b"editing")
    app.child.kill(signal.SIGTERM)
    app.child.expect_exact(b"not me")
    app.child.kill(signal.SIGTERM)
    assert app.status() == 128 + signal.SIGTERM


def test_an_editor_that_took_the_keyboard_and_never_gave_it_back_leaves_it_to_us(
    editing: Callable[[str], Editing],
) -> None:
    grab = (
        "import os, signal\nsignal.signal(signal.SIGTTOU, signal.SIG_IGN)\nif os.fork() == 0:\n"
        "    os.setpgid(0, 0)\n    os.tcsetpgrp(0, os.getpgrp())\n    os._exit(0)\nos.wait()\nprint('grabbed')\n"
    )
    app = editing(f'exec {sys.executable} -c "{grab}"')
    app.child.expect_exact(b"grabbed")
    app.child.expect_exact(b"\x1b[?1049h")
    app.child.send("q")
    assert app.status() == 0


@pytest.mark.parametrize("leave", ["q", "\x03\x03"], ids=["q", "ctrl+c twice"])
def test_a_command_of_the_project_that_does_not_end_when_asked_does_not_outlive_us(tmp_path: Path, leave: str) -> None:
    root, pid = sample_project(tmp_path), tmp_path / "pid"
    stubborn = f"import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open({str(pid)!r}, 'w')"
    stubborn += ".write(str(os.getpid())); time.sleep(600)"
    with (root / "pyproject.toml").open("a") as file:
        file.write(f"\n[tool.atombuild]\non-success = ['{sys.executable}', '-c', \"{stubborn}\"]\n")
    environment = {**os.environ, "TERM": "xterm-256color", "ATOMBUILD_STATE_DIR": str(tmp_path / "state")}
    child = pexpect.spawn(
        sys.executable, ["-m", "atombuild_tui", str(root)], env=environment, dimensions=(24, 80), timeout=PATIENCE
    )
    try:
        child.expect_exact(b"not run")
        child.send("a")
        eventually(lambda: pid.exists() and pid.read_text(), "it never ran")
        child.send(leave)
        child.expect(pexpect.EOF)
        child.wait()
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)
    finally:
        child.close(force=True)


def test_ctrl_z_goes_to_the_shell_and_fg_comes_back(tmp_path: Path) -> None:
    root = sample_project(tmp_path)
    environment = {**os.environ, "TERM": "xterm-256color", "PS1": "$ "}
    child = pexpect.spawn(
        "bash", ["--norc", "--noprofile", "-i"], env=environment, dimensions=(24, 80), timeout=PATIENCE
    )
    try:
        child.sendline(f"{sys.executable} -m atombuild_tui {root}")
        child.expect_exact(b"holds your latest change")
        child.send("\x1a")
        child.expect_exact(b"\x1b[?1049l")
        child.expect_exact(b"Stopped")
        child.sendline("echo in $((40 + 2)) the shell")
        child.expect_exact(b"in 42 the shell")
        child.sendline("fg")
        child.expect_exact(b"\x1b[?1049h")
        child.expect_exact(b"holds your latest change")
        child.send("q")
        child.expect_exact(b"\x1b[?1049l")
    finally:
        child.close(force=True)


def test_without_colours_none_is_sent_and_what_is_chosen_is_turned_round(tmp_path: Path) -> None:
    root = sample_project(tmp_path)
    environment = {**os.environ, "TERM": "xterm-256color", "NO_COLOR": "1"}
    child = pexpect.spawn(
        sys.executable, ["-m", "atombuild_tui", str(root)], env=environment, dimensions=(24, 80), timeout=PATIENCE
    )
    try:
        child.expect_exact(b"holds your latest change")
        written = child.before
        child.send("2")
        child.expect_exact(b"PKG-INFO")
        written += child.before
        child.send("q")
        child.expect(pexpect.EOF)
        written += child.before
    finally:
        child.close(force=True)
    sent = {code for codes in re.findall(rb"\x1b\[([\d;]*)m", written) for code in codes.split(b";")}
    assert not sent & {b"38", b"48", *(b"%d" % code for code in (*range(30, 38), *range(40, 48), *range(90, 108)))}
    assert b"7" in sent
