"""A project's command runs when it may, beside the builds, and never on what is not published."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from atombuild import processes
from atombuild.after.allowed import Allowed
from atombuild.after.command import named, prepared, variables
from atombuild.after.runner import AfterBuild
from atombuild.builder import Plan
from atombuild.events import (
    AttemptFinished,
    AttemptStarted,
    Cause,
    CommandEnded,
    CommandNotRun,
    CommandOutput,
    Event,
    Outcome,
)
from atombuild.status import ArtifactKind
from atombuild.wiring import ProjectSetup
from support.projects import sample_project

PYTHON = sys.executable


class Desk:
    """A session that its test drives, and what runs after its builds."""

    def __init__(self, root: Path, *, always: bool = True) -> None:
        self.root = root
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.after = AfterBuild(root, root / "dist", self.events.put, always=always)
        self.session = ProjectSetup(root, root / "dist", Plan()).session(self.after.note)

    def set(self, *lines: str) -> None:
        text = (self.root / "pyproject.toml").read_text(encoding="utf-8").partition("\n[tool.atombuild]")[0]
        text += "\n[tool.atombuild]\n" + "\n".join(lines) + "\n"
        (self.root / "pyproject.toml").write_text(text, encoding="utf-8")

    def build(self) -> None:
        self.session.attempt(Cause.REQUEST)

    def next(self, kind: type[Event]) -> Event:
        while True:
            event = self.events.get(timeout=30)
            if isinstance(event, kind):
                return event

    def output(self) -> list[str]:
        """Return what is printed until the command ends."""
        lines: list[str] = []
        while True:
            event = self.events.get(timeout=30)
            if isinstance(event, CommandOutput):
                lines += event.lines
            elif isinstance(event, CommandEnded):
                return [*lines, event.words.partition(" after ")[0]]
            elif isinstance(event, CommandNotRun):
                pytest.fail(str(event))

    def refused(self) -> tuple[str, str]:
        """Return the next command that was not run, and why."""
        event = self.next(CommandNotRun)
        assert isinstance(event, CommandNotRun)
        return event.command, event.why


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("ATOMBUILD_STATE_DIR", str(tmp_path / "state"))
    desk = Desk(sample_project(tmp_path / "a b; touch 'x' $(y)"))
    yield desk
    desk.after.close()
    desk.session.end()


def test_it_gets_the_paths_quoted_the_folder_and_the_outcome(desk: Desk) -> None:
    desk.set("on-success = 'ls {wheel} {sdist} && pwd && echo $ATOMBUILD_OUTCOME ${ATOMBUILD_WHEEL##*/} >&2'")
    desk.build()
    wheel, sdist, folder, told, ended = desk.output()
    assert {Path(wheel).name, Path(sdist).name} == {"orrery-0.1.0-py3-none-any.whl", "orrery-0.1.0.tar.gz"}
    assert (folder, told, ended) == (str(desk.root), "succeeded orrery-0.1.0-py3-none-any.whl", "succeeded")
    assert not list(desk.root.parent.parent.glob("x*")), "nothing of the folder's name was run"


def test_a_list_is_started_without_a_shell(desk: Desk) -> None:
    desk.set(f"on-success = ['{PYTHON}', '-c', 'import sys; print(sys.argv[1:])', '{{wheel}}', '$HOME;']")
    desk.build()
    (line, _) = desk.output()
    assert line == str([str(next(desk.root.glob("dist/*.whl"))), "$HOME;"])


def test_a_failure_has_its_own(desk: Desk) -> None:
    desk.set("on-success = 'echo good'", "on-failure = 'echo bad; exit 3'")
    (desk.root / "src/orrery/__init__.py").unlink()
    desk.build()
    assert desk.output() == ["bad", "ended with status 3"]


def test_colours_stay_and_everything_else_is_made_harmless(desk: Desk) -> None:
    desk.set(r"""on-success = "printf '\\033[31mred\\033[0m \\033]0;owned\\007 done\\n'" """)
    desk.build()
    assert desk.output()[0] == "\x1b[31mred\x1b[0m  done"


def test_nothing_runs_before_it_was_allowed_and_then_exactly_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATOMBUILD_STATE_DIR", str(tmp_path / "state"))
    desk = Desk(sample_project(tmp_path), always=False)
    desk.set("on-success = 'touch ran'")
    desk.build()
    refused = desk.next(CommandNotRun)
    assert isinstance(refused, CommandNotRun)
    assert (refused.command, refused.why) == ("touch ran", "it came with the project, and was not allowed yet")
    assert not (desk.root / "ran").exists()
    desk.after.allow()
    assert desk.output() == ["succeeded"], "what waited runs at once"
    assert (desk.root / "ran").exists()
    assert "touch ran" in Allowed(desk.root)
    assert "touch ran" not in Allowed(tmp_path)
    if os.name == "posix":
        assert (tmp_path / "state" / "allowed.json").stat().st_mode & 0o777 == 0o600
    desk.set("on-success = 'touch ran too'")
    desk.build()
    assert isinstance(desk.next(CommandNotRun), CommandNotRun)
    desk.after.close()


@pytest.fixture
def asking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk at which nothing was allowed yet."""
    monkeypatch.setenv("ATOMBUILD_STATE_DIR", str(tmp_path / "state"))
    desk = Desk(sample_project(tmp_path), always=False)
    yield desk
    desk.after.close()
    desk.session.end()


