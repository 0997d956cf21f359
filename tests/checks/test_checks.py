"""A check says what it found out, what it could not find out, and leaves nothing behind."""

from __future__ import annotations

import os
import queue
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from atombuild.builder import Plan
from atombuild.checks import from_files, install
from atombuild.checks.checker import Checker
from atombuild.checks.result import Check, CheckResult, Verdict
from atombuild.events import Cause, CheckFinished, CheckStarted, Event
from atombuild.inspection.contents import read_contents
from atombuild.isolated.cache import cache_folder
from atombuild.status import ArtifactKind
from atombuild.wiring import ProjectSetup
from support.archives import wheel
from support.own_backend import write_project
from support.projects import sample_project

PASSED, FAILED, UNKNOWN = Verdict.PASSED, Verdict.FAILED, Verdict.UNKNOWN


class Desk:
    """A checker beside a session that its test drives."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.setup = ProjectSetup(root, root / "dist", Plan())
        self.checker = Checker(self.setup, self.events.put)
        self.session = self.setup.session(self.checker.note)

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


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(from_files, "_BETWEEN_SECONDS", 0.0)


def test_a_good_project_passes_all_three(desk: Desk) -> None:
    desk.build()
    for check in Check:
        result = desk.check(check)
        assert (result.verdict, result.check) == (PASSED, check), result
        assert result.started > 0
    assert [row.what for row in desk.check(Check.INSTALL).rows] == [
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
    desk = Desk(write_project(tmp_path / "night-sky"))
    result = desk.check(Check.REPRODUCIBLE)
    desk.checker.close()
    assert result.verdict is PASSED
    assert result.words in {"two builds hold the same; their bytes differ", "two builds are the same, to the byte"}


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
    until = time.monotonic() + 60
    while not (marker.exists() and marker.read_text()):
        assert time.monotonic() < until, "the import never began"
        time.sleep(0.01)  # nothing tells that a file came
    desk.checker.cancel()
    assert desk.answer().words == "given up"
    with pytest.raises(ProcessLookupError):
        os.kill(int(marker.read_text()), 0)
    desk.checker.close()
    kinds = []
    while not desk.events.empty():
        kinds.append(desk.events.get())
    assert not [event for event in kinds if isinstance(event, CheckStarted)], "what waited was given up too"


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
    found = install._modules(read_contents(made, ArtifactKind.WHEEL))
    assert found == ["_fast", "one", "pack", "space.deep", "space.single"]
