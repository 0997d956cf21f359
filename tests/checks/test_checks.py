"""A check says what it found out, what it could not find out, and leaves nothing behind."""

from __future__ import annotations

import errno
import os
import queue
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from atombuild.builder import Plan, Result
from atombuild.checks import install
from atombuild.checks.checker import Checker
from atombuild.checks.modules import comes_with_an_extra, importable
from atombuild.checks.result import Check, CheckResult, Verdict
from atombuild.events import AttemptFinished, Cause, CheckFinished, CheckStarted, ChecksWaiting, Event, Outcome
from atombuild.folders import CACHE_VARIABLE, cache_folder
from atombuild.inspection.contents import read_contents
from atombuild.session import Session
from atombuild.status import ArtifactKind
from atombuild.wiring import ProjectSetup
from support.archives import wheel
from support.eventually import eventually
from support.listening_index import listening_index, only_asked
from support.own_backend import write_project
from support.projects import sample_project

PASSED, FAILED, UNKNOWN = Verdict.PASSED, Verdict.FAILED, Verdict.UNKNOWN


class Desk:
    """A checker beside a session that its test drives."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.setup = ProjectSetup(root, root / "dist", Plan())
        self.waits: list[float] = []
        """Seconds that a check waited for."""

        self.heard: list[Event] = []
        """All of it, in order."""

        self.checker = Checker(self.setup, self._hear, wait=self.waits.append)
        self.session = self.setup.session(self.checker.note)

    def _hear(self, event: Event) -> None:
        self.heard.append(event)
        self.events.put(event)

    def build(self) -> None:
        self.session.attempt(Cause.REQUEST)

    def check(self, check: Check) -> CheckResult:
        self.checker.ask(check)
        return self.answer()

    def answer(self) -> CheckResult:
        while True:
            event = self.events.get(timeout=90)
            if isinstance(event, CheckFinished):
                return event.result

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text(encoding="utf-8")
        assert old in text
        (self.root / path).write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(sample_project(tmp_path))
    yield desk
    desk.checker.close()
    desk.session.end()
    assert not list((cache_folder() / "checks").glob("*")), "a scratch folder was left"


def test_a_good_project_passes_all_three(desk: Desk) -> None:
    desk.build()
    for check in Check:
        result = desk.check(check)
        assert (result.verdict, result.check) == (PASSED, check), result
        assert result.started > 0
    installed = desk.check(Check.INSTALL)
    assert installed.words == "it installs; 3 modules import"
    assert installed.rows[1].why == "and 2 modules in it"
    assert [row.what for row in installed.rows] == [
        "install orrery-0.1.0-py3-none-any.whl",
        "import orrery",
        "console_scripts: orrery",
    ]


def temporaries() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("atombuild-*/"))


def test_the_output_directory_and_the_tree_stay_as_they_are(desk: Desk) -> None:
    def all_of_it() -> dict[str, int]:
        return {str(path): path.lstat().st_mtime_ns for path in desk.root.rglob("*")}

    desk.build()
    before, temporary = all_of_it(), temporaries()
    for check in Check:
        desk.check(check)
    assert all_of_it() == before
    assert temporaries() <= temporary


def test_what_the_sdist_lacks_is_named(tmp_path: Path) -> None:
    before = """
        if hook == "build_wheel" and not pathlib.Path("PKG-INFO").exists():
            pathlib.Path("src/sky/extra.py").write_text("made only in a checkout")
    """
    desk = Desk(write_project(tmp_path / "night-sky", before))
    result = desk.check(Check.PARITY)
    desk.checker.close()
    assert result.verdict is FAILED
    assert [row.what for row in result.rows] == ["sky/extra.py"]
    assert "the sdist lacks what it is made from" in result.rows[0].why
    assert result.hint


def test_what_differs_from_build_to_build_is_named(tmp_path: Path) -> None:
    root = write_project(
        tmp_path / "night-sky", "import time; pathlib.Path('src/sky/when.py').write_text(str(time.time_ns()))"
    )
    desk = Desk(root)
    result = desk.check(Check.REPRODUCIBLE)
    desk.checker.close()
    assert result.verdict is FAILED
    assert {row.what for row in result.rows} >= {"src/sky/when.py"}


def test_same_members_in_other_bytes_pass_and_are_told_apart(tmp_path: Path) -> None:
    root = write_project(tmp_path / "night-sky")
    backend = root / "_build/backend.py"
    text = backend.read_text(encoding="utf-8")
    packed = "        for path, data in members.items():\n            archive.writestr"
    assert packed in text
    comment = "        import time; archive.comment = str(time.time_ns()).encode()\n"
    backend.write_text(text.replace(packed, comment + packed), encoding="utf-8")
    desk = Desk(root)
    result = desk.check(Check.REPRODUCIBLE)
    desk.checker.close()
    assert (result.verdict, result.words) == (PASSED, "two builds hold the same; their bytes differ")
    (row,) = [row for row in result.rows if row.what.endswith(".whl")]
    assert row.why == "the same members; times, order or compression differ"


def test_between_two_builds_a_time_in_a_zip_would_change(desk: Desk) -> None:
    """Times of members have steps of two seconds (APPNOTE 4.4.6)."""
    result = desk.check(Check.REPRODUCIBLE)
    assert (result.verdict, result.words) == (PASSED, "two builds are the same, to the byte")
    (seconds,) = desk.waits
    assert seconds > 2


def test_a_project_that_does_not_build_can_not_be_told_about(desk: Desk) -> None:
    (desk.root / "src/orrery/__init__.py").unlink()
    for check in (Check.PARITY, Check.REPRODUCIBLE):
        result = desk.check(check)
        assert result.verdict is UNKNOWN
        assert "Expected a Python module" in result.rows[0].what
        assert result.hint


def test_without_a_wheel_there_is_nothing_to_install(desk: Desk) -> None:
    assert desk.check(Check.INSTALL).words == "there is no wheel of the latest build to install"
    desk.build()
    (wheel,) = desk.root.glob("dist/*.whl")
    wheel.unlink()
    assert desk.check(Check.INSTALL).words == "the wheel was built anew meanwhile, or removed"


def test_an_entry_point_that_names_nothing_fails(desk: Desk) -> None:
    desk.edit("pyproject.toml", "orrery.cli:main", "orrery.cli:mian")
    desk.build()
    result = desk.check(Check.INSTALL)
    assert result.verdict is FAILED
    (row,) = [row for row in result.rows if row.verdict is FAILED]
    assert row.what == "console_scripts: orrery"
    assert "has no attribute 'mian'" in row.why


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("raise RuntimeError('\x1b]0;owned\x07')", "RuntimeError"),
        ("import os; os._exit(3)", "importing orrery ended the process"),
        ("import sys; sys.exit('no')", "SystemExit"),
        ("1 +", "SyntaxError"),
    ],
)
def test_a_module_that_can_not_be_imported_fails(desk: Desk, code: str, why: str) -> None:
    (desk.root / "src/orrery/__init__.py").write_text(code)
    desk.build()
    result = desk.check(Check.INSTALL)
    assert result.verdict is FAILED
    (row,) = [row for row in result.rows if row.what == "import orrery"]
    assert why in row.why
    if "exit" not in code:
        assert "orrery/__init__.py" in row.why


def test_a_module_that_never_ends_is_ended(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "_LOAD_SECONDS", 1.0)
    (desk.root / "src/orrery/__init__.py").write_text("import threading; threading.Event().wait()")
    desk.build()
    result = desk.check(Check.INSTALL)
    assert "did not come to an end within 1 seconds" in result.rows[1].why


def test_a_dependency_that_can_not_be_had_is_no_failure_of_the_wheel(desk: Desk) -> None:
    desk.edit("pyproject.toml", "requires-python", 'dependencies = ["no-such-thing-as-this==77"]\nrequires-python')
    (desk.root / "src/orrery/__init__.py").write_text("import no_such_thing_as_this\n")
    desk.build()
    result = desk.check(Check.INSTALL)
    assert result.verdict is UNKNOWN, result
    rows = {row.what: row for row in result.rows}
    assert rows["import orrery"].verdict is UNKNOWN
    assert rows["import orrery"].why == "needs no_such_thing_as_this, which is not installed here"
    assert rows["dependencies"].why


def test_a_check_is_given_up_and_nothing_of_it_runs_on(desk: Desk) -> None:
    marker = desk.root / "imported"
    (desk.root / "src/orrery/__init__.py").write_text(
        f"import os, pathlib, threading\npathlib.Path({str(marker)!r}).write_text(str(os.getpid()))\n"
        "threading.Event().wait()\n"
    )
    desk.build()
    desk.checker.ask(Check.INSTALL)
    desk.checker.ask(Check.PARITY)
    eventually(lambda: marker.exists() and marker.read_text(), "the import never began")
    desk.checker.cancel()
    assert desk.answer().words == "given up"
    with pytest.raises(ProcessLookupError):
        os.kill(int(marker.read_text()), 0)
    desk.checker.close()
    kinds = []
    while not desk.events.empty():
        kinds.append(desk.events.get())
    assert not [event for event in kinds if isinstance(event, CheckStarted)], "what waited was given up too"


@pytest.mark.parametrize("give_up", [Checker.cancel, Checker.close])
def test_a_build_apart_that_begins_just_as_it_is_given_up_ends_at_once(
    tmp_path: Path, give_up: Callable[[Checker], None]
) -> None:
    class Setup(ProjectSetup):
        """Somebody gives up between the moment the session is there and the one its attempt begins in."""

        def session(self, emit: Callable[[Event], None], *, comparing: bool = False) -> Session:
            session = super().session(emit, comparing=comparing)
            attempt = session.attempt

            def late(cause: Cause) -> Result:
                threading.Thread(target=give_up, args=(checkers[0],), daemon=True).start()
                eventually(lambda: session._closed or session._cancelled, "it was never given up")
                result = attempt(cause)
                outcomes.append(result.outcome)
                return result

            session.attempt = late  # type: ignore[assignment,method-assign]
            return session

    outcomes: list[Outcome | None] = []
    checkers: list[Checker] = []
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    root = sample_project(tmp_path)
    checkers.append(Checker(Setup(root, root / "dist", Plan()), events.put))
    checkers[0].ask(Check.PARITY)
    while not isinstance(event := events.get(timeout=90), CheckFinished):
        pass
    checkers[0].close()
    assert outcomes == [Outcome.CANCELLED]
    assert event.result.words == "given up"


def test_the_engine_gives_the_checks_up_when_it_is_told_to(desk: Desk) -> None:
    marker = desk.root / "imported"
    code = f"import pathlib, threading\npathlib.Path({str(marker)!r}).touch()\nthreading.Event().wait()\n"
    (desk.root / "src/orrery/__init__.py").write_text(code)
    engine = desk.setup.engine(make_checker=lambda emit: Checker(desk.setup, emit))
    engine.start(desk.events.put)
    try:
        while not isinstance(desk.events.get(timeout=90), AttemptFinished):
            pass
        engine.check(Check.INSTALL)
        eventually(marker.exists, "the import never began")
        engine.cancel_checks()
        assert desk.answer().words == "given up"
    finally:
        engine.stop()
        assert engine.join(30)


@pytest.mark.parametrize("where", ["folder", "copy"])
def test_a_disk_that_refuses_is_no_bug_and_no_other_wheel(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    desk.build()
    if where == "folder":
        (tmp_path / "taken").write_text("a file where a folder belongs")
        monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "taken"))
    else:

        def full(_source: object, target: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device", str(target))

        monkeypatch.setattr(shutil, "copyfile", full)
    result = desk.check(Check.INSTALL)
    assert (result.verdict, result.words) == (UNKNOWN, "the machine refused")
    (row,) = result.rows
    assert {"folder": "ENOTDIR", "copy": "ENOSPC"}[where] in row.why
    assert row.what.endswith(" could not be used")
    assert "report" not in result.hint


def test_a_wheel_that_is_none_is_said_to_be_none(desk: Desk) -> None:
    desk.build()
    (wheel,) = desk.root.glob("dist/*.whl")
    wheel.write_bytes(b"somebody put this here")
    result = desk.check(Check.INSTALL)
    assert (result.verdict, result.words) == (UNKNOWN, f"{wheel.name} can't be looked into")


def test_what_waits_is_told_until_it_begins(desk: Desk) -> None:
    desk.build()
    for check in Check:
        desk.checker.ask(check)
    for _ in Check:
        desk.answer()
    desk.checker.ask(Check.PARITY)
    desk.checker.cancel()
    desk.checker.close()
    waiting: tuple[Check, ...] = ()
    most = 0
    for event in desk.heard:
        if isinstance(event, CheckStarted):
            assert event.check not in waiting
        elif isinstance(event, ChecksWaiting):
            waiting, most = event.checks, max(most, len(event.checks))
    assert most >= 2
    assert waiting == ()


def test_what_waits_is_not_asked_for_twice(desk: Desk) -> None:
    desk.build()
    for _ in range(5):
        desk.checker.ask(Check.PARITY)
    desk.checker.ask(Check.INSTALL)
    results = [desk.answer().check]
    while results[-1] is not Check.INSTALL:
        results.append(desk.answer().check)
    assert results.count(Check.PARITY) <= 2


def test_pip_serves_where_uv_is_not(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "installer", lambda: "pip")
    desk.build()
    result = desk.check(Check.INSTALL)
    assert result.verdict is PASSED, result


def test_modules_of_namespaces_and_extensions_are_found(tmp_path: Path) -> None:
    made = wheel(
        tmp_path / "x-1-py3-none-any.whl",
        {
            "one.py": b"",
            "pack/__init__.py": b"",
            "pack/inner/__init__.py": b"",
            "space/deep/__init__.py": b"",
            "space/single.py": b"",
            "_fast.cpython-311-x86_64-linux-gnu.so": b"",
            "pack-stubs/__init__.pyi": b"",
            "x-1.data/scripts/tool.py": b"",
            "data/table.csv": b"",
        },
    )
    assert importable(read_contents(made, ArtifactKind.WHEEL)) == {
        "_fast": ["_fast"],
        "one": ["one"],
        "pack": ["pack", "pack.inner"],
        "space.deep": ["space.deep"],
        "space.single": ["space.single"],
    }


def test_programs_tests_and_copies_of_others_are_not_imported(tmp_path: Path) -> None:
    names = ["__init__", "__main__", "a", "test_a", "conftest", "tests/__init__", "tests/b", "_vendor/six", "in/c"]
    made = wheel(tmp_path / "x-1-py3-none-any.whl", {f"pack/{name}.py": b"" for name in names})
    assert importable(read_contents(made, ArtifactKind.WHEEL)) == {"pack": ["pack", "pack.a", "pack.in.c"]}


@pytest.mark.parametrize(
    ("module", "extra"), [("dotenv", "env"), ("yaml.loader", "yaml"), ("nosuchthing_xyz", None), ("click", None)]
)
def test_an_extra_is_found_by_the_name_of_what_it_brings(module: str, extra: str | None) -> None:
    requires = ["click>=8", 'python-dotenv>=1; extra == "env"', "PyYAML; extra == 'yaml'", "not a requirement !"]
    assert comes_with_an_extra(module, requires) == extra


def test_a_module_of_a_package_that_can_not_be_imported_fails(desk: Desk) -> None:
    (desk.root / "src/orrery/broken.py").write_text("import nosuchthing_xyz\n")
    desk.build()
    result = desk.check(Check.INSTALL)
    assert (result.verdict, result.words) == (FAILED, "1 of 6 failed")
    (row,) = [row for row in result.rows if row.verdict is FAILED]
    assert row.what == "import orrery.broken"
    assert "No module named 'nosuchthing_xyz'" in row.why


def test_modules_that_end_the_process_or_never_end_keep_no_other_from_being_tried(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "_LOAD_SECONDS", 2.0)
    package = desk.root / "src/orrery"
    (package / "a.py").write_text("import os; os._exit(0)\n")
    (package / "b.py").write_text("import threading; threading.Event().wait()\n")
    (package / "d.py").write_text("1 / 0\n")
    desk.build()
    rows = {row.what: row for row in desk.check(Check.INSTALL).rows}
    assert "ended the process" in rows["import orrery.a"].why
    assert "did not come to an end" in rows["import orrery.b"].why
    assert "ZeroDivisionError" in rows["import orrery.d"].why
    assert rows["import orrery"].why == "and 2 modules in it"


def test_what_a_module_can_not_help_is_named_and_is_no_failure(desk: Desk) -> None:
    extra = '[project.optional-dependencies]\nenv = ["python-no-such-dotenv"]\n\n[build-system]'
    desk.edit("pyproject.toml", "[build-system]", extra)
    package = desk.root / "src/orrery"
    (package / "env.py").write_text("import no_such_dotenv\n")
    (package / "registry.py").write_text("import winreg\n")
    (package / "models.py").write_text("class NotSetUp(Exception): ...\nraise NotSetUp('call setup() first')\n")
    desk.build()
    result = desk.check(Check.INSTALL)
    assert (result.verdict, result.words) == (PASSED, "it installs; 3 modules import, 3 can't be tried here")
    why = {row.what: row.why for row in result.rows}
    assert why["import orrery.env"] == "needs no_such_dotenv, which comes with the extra env"
    assert why["import orrery.registry"] == "needs winreg, which Python has on other systems only"
    assert "call setup() first" in why["import orrery.models"]


def test_a_wheel_for_another_python_is_not_called_broken(desk: Desk) -> None:
    desk.edit("pyproject.toml", 'requires-python = ">=3.10"', 'requires-python = ">=4.2"')
    desk.build()
    result = desk.check(Check.INSTALL)
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert (result.verdict, result.rows) == (UNKNOWN, ())
    assert result.words == f"this wheel needs Python >=4.2, and the check runs on {version}"
    assert "--python" in result.hint


@pytest.mark.parametrize("tool", ["uv", "pip"])
def test_no_index_is_asked_for_a_sibling_that_the_wheel_depends_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: str
) -> None:
    monkeypatch.setattr(install, "installer", lambda: tool)
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    (tmp_path / "pyproject.toml").write_text('[tool.uv.workspace]\nmembers = ["orrery", "other"]\n')
    root = sample_project(tmp_path)
    other = tmp_path / "other"
    (other / "src/sib_ling").mkdir(parents=True)
    (other / "src/sib_ling/__init__.py").touch()
    (other / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["uv_build>=0.13.6,<0.14"]\nbuild-backend = "uv_build"\n'
        '[project]\nname = "Sib.Ling"\nversion = "1.0"\n'
    )
    text = (root / "pyproject.toml").read_text()
    assert "dependencies" not in text
    (root / "pyproject.toml").write_text(text.replace("[project]", '[project]\ndependencies = ["sib-ling"]', 1))
    desk = Desk(root)
    with listening_index() as index:
        only_asked(index, monkeypatch)
        monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv-cache"))
        try:
            desk.build()
            result = desk.check(Check.INSTALL)
            (row,) = [row for row in result.rows if row.what == "dependencies"]
            assert row.verdict is UNKNOWN
            assert row.why.startswith(
                "sib-ling is a member of this workspace, and no index is asked for one: build its"
            )
            ProjectSetup(other, root / "dist", Plan()).session(lambda _: None).attempt(Cause.REQUEST)
            assert desk.check(Check.INSTALL).verdict is PASSED
        finally:
            desk.checker.close()
    assert index.asked == []
