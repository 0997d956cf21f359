"""Which old artifacts fall when the version is the backend's: those of the version that the project has now."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from atombuild import cli, exit_status
from atombuild.builder import Plan
from atombuild.events import ArtifactStatus, Cause, Event, Log, Outcome, StepStarted
from atombuild.isolated import Options
from atombuild.isolated.description import describe
from atombuild.isolated.release import may_be_tagged
from atombuild.project.pyproject import parse_pyproject
from atombuild.publish import LEDGER
from atombuild.status import ArtifactKind
from atombuild.wiring import ProjectSetup
from support.backends import need
from support.own_backend import DYNAMIC, PYPROJECT, session_of, set_before, write_project
from support.projects import visible_files

SDIST, WHEEL = ArtifactKind
NO_SDIST = 'assert hook != "build_sdist", "no sdist today"'
NO_WHEEL = 'assert hook != "build_wheel", "no wheel today"'
NO_HOOK_AT_ALL = 'raise RuntimeError("no stars")'
ONLY_SDIST = Plan.chosen(sdist=True, wheel=False)
ONLY_WHEEL = Plan.chosen(sdist=False, wheel=True)
BOTH_FROM_TREE = Plan.chosen(sdist=True, wheel=True)
PLANS = (Plan(), ONLY_SDIST, ONLY_WHEEL, BOTH_FROM_TREE)


def names(version: str) -> list[str]:
    return [f"night_sky-{version}-py3-none-any.whl", f"night_sky-{version}.tar.gz"]


class Sky:
    """A project whose version stands in a file that only its backend reads."""

    def __init__(self, root: Path, *, pyproject: str = DYNAMIC, says_version: bool = True) -> None:
        self.root = write_project(root, pyproject=pyproject, says_version=says_version)
        self.dist = root / "dist"
        self.events: list[Event] = []
        self.version = "1.0"

    @property
    def version(self) -> str:
        return (self.root / "VERSION").read_text()

    @version.setter
    def version(self, version: str) -> None:
        (self.root / "VERSION").write_text(version)

    def build(
        self, plan: Plan | None = None, options: Options | None = None, *, before: str = "pass"
    ) -> Outcome | None:
        set_before(self.root, before)
        self.events.clear()
        session = session_of(self.root, self.events, plan, options)
        try:
            session.begin()
            return session.attempt(Cause.START).outcome
        finally:
            session.end()

    def built(self, version: str) -> None:
        """Build this version, and find it there."""
        self.version = version
        assert self.build() is Outcome.SUCCEEDED
        assert set(names(version)) <= set(visible_files(self.dist))

    def put(self, *versions: str) -> None:
        """Put files of these versions there, as another front end makes them."""
        self.dist.mkdir(exist_ok=True)
        for version in versions:
            for name in names(version):
                (self.dist / name).write_text("made by another front end")

    def told(self, kind: ArtifactKind) -> tuple[str, str | None]:
        status = [event for event in self.events if isinstance(event, ArtifactStatus) and event.kind is kind][-1]
        return status.status.words, status.target

    @property
    def standing(self) -> list[str]:
        return visible_files(self.dist)


@pytest.fixture
def sky(tmp_path: Path) -> Sky:
    return Sky(tmp_path / "sky")


@pytest.fixture
def silent(tmp_path: Path) -> Sky:
    """The same, without the hook that says the version."""
    return Sky(tmp_path / "sky", says_version=False)


def test_a_build_of_the_next_version_leaves_the_files_of_the_release_alone(sky: Sky) -> None:
    sky.built("1.0")
    sky.built("1.1.dev1+g1234")
    assert sky.standing == sorted(names("1.0") + names("1.1.dev1+g1234"))


@pytest.mark.parametrize("says_version", [True, False])
def test_one_session_leaves_nothing_of_versions_that_moved_on_but_a_final_release(
    tmp_path: Path, *, says_version: bool
) -> None:
    sky = Sky(tmp_path / "sky", says_version=says_version)
    sky.built("0.9")
    sky.put("0.9.dev7", "1.1.dev9")
    before = ["0.9", "0.9.dev7", "1.1.dev9"]
    session = session_of(sky.root, sky.events)
    session.begin()

    def standing_after(version: str, outcome: Outcome = Outcome.SUCCEEDED) -> set[str]:
        sky.version = version
        assert session.attempt(Cause.REQUEST).outcome is outcome
        return {each.split("-")[1].removesuffix(".tar.gz") for each in sky.standing} - set(before)

    try:
        assert standing_after("1.0.dev1+g12") == {"1.0.dev1+g12"}
        assert standing_after("1.0rc1") == {"1.0rc1"}
        assert standing_after("1.0") == {"1.0"}
        assert standing_after("1.0.1.dev1") == {"1.0", "1.0.1.dev1"}, "the release waits to be published"
        set_before(sky.root, NO_SDIST)
        assert standing_after("1.0.1.dev2", Outcome.FAILED) == {"1.0"}
        if says_version:
            assert sky.told(SDIST) == ("failed, no old artifact", "night_sky-1.0.1.dev2.tar.gz")
        set_before(sky.root, "pass")
        assert standing_after("2.0") == {"2.0"}
        assert standing_after("2.0.post1") == {"2.0.post1"}
    finally:
        session.end()
    assert {f"night_sky-{each}.tar.gz" for each in before} <= set(sky.standing), "not built by this session"
    said = [line for event in sky.events if isinstance(event, Log) for line in event.lines]
    assert "removed night_sky-1.0rc1.tar.gz, which this session built before the version moved on" in said


def test_a_failure_takes_the_file_of_the_version_that_it_was_for_whoever_made_that(sky: Sky) -> None:
    sky.put("2.0")
    sky.built("1.0")
    sky.version = "2.0"
    assert sky.build(before=NO_SDIST) is Outcome.FAILED
    assert sky.standing == names("1.0")
    assert sky.told(SDIST) == ("failed, old artifact removed", "night_sky-2.0.tar.gz")
    assert sky.told(WHEEL) == ("not built, old artifact removed", "night_sky-2.0-py3-none-any.whl")


def test_a_failure_of_a_version_that_never_was_removes_nothing_and_names_that_version(sky: Sky) -> None:
    sky.built("1.0")
    sky.version = "2.0"
    assert sky.build(before=NO_SDIST) is Outcome.FAILED
    assert sky.standing == names("1.0")
    assert sky.told(SDIST) == ("failed, no old artifact", "night_sky-2.0.tar.gz")
    assert sky.told(WHEEL) == ("not built", None), "only the backend knows the tags of a wheel"


def test_a_failing_wheel_leaves_the_sdist_of_the_new_version_and_all_of_the_other(sky: Sky) -> None:
    sky.put("2.0")
    sky.built("1.0")
    sky.version = "2.0"
    assert sky.build(before=NO_WHEEL) is Outcome.FAILED
    assert sky.standing == sorted([*names("1.0"), "night_sky-2.0.tar.gz"])
    assert sky.told(WHEEL) == ("failed, old artifact removed", "night_sky-2.0-py3-none-any.whl")


@pytest.mark.parametrize("plan", PLANS)
def test_each_plan_takes_its_own_kinds_of_the_new_version(sky: Sky, plan: Plan) -> None:
    sky.put("1.0", "2.0")
    sky.version = "2.0"
    assert sky.build(plan, before=f"{NO_SDIST}; {NO_WHEEL}") is Outcome.FAILED
    kept = [name for name in names("2.0") if not any(name.endswith(kind.suffix) for kind in plan.kinds)]
    assert sky.standing == sorted(names("1.0") + kept)
    for kind in plan.kinds:
        words, target = sky.told(kind)
        assert words.endswith(", old artifact removed")
        assert target in names("2.0")


def test_a_version_that_goes_back_takes_what_stands_of_it(sky: Sky) -> None:
    sky.built("1.0")
    sky.built("2.0")
    sky.version = "1.0"
    assert sky.build(before=NO_SDIST) is Outcome.FAILED
    assert sky.standing == names("2.0")
    assert sky.told(SDIST) == ("failed, old artifact removed", "night_sky-1.0.tar.gz")


def test_a_second_failure_still_says_what_the_first_removed_and_only_of_that_version(sky: Sky) -> None:
    sky.built("1.0")
    for _ in range(2):
        assert sky.build(before=NO_SDIST) is Outcome.FAILED
        assert sky.told(SDIST) == ("failed, old artifact removed", "night_sky-1.0.tar.gz")
    sky.version = "2.0"
    assert sky.build(before=NO_SDIST) is Outcome.FAILED
    assert sky.told(SDIST) == ("failed, no old artifact", "night_sky-2.0.tar.gz")


def test_wheels_that_this_python_can_not_install_stay(sky: Sky) -> None:
    sky.put("2.0")
    major, minor = sys.version_info[:2]
    others = [f"night_sky-2.0-cp{major}{minor}-none-any.whl", "night_sky-2.0-cp27-none-win32.whl"]
    for name in others:
        (sky.dist / name).write_text("made elsewhere")
    sky.version = "2.0"
    assert sky.build(before=NO_SDIST) is Outcome.FAILED
    assert sky.standing == others[1:]


@pytest.mark.parametrize(
    "before", [NO_HOOK_AT_ALL, "import sys; sys.exit('no git')", "import os; os.kill(os.getpid(), 9)"]
)
def test_where_the_backend_can_not_say_it_what_the_last_attempt_was_for_falls(sky: Sky, before: str) -> None:
    sky.put("0.9", "2.0")
    sky.built("1.0")
    sky.version = "2.0"
    assert sky.build(before=before) is Outcome.FAILED
    assert sky.standing == sorted(names("0.9") + names("2.0"))
    assert sky.told(SDIST) == ("failed, old artifact removed", "night_sky-1.0.tar.gz")
    assert sky.told(WHEEL) == ("not built, old artifact removed", "night_sky-1.0-py3-none-any.whl")
    assert sky.build(before=before) is Outcome.FAILED
    assert sky.told(SDIST) == ("failed, old artifact removed", "night_sky-1.0.tar.gz")


def test_a_project_that_can_not_be_read_any_more_loses_what_the_last_attempt_was_for(sky: Sky) -> None:
    sky.built("1.0")
    sky.built("2.0")
    (sky.root / "pyproject.toml").write_text("= [")
    assert sky.build() is Outcome.FAILED
    assert sky.standing == names("1.0")
    assert sky.told(WHEEL) == ("failed, old artifact removed", "night_sky-2.0-py3-none-any.whl")


def test_that_the_version_can_not_be_asked_for_fails_no_build(sky: Sky) -> None:
    sky.built("1.0")
    asking = 'assert hook != "prepare_metadata_for_build_wheel", "not now"'
    assert sky.build(before=asking) is Outcome.SUCCEEDED
    assert sky.standing == names("1.0")
    said = [line for event in sky.events if isinstance(event, Log) for line in event.lines]
    assert (
        "which version this is can't be told: backend broke off in prepare_metadata_for_build_wheel: AssertionError: "
        "not now" in said
    )


def test_without_that_hook_what_is_built_says_which_files_fall(silent: Sky) -> None:
    silent.built("1.0")
    silent.put("2.0")
    silent.version = "2.0"
    assert silent.build(before=NO_WHEEL) is Outcome.FAILED
    assert silent.standing == sorted([*names("1.0"), "night_sky-2.0.tar.gz"])
    assert (silent.dist / "night_sky-2.0.tar.gz").read_bytes() != b"made by another front end"
    assert silent.told(WHEEL) == ("failed, old artifact removed", "night_sky-2.0-py3-none-any.whl")


def test_without_that_hook_a_failure_builds_a_wheel_to_know_it_where_another_version_stands_too(silent: Sky) -> None:
    silent.put("2.0")
    silent.built("1.0")
    silent.version = "2.0"
    assert silent.build(before=NO_SDIST) is Outcome.FAILED
    assert silent.standing == names("1.0")
    assert silent.told(SDIST) == ("failed, old artifact removed", "night_sky-2.0.tar.gz")


def test_without_that_hook_a_failure_takes_what_the_last_attempt_was_for(silent: Sky) -> None:
    silent.built("1.0")
    silent.version = "2.0"
    called = silent.root.with_name("called")
    assert silent.build(before=f'open({str(called)!r}, "a").write(hook + "\\n"); {NO_SDIST}') is Outcome.FAILED
    assert called.read_text().split() == ["build_sdist"], "there is nothing to choose from"
    assert silent.standing == []
    assert silent.told(SDIST) == ("failed, old artifact removed", "night_sky-1.0.tar.gz")


def test_without_that_hook_a_cancelled_build_takes_what_the_last_attempt_was_for(silent: Sky) -> None:
    silent.put("2.0")
    silent.built("1.0")
    events: list[Event] = []

    def cancel(event: Event) -> None:
        events.append(event)
        if isinstance(event, StepStarted):
            session.cancel()

    session = ProjectSetup(silent.root, silent.dist, Plan()).session(cancel)
    assert session.attempt(Cause.START).outcome is Outcome.CANCELLED
    session.end()
    assert silent.standing == names("2.0")


def test_without_that_hook_and_a_memory_a_wheel_is_built_to_know_it(silent: Sky) -> None:
    silent.put("1.0", "2.0")
    silent.version = "2.0"
    assert silent.build(before=NO_SDIST) is Outcome.FAILED
    assert silent.standing == names("1.0")


def test_with_nothing_there_no_wheel_is_built_only_to_know_the_version(silent: Sky) -> None:
    called = silent.root.with_name("called")
    assert silent.build(before=f'open({str(called)!r}, "a").write(hook + "\\n")') is Outcome.SUCCEEDED
    assert called.read_text().split() == ["build_sdist", "build_wheel"]


MOVES = """
if hook == "build_sdist":
    global VERSION, METADATA
    METADATA = METADATA.replace(VERSION, "2.0")
    VERSION = "2.0"
