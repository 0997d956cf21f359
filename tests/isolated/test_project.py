"""What an isolated build takes away, what it leaves, and what it says about its artifacts."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from atombuild import cli, exit_status
from atombuild.builder import Plan
from atombuild.errors import Location
from atombuild.events import Advised, ArtifactStatus, Cause, Event, Failure, Log, Outcome
from atombuild.isolated import Options
from atombuild.session import Session
from atombuild.status import ArtifactKind
from support.backends import copy_of, need
from support.own_backend import DYNAMIC, PYPROJECT, session_of, set_before, write_project
from support.projects import visible_files

SDIST, WHEEL = "night_sky-1.0.tar.gz", "night_sky-1.0-py3-none-any.whl"


class Project:
    """A project whose backend does what a test tells it to."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.dist = root / "dist"
        self.events: list[Event] = []
        self._sessions: list[Session] = []

    def build(self, plan: Plan | None = None, options: Options | None = None) -> Outcome | None:
        self.events.clear()
        session = session_of(self.root, self.events, plan, options)
        try:
            session.begin()
            outcome = session.attempt(Cause.START).outcome
            session.advise()
        finally:
            session.end()
        return outcome

    @property
    def words(self) -> dict[ArtifactKind, str]:
        return {event.kind: event.status.words for event in self.events if isinstance(event, ArtifactStatus)}

    @property
    def failed(self) -> str:
        (failure,) = [event for event in self.events if isinstance(event, Failure)]
        return failure.reports[0].what

    @property
    def codes(self) -> set[str]:
        return {each.code for event in self.events if isinstance(event, Advised) for each in event.findings}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(write_project(tmp_path / "sky"))


@pytest.fixture
def dynamic(tmp_path: Path) -> Project:
    found = Project(write_project(tmp_path / "sky", pyproject=DYNAMIC))
    (found.root / "VERSION").write_text("1.0")
    return found


def test_a_version_that_only_the_backend_knows_leaves_the_artifacts_of_another_one_alone(dynamic: Project) -> None:
    assert dynamic.build() is Outcome.SUCCEEDED
    (dynamic.root / "VERSION").write_text("2.0")
    assert dynamic.build() is Outcome.SUCCEEDED
    new = ["night_sky-2.0-py3-none-any.whl", "night_sky-2.0.tar.gz"]
    assert visible_files(dynamic.dist) == sorted([WHEEL, SDIST, *new])


def test_without_a_ledger_the_backend_is_asked_before_anything_falls(dynamic: Project) -> None:
    assert dynamic.build() is Outcome.SUCCEEDED
    (dynamic.dist / ".atombuild.json").unlink()
    (dynamic.dist / "night_sky-0.9.tar.gz").write_text("another version")
    set_before(dynamic.root, 'assert hook == "build_wheel", "no sdist today"')
    assert dynamic.build() is Outcome.FAILED
    assert dynamic.words[ArtifactKind.SDIST] == "failed, old artifact removed"
    assert visible_files(dynamic.dist) == ["night_sky-0.9.tar.gz"]


def test_a_name_that_nobody_can_tell_is_said_to_be_unknown_and_nothing_falls(dynamic: Project) -> None:
    assert dynamic.build() is Outcome.SUCCEEDED
    (dynamic.dist / ".atombuild.json").unlink()
    set_before(dynamic.root, 'raise RuntimeError("no stars")')
    assert dynamic.build() is Outcome.FAILED
    assert dynamic.words[ArtifactKind.SDIST] == "failed, file name not known"
    assert visible_files(dynamic.dist) == [WHEEL, SDIST]


def test_a_failed_sdist_takes_every_wheel_that_this_python_could_install(project: Project) -> None:
    project.dist.mkdir()
    major, minor = sys.version_info[:2]
    for name in (WHEEL, f"night_sky-1.0-cp{major}{minor}-none-any.whl", "night_sky-1.0-cp27-none-win32.whl"):
        (project.dist / name).write_text("old")
    set_before(project.root, 'raise RuntimeError("no stars")')
    assert project.build() is Outcome.FAILED
    assert project.failed == "backend broke off in build_sdist: RuntimeError: no stars"
    assert project.words == {
        ArtifactKind.SDIST: "failed, no old artifact",
        ArtifactKind.WHEEL: "not built, old artifact removed",
    }
    assert visible_files(project.dist) == ["night_sky-1.0-cp27-none-win32.whl"]


def test_an_error_in_the_tree_has_its_place(project: Project) -> None:
    set_before(project.root, "1 / 0")
    assert project.build() is Outcome.FAILED
    (failure,) = [event for event in project.events if isinstance(event, Failure)]
    where = failure.reports[0].where
    assert where is not None
    assert where.path.name == "backend.py"
    assert "1 / 0" in where.path.read_text().splitlines()[(where.line or 0) - 1]
    (frames,) = failure.reports[0].why
    assert frames.startswith('  File "'), "whole frames, and the message is in the first line already"
    assert str(where.path) in frames


RUN_SETUP = """
def run_setup(setup_script="setup.py"):
    __file__ = os.path.abspath(setup_script)
    with open(__file__) as file:
        code = file.read()
    exec(code, locals())
run_setup()
"""