NOT_YET = "it came with the project, and was not allowed yet"
NOTHING_WAITS = "no command waits to be allowed"


def test_what_was_not_shown_is_not_allowed(asking: Desk) -> None:
    asking.set("on-success = 'touch shown'", "on-failure = 'touch never-shown'")
    asking.build()
    assert asking.refused() == ("touch shown", NOT_YET)
    asking.after.allow()
    assert asking.output() == ["succeeded"]
    assert "touch never-shown" not in Allowed(asking.root)
    (asking.root / "src/orrery/__init__.py").unlink()
    asking.build()
    assert asking.refused() == ("touch never-shown", NOT_YET)


def test_what_was_changed_since_it_was_shown_is_asked_for_anew(asking: Desk) -> None:
    asking.set("on-success = 'touch shown'")
    asking.build()
    asking.refused()
    asking.set("on-success = 'touch pulled'")
    asking.after.allow()
    assert asking.refused() == ("touch pulled", NOT_YET)
    assert "touch pulled" not in Allowed(asking.root)
    assert "touch shown" in Allowed(asking.root)
    assert not (asking.root / "pulled").exists()


def test_to_allow_it_twice_runs_it_once(asking: Desk) -> None:
    asking.set("on-success = 'echo uploaded'")
    asking.build()
    asking.refused()
    asking.after.allow()
    assert asking.output() == ["uploaded", "succeeded"]
    asking.after.allow()
    assert asking.refused() == ("", NOTHING_WAITS)
    assert asking.events.empty()


def test_where_nothing_can_wait_it_is_said(asking: Desk) -> None:
    asking.after.allow()
    assert asking.refused() == ("", "this project has no command to allow")
    asking.set("on-success = 'true'")
    asking.after.allow()
    assert asking.refused() == ("", NOTHING_WAITS), "it was not shown yet"


@pytest.mark.parametrize("ending", [None, Outcome.CANCELLED])
def test_once_its_build_is_gone_it_is_allowed_for_the_next(asking: Desk, ending: Outcome | None) -> None:
    asking.set("on-success = 'echo ran'")
    asking.build()
    asking.refused()
    asking.after.note(AttemptStarted(2, Cause.REQUEST, (), 0, 0, tuple(ArtifactKind)))
    if ending is not None:
        asking.after.note(AttemptFinished(2, ending, 0.1))
    asking.after.allow()
    assert asking.refused() == ("echo ran", "it is allowed now, and no finished build is there for it")
    asking.build()
    assert asking.output() == ["ran", "succeeded"]


def test_who_allows_something_while_a_command_runs_is_answered_at_once(desk: Desk) -> None:
    process = _waiting(desk)
    desk.after.allow()
    assert desk.refused() == ("", NOTHING_WAITS)
    assert not _is_gone(process)