"""


def test_a_version_that_moves_while_it_is_built_takes_what_is_old_of_the_new_one(sky: Sky) -> None:
    sky.put("2.0")
    sky.built("1.0")
    assert sky.build(before=MOVES + NO_WHEEL) is Outcome.FAILED
    assert sky.standing == ["night_sky-2.0.tar.gz"], "those of 1.0 fell as this build was for them when it began"
    assert sky.told(SDIST) == ("succeeded", "night_sky-2.0.tar.gz")
    assert sky.told(WHEEL) == ("failed, old artifact removed", "night_sky-2.0-py3-none-any.whl")
    said = [line for event in sky.events if isinstance(event, Log) for line in event.lines]
    assert "the backend said night-sky 1.0, and built night-sky 2.0: the version moved meanwhile" in said


def test_nothing_is_named_before_the_backend_named_it(sky: Sky) -> None:
    sky.built("1.0")
    sky.version = "2.0"
    assert sky.build() is Outcome.SUCCEEDED
    (first, *_) = [event for event in sky.events if isinstance(event, StepStarted)]
    before = sky.events[: sky.events.index(first)]
    queued = [event for event in before if isinstance(event, ArtifactStatus) and event.status.words == "queued"]
    assert queued
    assert {event.target for event in queued} == {None, "night_sky-2.0.tar.gz"}


class Cut(BaseException):
    """The end of the process, as far as a session in it can tell."""


@pytest.mark.parametrize("asked", [False, True], ids=["while it asks", "after the answer"])
def test_after_a_death_the_next_start_knows_which_file_that_was_about(sky: Sky, asked: bool) -> None:
    sky.put("2.0")
    sky.built("1.0")
    sky.version = "2.0"
    events: list[Event] = []

    def die(event: Event) -> None:
        events.append(event)
        was_answered = isinstance(event, StepStarted)
        was_asked = isinstance(event, Log) and "get_requires" in event.lines[0]
        if was_answered if asked else was_asked:
            raise Cut

    session = ProjectSetup(sky.root, sky.dist, Plan()).session(die)
    with pytest.raises(Cut):
        session.attempt(Cause.START)
    session._let_go()
    kept = names("1.0") if asked else names("1.0") + names("2.0")
    assert sky.standing == sorted(kept)
    sky.build(before=NO_SDIST)
    interrupted = [
        (event.kind, event.status.words, event.target)
        for event in sky.events
        if isinstance(event, ArtifactStatus) and event.status.words.startswith("interrupted")
    ]
    told = ("2.0", "old artifact removed") if asked else ("1.0", "old artifact still there")
    assert interrupted[0] == (SDIST, f"interrupted, {told[1]}", f"night_sky-{told[0]}.tar.gz")
    assert sky.standing == names("1.0")
    assert sky.told(SDIST)[1] == "night_sky-2.0.tar.gz"


def test_cancelled_while_it_asks_the_last_attempts_files_fall(sky: Sky) -> None:
    sky.built("1.0")
    events: list[Event] = []

    def cancel(event: Event) -> None:
        events.append(event)
        if isinstance(event, Log) and "get_requires" in event.lines[0]:
            session.cancel()

    session = ProjectSetup(sky.root, sky.dist, Plan()).session(cancel)
    assert session.attempt(Cause.START).outcome is Outcome.CANCELLED
    session.end()
    last = {event.kind: event.status.words for event in events if isinstance(event, ArtifactStatus)}
    assert last == dict.fromkeys(ArtifactKind, "cancelled, old artifact removed")
    assert sky.standing == []


def test_a_renamed_project_leaves_the_files_of_its_old_name(sky: Sky) -> None:
    sky.built("1.0")
    backend = sky.root / "_build/backend.py"
    (sky.root / "pyproject.toml").write_text(DYNAMIC.replace("night-sky", "day-sky"))
    text = backend.read_text().replace("night_sky", "day_sky").replace("Name: night-sky", "Name: day-sky")
    backend.write_text(text)
    events: list[Event] = []
    session = session_of(sky.root, events)
    assert session.attempt(Cause.START).outcome is Outcome.SUCCEEDED
    session.end()
    assert sky.standing == sorted([*names("1.0"), "day_sky-1.0-py3-none-any.whl", "day_sky-1.0.tar.gz"])


def test_a_static_version_is_not_asked_for(tmp_path: Path) -> None:
    sky = Sky(tmp_path / "sky", pyproject=PYPROJECT)
    sky.put("1.0")
    assert sky.build(before='assert "metadata" not in hook') is Outcome.SUCCEEDED
    assert not [event for event in sky.events if isinstance(event, Log) and "can't be told" in event.lines[0]]


def test_config_settings_may_add_to_a_static_version_so_the_backend_is_asked(tmp_path: Path) -> None:
    sky = Sky(tmp_path / "sky", pyproject=PYPROJECT)
    sky.put("1.0", "1.0.dev1")
    sky.version = "1.0.dev1"
    assert sky.build(options=Options(config_settings={"tag": ".dev1"}), before=NO_SDIST) is Outcome.FAILED
    assert sky.standing == names("1.0")
    assert sky.told(SDIST) == ("failed, old artifact removed", "night_sky-1.0.dev1.tar.gz")


def test_the_ledger_keeps_the_name_of_before_only_until_the_new_one_is_known(sky: Sky) -> None:
    sky.built("1.0")
    records = json.loads((sky.dist / LEDGER).read_text())["projects"][".."]["artifacts"]
    assert {record["former"] for record in records.values()} == {None}
    assert {record["target"] for record in records.values()} == set(names("1.0"))


def hooks_of_builds(sky: Sky, *between: str, options: Options | None = None) -> list[list[str]]:
    """Build again and again in one session, with these texts in VERSION; return the hooks that each build called."""
    called = sky.root.with_name("called")
    session = session_of(sky.root, sky.events, options=options)
    found = []
    for version in between:
        sky.version = version
        called.write_text("")
        assert session.attempt(Cause.START).outcome is Outcome.SUCCEEDED
        found.append(called.read_text().split())
    session.end()
    return found


def test_from_the_second_build_on_asking_is_one_hook(sky: Sky) -> None:
    called = sky.root.with_name("called")
    set_before(sky.root, f'open({str(called)!r}, "a").write(hook + "\\n")')
    asked = ["prepare_metadata_for_build_wheel", "build_sdist", "build_wheel"]
    assert hooks_of_builds(sky, "1.0", "2.0") == [asked, asked]
    assert sky.standing == names("2.0"), "one session built both"


NEEDS_MORE = """
if hook == "prepare_metadata_for_build_wheel" and VERSION == "2.0" and not pathlib.Path("../more").exists():
    raise RuntimeError("not in this environment")