@pytest.mark.parametrize(
    ("script", "line"), [("# one\n\ndef check():\n    1 / 0\n\ncheck()\n", 4), ("# one\n\nx = = 1\n", 3)]
)
def test_an_error_in_setup_py_has_its_place_though_setuptools_drops_the_name(
    project: Project, script: str, line: int
) -> None:
    (project.root / "setup.py").write_text(script)
    set_before(project.root, RUN_SETUP)
    assert project.build() is Outcome.FAILED
    (failure,) = [event for event in project.events if isinstance(event, Failure)]
    assert failure.reports[0].where == Location(project.root / "setup.py", line)
    assert "<string>" not in failure.reports[0].what


def test_an_error_about_a_key_points_at_it_also_in_the_wheel_that_comes_from_the_sdist(project: Project) -> None:
    set_before(project.root, 'if hook == "build_wheel": raise TypeError("Field `project.name` must be shorter")')
    assert project.build() is Outcome.FAILED
    (failure,) = [event for event in project.events if isinstance(event, Failure)]
    where = failure.reports[0].where
    assert where is not None
    assert where.path == project.root / "pyproject.toml"
    assert "name" in where.path.read_text().splitlines()[(where.line or 0) - 1]


@pytest.mark.parametrize("path", ["../elsewhere", "/tmp", "link", "a\0"])  # noqa: S108 (named, not used)
def test_a_backend_path_that_leads_out_is_a_mistake(project: Project, tmp_path: Path, path: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (project.root / "link").symlink_to(tmp_path / "elsewhere")
    text = PYPROJECT.replace('backend-path = ["_build"]', f"backend-path = [{json.dumps(path)}]")
    (project.root / "pyproject.toml").write_text(text)
    assert project.build() is Outcome.FAILED
    assert project.failed == f"`build-system.backend-path` leads out of the project: {path}"


def test_what_a_backend_warns_of_stands_in_the_log_and_nowhere_else(
    project: Project, capfd: pytest.CaptureFixture[str]
) -> None:
    set_before(project.root, "import warnings; warnings.warn('\\033[2J old stars')")
    assert project.build() is Outcome.SUCCEEDED, "warnings of our own are errors here"
    lines = [line for event in project.events if isinstance(event, Log) for line in event.lines]
    assert [line for line in lines if line.endswith("old stars") and "backend.py:" in line]
    assert "\033" not in "".join(lines)
    assert capfd.readouterr() == ("", "")


def test_a_version_of_more_digits_than_python_reads_is_the_backends_to_judge(project: Project) -> None:
    (project.root / "pyproject.toml").write_text(PYPROJECT.replace("1.0", "9" * 5000))
    assert project.build() is Outcome.SUCCEEDED, "its backend says 1.0"


def test_config_settings_reach_the_hooks(project: Project) -> None:
    set_before(project.root, "pass")
    backend = project.root / "_build/backend.py"
    backend.write_text(
        backend.read_text() + "\n_plain = build_wheel\n"
        "def build_wheel(directory, config_settings=None, metadata_directory=None):\n"
        "    assert config_settings == {'a': ['1', '2'], 'b': ''}, config_settings\n"
        "    return _plain(directory)\n"
    )
    settings: dict[str, str | list[str]] = {"a": ["1", "2"], "b": ""}
    assert project.build(Plan.chosen(sdist=False, wheel=True), Options(config_settings=settings)) is Outcome.SUCCEEDED
    assert project.build(Plan.chosen(sdist=False, wheel=True)) is Outcome.FAILED


def test_without_isolation_the_named_python_builds(project: Project) -> None:
    assert project.build(options=Options(isolation=False, python=Path(sys.executable))) is Outcome.SUCCEEDED
    assert project.words[ArtifactKind.WHEEL] == "succeeded"


def test_an_sdist_that_lacks_a_module_of_the_tree_is_advised_on(project: Project) -> None:
    backend = project.root / "_build/backend.py"
    fewer = 'path.name != "stars.py" and path.parts[0] == "src"'
    backend.write_text(backend.read_text().replace('path.parts[0] == "src"', fewer))
    (project.root / "src/tests").mkdir()
    (project.root / "src/tests/test_sky.py").write_text("")
    (project.root / "src/.env").write_text("TOKEN=8d1c4b7e90")
    assert project.build() is Outcome.SUCCEEDED
    assert project.codes == {"module-not-in-wheel", "top-level-name", "secret"}


def test_advice_on_a_file_points_at_it_where_it_stands_in_the_project(project: Project) -> None:
    (project.root / "src/.env").write_text("TOKEN=8d1c4b7e90")
    assert project.build() is Outcome.SUCCEEDED
    (advised,) = [event for event in project.events if isinstance(event, Advised)]
    places = {each.where.path for each in advised.findings if each.code == "secret"}
    assert places == {project.root / "src/.env"}


def test_metadata_that_is_refused_and_an_empty_wheel_are_advised_on(project: Project) -> None:
    backend = project.root / "_build/backend.py"
    text = backend.read_text().replace("\\n\\nStars.", "\\nRequires-Python: soon\\n\\n")
    backend.write_text(text.replace('path.parts[0] == "src"', "False"))
    assert project.build() is Outcome.SUCCEEDED
    assert project.codes == {"metadata-invalid", "wheel-empty"}
    backend.write_text(text.replace("\\nRequires-Python: soon", ""))
    assert project.build() is Outcome.SUCCEEDED
    assert "description-missing" in project.codes


def test_an_sdist_with_another_text_than_the_tree_is_advised_on(project: Project) -> None:
    set_before(
        project.root,
        """
if hook == "build_sdist":
    pathlib.Path("src/sky/stars.py").write_text("OLD = 1")
    import atexit
    atexit.register(lambda: None)
""",
    )
    backend = project.root / "_build/backend.py"
    after = "    pathlib.Path('src/sky/stars.py').write_text('NEW = 2')\n    return name\n\n\ndef build_wheel"
    backend.write_text(backend.read_text().replace("    return name\n\n\ndef build_wheel", after))
    assert project.build() is Outcome.SUCCEEDED
    assert project.codes == {"sdist-other-text"}


def test_setup_py_alone_is_a_project(tmp_path: Path) -> None:
    need("setuptools")
    root = tmp_path / "old"
    root.mkdir()
    (root / "setup.py").write_text(
        "from setuptools import setup\nsetup(name='old-sky', version='3', py_modules=['sky'])"
    )
    (root / "sky.py").write_text("")
    old = Project(root)
    assert old.build() is Outcome.SUCCEEDED
    assert visible_files(root / "dist") == ["old_sky-3-py3-none-any.whl", "old_sky-3.tar.gz"]
    assert sorted(path.name for path in root.iterdir()) == ["dist", "setup.py", "sky.py"]


def test_setuptools_leaves_the_tree_as_it_was_and_ships_no_deleted_module(tmp_path: Path) -> None:
    need("setuptools")
    found = Project(copy_of("setuptools", tmp_path))
    before = sorted(path.relative_to(found.root) for path in found.root.rglob("*"))
    direct = Plan.chosen(sdist=False, wheel=True)
    assert found.build(direct) is Outcome.SUCCEEDED
    assert found.build() is Outcome.SUCCEEDED
    after = sorted(path.relative_to(found.root) for path in found.root.rglob("*") if "dist" not in path.parts)
    assert [path for path in after if path.name != "dist"] == before
    (found.root / "src/comet_log/lines.py").unlink()
    assert found.build(direct) is Outcome.SUCCEEDED
    from atombuild.apart import member_names  # noqa: PLC0415 (beside its only use)

    (wheel,) = found.dist.glob("*.whl")
    assert not [name for name in member_names(wheel) if name.endswith("lines.py")]


def test_compare_tells_where_the_two_wheels_differ(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--compare", str(project.root)]) == exit_status.SUCCEEDED
    told = capsys.readouterr().out.splitlines()  # before that comes the build environment, if it is made only now
    assert told[-1] == f"{WHEEL} holds the same from the sdist and from the tree"
    backend = project.root / "_build/backend.py"
    fewer = "for path in [each for each in files() if each.name != 'stars.py']:"
    backend.write_text(backend.read_text().replace("for path in files():", fewer, 1))
    assert cli.main(["--compare", str(project.root)]) == exit_status.FAILED
    assert "only in the wheel from the tree: sky/stars.py\n" in capsys.readouterr().out
    assert not project.dist.exists()


def test_list_builds_apart_and_publishes_nothing(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--list", "--wheel", str(project.root)]) == exit_status.SUCCEEDED
    assert "  sky/stars.py\n" in capsys.readouterr().out
    assert not project.dist.exists()


def test_a_wheel_is_built_from_an_sdist_file_of_another_backend(project: Project, tmp_path: Path) -> None:
    assert project.build() is Outcome.SUCCEEDED
    out = tmp_path / "out"
    assert cli.main(["--once", "--wheel", "-o", str(out), str(project.dist / SDIST)]) == exit_status.SUCCEEDED
    assert visible_files(out) == [WHEEL]


def test_emptying_the_cache_says_how_much_that_was(
    project: Project, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATOMBUILD_CACHE_DIR", str(tmp_path / "cache"))
    assert project.build() is Outcome.SUCCEEDED
    assert cli.main(["--clean-cache"]) == exit_status.SUCCEEDED
    assert capsys.readouterr().out.startswith("removed what was kept, 1 build environment among it, ")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_setting_of_the_wrong_type_costs_itself_alone_and_is_told(tmp_path: Path) -> None:
    settings = '[tool.atombuild]\nhook-timeout = "soon"\non-sucess = "true"\n'
    project = Project(write_project(tmp_path / "sky", pyproject=PYPROJECT + settings))
    assert project.build() is Outcome.SUCCEEDED
    (advised,) = [event for event in project.events if isinstance(event, Advised)]
    told = {each.code: each for each in advised.findings}
    assert told["setting-refused"].where.line == PYPROJECT.count("\n") + 2
    assert told["unknown-key"].remedy == "did you mean `on-success`?"