def test_what_can_not_be_remembered_is_allowed_for_this_time_and_nothing_else_is(asking: Desk) -> None:
    (asking.root.parent / "state").write_text("a file where a folder belongs")
    asking.set("on-success = 'echo ran'", "on-failure = 'echo never-shown'")
    asking.build()
    asking.refused()
    asking.after.allow()
    command, why = asking.refused()
    assert (command, why.partition(":")[0]) == ("echo ran", "it can't be remembered")
    assert asking.output() == ["ran", "succeeded"]
    (asking.root / "src/orrery/__init__.py").unlink()
    asking.build()
    assert asking.refused() == ("echo never-shown", NOT_YET)


def test_after_the_end_nothing_is_said_any_more(asking: Desk) -> None:
    asking.set("on-success = 'true'")
    asking.build()
    asking.refused()
    asking.after.close()
    asking.after.allow()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("atombuild")]
    assert asking.events.empty()


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"/": 5}', "[" * 100_000])
def test_a_damaged_memory_allows_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
    monkeypatch.setenv("ATOMBUILD_STATE_DIR", str(tmp_path))
    (tmp_path / "allowed.json").write_text(damage)
    assert "x" not in Allowed(tmp_path)
    Allowed(tmp_path).add("x", ("y", "z"))
    assert "x" in Allowed(tmp_path)
    assert ("y", "z") in Allowed(tmp_path)
    assert "y z" not in Allowed(tmp_path)


def test_a_pipe_in_the_memorys_place_holds_nobody_and_allows_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATOMBUILD_STATE_DIR", str(tmp_path))
    os.mkfifo(tmp_path / "allowed.json")
    assert "x" not in Allowed(tmp_path)
    Allowed(tmp_path).add("x")
    assert "x" in Allowed(tmp_path)


def _waiting(desk: Desk, *, stubborn: bool = False) -> int:
    """Build, with a command that waits for ever; return its process when it runs."""
    trap = "trap '' TERM; " if stubborn else ""
    desk.set(f'on-success = """{trap}echo $$; while :; do sleep 0.05; done"""')
    desk.build()
    event = desk.next(CommandOutput)
    assert isinstance(event, CommandOutput)
    return int(event.lines[0])


def _is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("stubborn", [False, True])
def test_the_next_build_ends_it_before_the_artifacts_fall(desk: Desk, stubborn: bool) -> None:
    process = _waiting(desk, stubborn=stubborn)
    began = time.monotonic()
    desk.after.note(AttemptStarted(2, Cause.REQUEST, (), 0, 0, tuple(ArtifactKind)))
    assert _is_gone(process)
    assert time.monotonic() - began < 8
    ended = desk.next(CommandEnded)
    assert isinstance(ended, CommandEnded)
    assert ended.words.startswith("ended by us: the next build began")
    assert ended.status is None


def test_two_orders_in_a_row_are_both_ended_before_the_artifacts_fall(desk: Desk) -> None:
    loop = "trap '' TERM; echo $$; while :; do sleep 0.05; done"
    desk.set(f'on-failure = """test -e ../once || {{ touch ../once; exit 0; }}; {loop}"""')
    desk.after.note(AttemptFinished(1, Outcome.FAILED, 0.1))
    desk.after.note(AttemptFinished(2, Outcome.FAILED, 0.1))
    event = desk.next(CommandOutput)
    assert isinstance(event, CommandOutput)
    desk.after.note(AttemptStarted(3, Cause.REQUEST, (), 0, 0, tuple(ArtifactKind)))
    assert _is_gone(int(event.lines[0]))


def test_stopping_ends_it(desk: Desk) -> None:
    process = _waiting(desk)
    desk.after.close()
    assert _is_gone(process)


