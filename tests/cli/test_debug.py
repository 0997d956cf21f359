"""What is written down for a bug report: all that went on, and where our own defect struck."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.processes import environment, once
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


DEFECT = """
import sys
from atombuild import cli, headless

def fall(*_arguments):
    raise ZeroDivisionError("a defect \\x1b[31m\\udcff")

headless.run = fall
sys.exit(cli.main(["--once", sys.argv[1]]))
"""
"""The command, with a defect put into what builds."""


def defective(root: Path, state: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", DEFECT, str(root)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env=environment(ATOMBUILD_STATE_DIR=str(state)),
        timeout=30,
    )


def test_our_own_defect_is_a_short_apology_and_a_report_that_can_be_sent(root: Path, tmp_path: Path) -> None:
    runs = [defective(root, tmp_path / "state") for _ in range(2)]
    (report,) = (tmp_path / "state/bugs").iterdir()  # the same defect twice is one report
    for done in runs:
        assert done.returncode == 1
        assert "error: atombuild itself failed while starting\n" in done.stderr
        assert f"next: we are sorry: this is our defect, not yours. Please send us {report}, which" in done.stderr
        assert "Traceback" not in done.stderr
        assert "\x1b" not in done.stderr
    text = report.read_text(encoding="utf-8")
    assert "ZeroDivisionError: a defect" in text
    assert "in fall" in text


def test_where_no_report_can_be_kept_the_apology_stands_alone(root: Path, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file in the folder's place")
    done = defective(root, tmp_path / "state")
    assert done.returncode == 1
    assert "this is our defect, not yours. Please report it with the lines above" in done.stderr
