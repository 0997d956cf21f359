"""The command as a person types it: what it prints, and its exit status."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from atombuild import cli, exit_status
from support.backends import copy_of, need
from support.processes import Running
from support.projects import sample_project, visible_files

SDIST, WHEEL = "orrery-0.1.0.tar.gz", "orrery-0.1.0-py3-none-any.whl"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return sample_project(tmp_path)


def command(*arguments: object, cwd: Path | None = None, module: str = "atombuild") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


@pytest.mark.parametrize("module", ["atombuild", "atombuild_tui"])
def test_once_builds_both_here_and_exits_0(project: Path, module: str) -> None:
    done = command("--once", cwd=project, module=module)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert visible_files(project / "dist") == [WHEEL, SDIST]
    assert f"✓ sdist  succeeded  dist/{SDIST}" in done.stdout
    assert f"✓ wheel  succeeded  dist/{WHEEL}" in done.stdout


def test_a_failed_build_exits_1_with_the_words_and_the_error(project: Path) -> None:
    command("--once", project)
    (project / "src/orrery/__init__.py").unlink()
    done = command("--once", project)
    assert done.returncode == 1
    assert "✗ sdist  failed, old artifact removed" in done.stdout
    assert "✗ wheel  failed, old artifact removed" in done.stdout
    assert "error: Expected a Python module at: src/orrery/__init__.py" in done.stderr
    assert "next: create src/orrery/__init__.py" in done.stderr
    assert visible_files(project / "dist") == []


def test_invalid_toml_exits_1_and_names_line_and_column(project: Path) -> None:
    command("--once", project)
    with (project / "pyproject.toml").open("a") as file:
        file.write("= [\n")
    done = command("--once", project)
    assert done.returncode == 1
    assert f"where: {project / 'pyproject.toml'}:24:1" in done.stderr
    assert done.stdout.count("failed, old artifact removed") == 2
    assert visible_files(project / "dist") == []


def test_every_problem_in_pyproject_is_told_at_once(project: Path) -> None:
    text = (project / "pyproject.toml").read_text()
    text = text.replace('version = "0.1.0"', 'version = "one"').replace("keywords = [", "keywords = 7 #")
    (project / "pyproject.toml").write_text(text)
    done = command("--once", project)
    assert done.returncode == 1
    assert done.stderr.count("error: ") == 2
    assert done.stderr.count("next: ") == 2


@pytest.mark.parametrize("what", ["missing", "a file", "no pyproject", "unreadable", "a folder instead"])
@pytest.mark.parametrize("how", ["--once", "--plain"])
def test_what_is_no_project_is_a_friendly_sentence_and_exit_2(tmp_path: Path, what: str, how: str) -> None:
    path = tmp_path / "project"
    if what == "a file":
        path.write_text("")
    elif what != "missing":
        path.mkdir()
    if what == "unreadable":
        (path / "pyproject.toml").symlink_to("pyproject.toml")
    if what == "a folder instead":
        (path / "pyproject.toml").mkdir()
    before = sorted(tmp_path.rglob("*"))
    done = command(how, path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert "next: " in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(tmp_path.rglob("*")) == before, "nothing is created"


def test_a_backend_that_is_not_there_fails_the_build_and_the_old_artifacts_fall(project: Path) -> None:
    command("--once", project)
    text = (project / "pyproject.toml").read_text()
    text = re.sub("(?m)^requires = .*$", "requires = []", text).replace('"uv_build"', '"no_such.backend"')
    (project / "pyproject.toml").write_text(text)
    done = command("--once", project)
    assert done.returncode == 1
    assert "error: the build backend no_such.backend can't be imported" in done.stderr
    assert "pyproject.toml:20:17" in done.stderr
    assert "✗ sdist  failed, old artifact removed" in done.stdout
    assert "✗ wheel  not built, old artifact removed" in done.stdout
    assert visible_files(project / "dist") == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["-C", "no value"], "--config-setting no value has no key and value"),
        (["-C", "=v"], "--config-setting =v has no key and value"),
        (["--no-isolation", "--build-constraint", "x"], "--build-constraint has no effect with --no-isolation"),
    ],
)
def test_options_for_backends_that_mean_nothing_are_mistakes(project: Path, options: list[str], words: str) -> None:
    done = command("--once", *options, project)
    assert done.returncode == 2
    assert f"error: {words}" in done.stderr


def test_an_interpreter_that_is_not_there_is_a_mistake_and_nothing_is_touched(project: Path) -> None:
    command("--once", project)
    before = visible_files(project / "dist")
    text = (project / "pyproject.toml").read_text().replace('"uv_build"', '"hatchling.build"')
    (project / "pyproject.toml").write_text(text)
    done = command("--once", "--python", "no-such-python", project)
    assert done.returncode == 2
    assert "error: no Python interpreter is found for --python no-such-python" in done.stderr
    assert visible_files(project / "dist") == before == [WHEEL, SDIST]


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (["--sdist"], [SDIST]),
        (["--wheel"], [WHEEL]),
        (["--sdist", "--wheel"], [WHEEL, SDIST]),
    ],
)
def test_choosing_what_is_built(project: Path, flags: list[str], expected: list[str]) -> None:
    done = command("--once", *flags, project)
    assert done.returncode == 0
    assert visible_files(project / "dist") == expected
    assert "from the sdist" not in done.stdout


def test_the_output_directory_can_be_elsewhere(project: Path, tmp_path: Path) -> None:
    done = command("--once", "-o", tmp_path / "a" / "b", project)
    assert done.returncode == 0
    assert visible_files(tmp_path / "a" / "b") == [WHEEL, SDIST]
    assert not (project / "dist").exists()


def test_a_relative_output_directory_is_relative_to_here(project: Path, tmp_path: Path) -> None:
    assert command("--once", "-o", "out", project, cwd=tmp_path).returncode == 0
    assert visible_files(tmp_path / "out") == [WHEEL, SDIST]


def test_json_is_one_object_a_line_and_nothing_else(project: Path) -> None:
    done = command("--once", "--json", project)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert done.stderr == ""
    assert events[0]["event"] == "session-started"
    assert events[-1]["event"] == "session-stopped"
    last = {event["kind"]: event for event in events if event["event"] == "artifact-status"}
    assert {kind: event["status"]["words"] for kind, event in last.items()} == {
        "sdist": "succeeded",
        "wheel": "succeeded",
    }
    assert {event["behind"] for event in last.values()} == {0}


def test_list_prints_what_each_would_hold_and_builds_nothing(project: Path) -> None:
    done = command("--list", project)
    assert done.returncode == 0
    assert f"{SDIST} would hold 11 files:" in done.stdout
    assert "orrery/planets.py (src/orrery/planets.py)" in done.stdout
    assert "orrery-0.1.0/PKG-INFO (generated)" in done.stdout
    assert not (project / "dist").exists()


def test_list_has_a_json_form(project: Path) -> None:
    done = command("--list", "--json", "--wheel", project)
    (wheel,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert wheel["target"] == WHEEL
    assert {"path": "orrery/cli.py", "source": "src/orrery/cli.py"} in wheel["members"]


@pytest.mark.parametrize("mode", ["--once", "--list"])
def test_advice_is_told_with_its_place_code_and_remedy(project: Path, mode: str) -> None:
    (project / "src/orrery/.env").write_text("TOKEN=8d1c4b7e90")
    done = command(mode, cwd=project)
    assert done.returncode == 0
    assert done.stderr == (
        "problem: what is packed can be read by everybody: src/orrery/.env holds a password or key\n"
        f"  where: {project}/src/orrery/.env:1 (secret)\n"
        '  next: take it out of the project\'s folders, and add "/src/orrery/.env" to source-exclude in '
        "[tool.uv.build-backend]; if it was published, revoke it\n"
    )


@pytest.mark.parametrize("mode", ["--once", "--list"])
def test_advice_has_a_json_form(project: Path, mode: str) -> None:
    (project / "src/orrery/.env").write_text("TOKEN=8d1c4b7e90")
    events = [json.loads(line) for line in command(mode, "--json", cwd=project).stdout.splitlines()]
    (advised,) = [event for event in events if event.get("event") == "advised"]
    assert [finding["code"] for finding in advised["findings"]] == ["secret"]


def test_a_mistake_in_the_project_is_told_by_list_too(project: Path) -> None:
    (project / "src/orrery/__init__.py").unlink()
    done = command("--list", project)
    assert done.returncode == 2
    assert "Expected a Python module" in done.stderr


def test_the_demo_is_a_copy_that_builds(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "atombuild", "--demo", "--once"],
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    (root,) = tmp_path.glob("atombuild-demo-*/orrery")
    assert visible_files(root / "dist") == [WHEEL, SDIST]


@pytest.mark.parametrize(
    "arguments",
    [["--json"], ["--demo", "somewhere"], ["--nonsense"], ["one", "two"], ["--onc"]],
)
def test_a_mistyped_command_exits_2_with_a_sentence(arguments: list[str]) -> None:
    done = command(*arguments)
    assert done.returncode == 2
    assert "error: " in done.stderr
    assert "Traceback" not in done.stderr


def test_version_and_help_say_what_they_should() -> None:
    assert command("--version").stdout == "atombuild-tui 0.1.0\n"
    told = command("--help", module="atombuild_tui").stdout
    for option in ("--once", "--plain", "--json", "--out-dir", "--sdist", "--wheel", "--list", "--demo", "--version"):
        assert option in told


def test_names_from_a_project_do_not_reach_the_terminal_raw(tmp_path: Path) -> None:
    root = tmp_path / "evil\x1b]0;title\x07\u202e"
    root.mkdir()
    done = command("--once", root)
    assert done.returncode == 2
    assert "\x1b" not in done.stderr
    assert "\x07" not in done.stderr
    assert "\u202e" not in done.stderr


def test_an_ascii_terminal_gets_something_readable(project: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "atombuild", "--once", str(project)],
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "sdist  succeeded" in done.stdout


def test_a_bug_of_ours_is_a_report_and_never_a_traceback(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash(*_args: object, **_named: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("atombuild.reading.read_native_project", crash)
    assert cli.main(["--list", str(project)]) == exit_status.FAILED
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "error: atombuild itself failed while starting"
    assert told[2] == "  why: ZeroDivisionError: oops"


def test_a_watch_that_ended_by_a_bug_does_not_exit_with_0(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash(*_args: object, **_named: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("atombuild.watch.looker.scan", crash)
    assert cli.main(["--plain", str(project)]) == exit_status.FAILED
    assert "ZeroDivisionError" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--once", ""], ["--once", "-o", ""]])
def test_an_empty_path_is_no_folder(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    assert left.value.code == exit_status.UNUSABLE_STATUS
    assert "the path is empty; leave it out to mean the folder you are in" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("switches", "words"),
    [
        (["--once", "--allow-commands"], "--once runs no commands of the project"),
        (["--list", "--allow-commands"], "--list runs no commands of the project"),
        (["--compare", "--allow-commands"], "--compare runs no commands of the project"),
        (["--list", "--compare"], "--list and --compare are two questions"),
        (["--serve", "--list"], "--serve shows the screen, and --list shows none"),
        (["--serve", "--compare"], "--serve shows the screen, and --compare shows none"),
        (["--serve", "--once"], "--serve shows the screen, and --once shows none"),
        (["--serve", "--allow-commands"], "the screen asks before it runs a command of the project"),
    ],
)
def test_what_is_said_in_vain_is_a_mistake(project: Path, switches: list[str], words: str) -> None:
    done = command(project, *switches, module="atombuild_tui")
    assert done.returncode == 2
    assert words in done.stderr
    assert "  next: " in done.stderr
    assert not (project / "dist").exists()


@pytest.mark.parametrize(("switches", "kept"), [(["--plain"], False), (["--plain", "--json"], True)])
def test_copies_for_a_comparison_are_kept_only_where_it_is_told(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch, switches: list[str], kept: bool
) -> None:
    monkeypatch.setenv("ATOMBUILD_CACHE_DIR", str(tmp_path / "cache"))
    (project / "src/orrery/.env").write_text("TOKEN=8d1c4b7e90")
    with Running(*switches, project) as running:
        running.wait_for(
            "src/orrery/.env:1 (secret)" if not kept else '"advised"'
        )  # told in an idle moment, after what is kept in it
        running.signal(signal.SIGTERM)
        running.finish()
    assert (tmp_path / "cache" / "kept").exists() == kept


def test_what_another_backend_makes_is_listed_by_making_it_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    need("flit-core")
    root = copy_of("flit-core", tmp_path)
    assert cli.main(["--list", str(root)]) == exit_status.SUCCEEDED
    plain = capsys.readouterr().out
    assert cli.main(["--list", "--json", str(root)]) == exit_status.SUCCEEDED
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    listed = {each["kind"]: each for each in told if "members" in each}
    assert list(listed) == ["sdist", "wheel"]
    for each in listed.values():
        assert f"{each['target']} would hold {len(each['members'])} files:" in plain
        assert all(f"  {member['path']}\n" in plain for member in each["members"])
    assert not (root / "dist").exists(), "nothing is published"


def test_a_wheel_from_the_sdist_is_compared_with_one_from_the_tree(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--compare", str(project)]) == exit_status.SUCCEEDED
    assert "holds the same from the sdist and from the tree" in capsys.readouterr().out
    assert cli.main(["--compare", "--json", str(project)]) == exit_status.SUCCEEDED
    (told,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "only_from_tree" in line]
    assert (told["only_from_tree"], told["only_from_sdist"], told["changed"]) == ([], [], [])
