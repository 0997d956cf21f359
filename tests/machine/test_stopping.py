"""Asked to stop, it stops: at once, leaving nothing half-written, and saying what became of the artifacts."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from support.processes import COMMAND, PATIENCE_SECONDS, Running, environment, once, told_words
from support.projects import big_project, sample_project
from support.wholeness import check_whole, finals

SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
AT_ONCE = 1.0
"""Seconds. That is how long a person waits before pressing the key again."""


@pytest.fixture
def bulky(tmp_path: Path) -> Path:
    return big_project(tmp_path, 24)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return sample_project(tmp_path)


def leftovers(dist: Path) -> list[str]:
    return [path.name for path in dist.iterdir() if path.name.endswith(".tmp")]


@pytest.mark.parametrize("how", ["--once", "--plain"])
@pytest.mark.parametrize("number", SIGNALS)
def test_in_mid_build_the_half_and_the_old_are_gone_and_that_is_said(bulky: Path, number: int, how: str) -> None:
    assert once(bulky).returncode == 0
    with Running(how, bulky) as build:
        build.wait_for("building bulky-1.0.tar.gz")
        build.signal(number)
        assert build.finish(AT_ONCE) == SIGNALS[signal.Signals(number)]
        assert told_words(build.stdout) == dict.fromkeys(("sdist", "wheel"), "cancelled, old artifact removed")
        assert build.stderr == ""
    assert finals(bulky / "dist") == []
    assert leftovers(bulky / "dist") == []


def test_between_the_steps_the_finished_sdist_stays(bulky: Path) -> None:
    with Running("--once", bulky) as build:
        build.wait_for("building bulky-1.0-py3-none-any.whl")
        build.signal(signal.SIGINT)
        assert build.finish(AT_ONCE) == 130
        assert told_words(build.stdout) == {"sdist": "succeeded", "wheel": "cancelled"}
    (sdist,) = finals(bulky / "dist")
    check_whole(sdist)


@pytest.mark.parametrize("number", SIGNALS)
def test_while_watching_the_artifacts_stay(project: Path, number: int) -> None:
    with Running("--plain", project) as watching:
        watching.wait_for("✓ wheel  succeeded")
        watching.signal(number)
        assert watching.finish(AT_ONCE) == SIGNALS[signal.Signals(number)]
        assert watching.stderr == ""
    assert len(finals(project / "dist")) == 2


def test_a_second_request_is_not_waited_for(bulky: Path) -> None:
    with Running("--once", bulky) as build:
        build.wait_for("building bulky-1.0.tar.gz")
        build.signal(signal.SIGSTOP)
        build.signal(signal.SIGINT)
        build.signal(signal.SIGTERM)
        build.signal(signal.SIGCONT)
        assert build.finish(AT_ONCE) in {-signal.SIGINT, -signal.SIGTERM, 130, 143}
    assert finals(bulky / "dist") == []


# Nobody reads what is said.


@pytest.mark.parametrize("how", ["--once", "--plain"])
@pytest.mark.parametrize("first", ["attempt 1: at start", "building bulky-1.0.tar.gz"])
def test_a_reader_who_goes_away_does_no_harm(bulky: Path, how: str, first: str) -> None:
    with Running(how, bulky) as build:
        build.wait_for(first)
        build.close_stdout()
        assert build.finish() == 0
        assert build.stderr == ""
    assert len(finals(bulky / "dist")) == 2
    for path in finals(bulky / "dist"):
        check_whole(path)


@pytest.mark.parametrize("how", [["--once"], ["--once", "--json"]])
def test_a_full_disk_under_the_output_does_no_harm_and_is_said(project: Path, how: Sequence[str]) -> None:
    done = run_in_shell('exec "$@" > /dev/full', [*how, project])
    assert done.returncode == 0
    assert done.stderr == (
        "warning: standard output could not be written: No space left on device (ENOSPC)\n"
        "  next: what was built stands; look at the exit status, or run it again with room for the output\n"
    )
    assert len(finals(project / "dist")) == 2


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("broken", [False, True], ids=["good project", "broken project"])
def test_closed_standard_streams_do_no_harm(project: Path, closed: str, broken: bool) -> None:
    assert once(project).returncode == 0
    if broken:
        (project / "src/orrery/__init__.py").unlink()
    done = run_in_shell(f'exec "$@" {closed}', ["--once", project])
    assert done.returncode == (1 if broken else 0)
    assert "Traceback" not in done.stderr
    assert "atombuild itself" not in done.stderr
    assert len(finals(project / "dist")) == (0 if broken else 2)
    again = once(project)
    assert "interrupted" not in again.stdout


def run_in_shell(script: str, arguments: Sequence[object]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", script, "sh", *COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
        env=environment(),
    )