"""


def test_where_the_environment_of_before_does_not_do_the_backend_is_asked_what_it_needs(sky: Sky) -> None:
    called = sky.root.with_name("called")
    set_before(sky.root, f'open({str(called)!r}, "a").write(hook + "\\n")' + NEEDS_MORE)
    backend = sky.root / "_build/backend.py"
    asks = (
        "\n\ndef get_requires_for_build_wheel(config_settings=None):\n"
        '    if VERSION != "2.0":\n        return []\n'
        '    pathlib.Path("../more").touch()\n    return ["pip"]\n'
    )
    backend.write_text(backend.read_text() + asks)
    first, second = hooks_of_builds(sky, "1.0", "2.0", options=Options(isolation=False, python=Path(sys.executable)))
    assert first.count("prepare_metadata_for_build_wheel") == 1
    assert second[:2] == ["prepare_metadata_for_build_wheel"] * 2
    assert not [
        line for event in sky.events if isinstance(event, Log) for line in event.lines if "can't be told" in line
    ]


@pytest.mark.parametrize(
    ("line", "asks"),
    [
        ("tag_build = .dev1", True),
        ("tag-build: rc1", True),
        ("tag_date = 1", True),
        ("tag_date = true", True),
        ("tag_build =\ntag_date = 0", False),  # as setuptools writes it into each sdist
        ("# nothing", False),
    ],
)
def test_setuptools_is_asked_where_its_settings_may_add_to_the_version(tmp_path: Path, line: str, asks: bool) -> None:
    (tmp_path / "setup.cfg").write_text(f"[egg_info]\n{line}\n")
    for backend in ("setuptools.build_meta", "hatchling.build"):
        text = f'[build-system]\nrequires = []\nbuild-backend = "{backend}"\n[project]\nname = "x"\nversion = "1"\n'
        description = describe(tmp_path, parse_pyproject(tmp_path / "pyproject.toml", text.encode()))
        assert may_be_tagged(description, has_settings=False) is (asks and backend.startswith("setuptools"))


@pytest.fixture
def told_by_attribute(tmp_path: Path) -> Sky:
    """A project of setuptools, whose version is an attribute of its package."""
    need("setuptools")
    sky = Sky.__new__(Sky)
    sky.root, sky.events = tmp_path / "sky", []
    sky.dist = sky.root / "dist"
    (sky.root / "night_sky").mkdir(parents=True)
    (sky.root / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
        '[project]\nname = "night-sky"\ndynamic = ["version"]\n[tool.setuptools]\npackages = ["night_sky"]\n'
        '[tool.setuptools.dynamic]\nversion = {attr = "night_sky.__version__"}\n'
    )
    return sky


FAILING_SETUP = """
import setuptools
from setuptools.command.sdist import sdist

