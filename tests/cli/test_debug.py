"""What is written down for a bug report: all that went on, and where our own defect struck."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from atombuild import cli
from atombuild.bug_report import keep_bug_reports
from support.processes import once
from support.projects import sample_project


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return sample_project(tmp_path)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def test_each_event_is_a_line_that_no_terminal_acts_on(root: Path, tmp_path: Path) -> None:
    (root / "src/orrery/\u202egnp.py").write_text("")
    log = tmp_path / "debug.log"
    assert once(root, "--debug", log).returncode == 0
    told = lines(log)
    assert (told[0]["words"], set(told[0]["facts"])) == ("begun", {"atombuild", "python", "platform"})
    events = [line["facts"] for line in told if line["module"] == "atombuild.events"]
    assert events[0]["event"] == "session-started"
    last = {event["kind"]: event["status"]["words"] for event in events if event["event"] == "artifact-status"}
    assert last == {"sdist": "succeeded", "wheel": "succeeded"}
    assert r"\u202egnp.py" in log.read_text(encoding="ascii")
    if os.name == "posix":
        assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_second_run_is_added_to_the_first(root: Path, tmp_path: Path) -> None:
    log = tmp_path / "debug.log"
    for _ in range(2):
        assert once(root, "--debug", log).returncode == 0
    assert [line["words"] for line in lines(log)].count("begun") == 2


def test_what_can_not_be_a_log_is_refused_before_anything_is_done(root: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for place, words in (
        (root / "debug.log", "lies in the project, which is watched: it would never be quiet"),
        (tmp_path / "no" / "debug.log", "can't be written: No such file or directory (ENOENT)"),
        (tmp_path / "pipe", "can't be written: No such device or address (ENXIO)"),
        (Path(os.devnull), "is no regular file"),
    ):
        done = once(root, "--debug", place)
        assert done.returncode == 2
        assert f"error: --debug {place} {words}" in done.stderr
        assert not (root / "dist").exists()


def test_a_log_on_a_full_disk_stops_nothing(root: Path, tmp_path: Path) -> None:
    log = tmp_path / "debug.log"
    before = ["sh", "-c", 'ulimit -f 8; exec "$@"', "sh"]  # 4 kB
    done = once(root, "--debug", log, before=before)
    assert done.returncode == 0, done.stderr
    assert log.stat().st_size <= 4096
    assert json.loads(log.read_text(encoding="ascii").splitlines()[0])["words"] == "begun"


@pytest.fixture
def defect(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Put a defect into what builds; return the folder of reports."""

    def fall(*_arguments: object) -> int:
        raise ZeroDivisionError("a defect \x1b[31m\udcff")

    monkeypatch.setenv("ATOMBUILD_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr("atombuild.headless.run", fall)
    monkeypatch.setattr("sys.stdin", None)
    return tmp_path / "state" / "bugs"


def test_our_own_defect_is_a_short_apology_and_a_report_that_can_be_sent(
    root: Path, defect: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    try:
        assert [cli.main(["--once", str(root)]) for _ in range(2)] == [1, 1]
    finally:
        keep_bug_reports(None)
    told = capfd.readouterr().err
    (report,) = defect.iterdir()  # the same defect twice is one report
    assert "error: atombuild itself failed while starting\n" in told
    assert f"next: we are sorry: this is our defect, not yours. Please send us {report}, which says" in told
    assert "Traceback" not in told
    assert "\x1b" not in told
    text = report.read_text(encoding="utf-8")
    assert "ZeroDivisionError: a defect" in text
    assert "in fall" in text


def test_where_no_report_can_be_kept_the_apology_stands_alone(
    root: Path, defect: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    defect.parent.write_text("a file in the folder's place")
    try:
        assert cli.main(["--once", str(root)]) == 1
    finally:
        keep_bug_reports(None)
    assert "this is our defect, not yours. Please report it with the lines above" in capfd.readouterr().err