def test_it_never_runs_on_what_is_not_published(desk: Desk) -> None:
    desk.set("on-success = 'echo {wheel}'")
    session = ProjectSetup(desk.root, desk.root / "dist", Plan.chosen(sdist=True, wheel=False)).session(desk.after.note)
    session.attempt(Cause.REQUEST)
    refused = desk.next(CommandNotRun)
    assert isinstance(refused, CommandNotRun)
    assert refused.why == "it names {wheel}, and there is none of this build"


def _round(desk: Desk) -> CommandEnded | CommandNotRun:
    """Wait for the command to end or be refused; then look, and build if something changed, as the engine does."""
    while True:
        event = desk.events.get(timeout=30)
        if isinstance(event, CommandEnded | CommandNotRun):
            break
    desk.session.examine()
    if desk.session.pending:  # the command may have been faster than the look that follows a build
        desk.session.attempt(Cause.CHANGE)
    return event


def test_a_command_that_changes_the_project_each_time_is_stopped_from_going_round(desk: Desk) -> None:
    desk.set("on-success = 'date +%N > src/orrery/made.py'")  # over long before its change is noticed
    desk.build()
    rounds = [_round(desk) for _ in range(4)]
    assert [type(event) for event in rounds] == [CommandEnded] * 3 + [CommandNotRun]
    last = rounds[3]
    assert isinstance(last, CommandNotRun)
    assert last.why == "each time it ran, the same files changed: src/orrery/made.py"
    assert not desk.session.pending, "and so it ends"
    desk.build()
    assert isinstance(_round(desk), CommandEnded), "it is tried again"
    assert isinstance(_round(desk), CommandNotRun), "and known at once"


def test_a_command_that_stopped_changing_the_project_is_given_patience_again(desk: Desk) -> None:
    writes, writes_not = "on-success = 'date +%N > src/orrery/made.py'", "on-success = 'true'"
    desk.set(writes)
    desk.build()
    assert [type(_round(desk)) for _ in range(4)][-1] is CommandNotRun
    desk.set(writes_not)
    desk.build()
    desk.next(CommandEnded)
    desk.set(writes)
    desk.build()
    assert [type(_round(desk)) for _ in range(4)] == [CommandEnded] * 3 + [CommandNotRun]


def test_who_saves_the_same_file_again_and_again_goes_round_by_himself(desk: Desk) -> None:
    desk.set("on-success = 'echo ran'")
    desk.build()
    for number in range(8):
        desk.next(CommandEnded)
        made = desk.root / "src/orrery/made.py"
        made.write_text(f"answer = {number}", encoding="utf-8")
        a_second_later = time.time() + 1
        os.utime(made, (a_second_later, a_second_later))
        assert desk.session.examine()
        desk.session.attempt(Cause.CHANGE)
    assert isinstance(desk.next(CommandEnded), CommandEnded)


def test_what_can_not_be_started_says_so(desk: Desk) -> None:
    desk.set('on-success = ["no-such-program-anywhere"]')
    desk.build()
    assert desk.output() == ["could not be started: No such file or directory (ENOENT)"]


def test_braces_of_the_shell_stay() -> None:
    assert named("cp {wheel} ${HOME}/{a,b} {print}") == {"wheel"}
    assert prepared("awk '{print}' {wheel}", {"wheel": "/x y"}, windows=False)[-1] == "awk '{print}' '/x y'"
    assert Outcome.SUCCEEDED.value == "succeeded"


def test_on_windows_cmd_gets_one_line_and_no_path_means_anything_in_it() -> None:
    values = {"wheel": r"C:\a & del %TEMP%\x.whl"}
    line = prepared('findstr "a b" {wheel} && echo done', values, windows=True)
    assert line == 'cmd /d /s /c "findstr "a b" "%ATOMBUILD_WHEEL%" && echo done"'
    assert variables(values) == {"ATOMBUILD_WHEEL": r"C:\a & del %TEMP%\x.whl"}
    assert prepared(("twine", "{wheel}"), values, windows=True) == ["twine", values["wheel"]]


def test_on_windows_a_program_is_the_first_of_a_group_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without, it could only be killed: CTRL_BREAK goes to groups."""
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0x200, raising=False)
    assert processes._own_group(()) == {"creationflags": 0x200}