class Failing(sdist):
    def run(self):
        raise SystemExit("no sdist today")

setuptools.setup(cmdclass={"sdist": Failing})
"""


def test_a_failure_of_setuptools_takes_the_files_of_the_version_that_its_attribute_says(told_by_attribute: Sky) -> None:
    sky, module = told_by_attribute, told_by_attribute.root / "night_sky/__init__.py"
    sky.put("2.0")

    def attempt(version: str) -> Outcome | None:
        module.write_text(f'__version__ = "{version}"\n')
        session = session_of(sky.root, sky.events)
        try:
            return session.attempt(Cause.START).outcome
        finally:
            session.end()

    assert attempt("1.0") is Outcome.SUCCEEDED
    assert sky.standing == sorted(names("1.0") + names("2.0"))
    (sky.root / "setup.py").write_text(FAILING_SETUP)
    assert attempt("2.0") is Outcome.FAILED
    assert sky.standing == names("1.0")
    assert sky.told(SDIST) == ("failed, old artifact removed", "night_sky-2.0.tar.gz")
    (sky.root / "setup.py").write_text("a syntax error\n")
    assert attempt("3.0") is Outcome.FAILED
    assert sky.standing == names("1.0"), "the last attempt was for 2.0, and nothing is left of it"
    assert sky.told(SDIST) == ("failed, old artifact removed", "night_sky-2.0.tar.gz")


def test_a_wheel_from_an_sdist_file_is_of_the_version_that_the_sdist_says(sky: Sky, tmp_path: Path) -> None:
    sky.built("1.0")
    sdist = sky.dist / names("1.0")[1]
    assert sky.build(before=f"if os.environ.get('NO_WHEEL'): {NO_WHEEL}") is Outcome.SUCCEEDED
    out = tmp_path / "out"
    out.mkdir()
    for name in (*names("1.0"), *names("2.0")):
        (out / name).write_text("made by another front end")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("NO_WHEEL", "1")
        assert cli.main(["--once", "--wheel", "-o", str(out), str(sdist)]) == exit_status.FAILED
    assert visible_files(out) == sorted([names("1.0")[1], *names("2.0")])
