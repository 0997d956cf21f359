"""What the main screen shows in each state, at each size, and with text that means harm."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.widget import Widget

from atombuild.errors import Blame, Location, Report
from atombuild.events import (
    Advised,
    ArtifactStatus,
    AttemptFinished,
    AttemptStarted,
    Cause,
    ChangesIgnored,
    ChangesSeen,
    Compared,
    Event,
    Failure,
    LockAwaited,
    Log,
    Mode,
    ModeChanged,
    Outcome,
    Preparing,
    Progress,
    ProjectLoaded,
    ProjectUnusable,
    SessionStarted,
    StepStarted,
    TouchedMeanwhile,
    Warned,
)
from atombuild.finding import Finding, Severity
from atombuild.status import Attempt, Standing, Status
from support.screen import scenes
from support.screen.engine import NOON, Clock, OverheardApp, ScriptedEngine, settle, shown, titles
from support.screen.scenes import BOTH, GOOD, SDIST, WHEEL

SIZES = [(80, 24), (120, 40), (60, 20), (200, 60), (40, 60), (100, 12)]


async def seen(
    events: Sequence[Event], size: tuple[int, int] = (80, 24), *, later: float = 0.0, keys: Sequence[str] = ()
) -> list[str]:
    """Return the screen after these events."""
    clock = Clock()
    app = OverheardApp(ScriptedEngine(*events), clock=clock)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        clock.now += later
        await pilot.press(*keys)
        app.show_time()
        await settle(pilot)
        return shown(app)


def row_with(rows: list[str], words: str) -> str:
    return next(row for row in rows if words in row)


@pytest.mark.parametrize("size", SIZES)
async def test_the_status_of_both_artifacts_is_there_at_every_size(size: tuple[int, int]) -> None:
    text = "\n".join(await seen([*scenes.opening(), *scenes.success(NOON), *scenes.failure(NOON)], size))
    assert "✗ failed, old artifact removed" in text
    assert "✗ not built, old artifact removed" in text


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scene", [scenes.success(NOON, 12, "src/a.py"), scenes.building(NOON), scenes.paused(NOON)])
async def test_nothing_reaches_past_the_right_edge(size: tuple[int, int], scene: list[Event]) -> None:
    app = OverheardApp(ScriptedEngine(*scenes.opening(), *scene))
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        assert all(cell_len(row) <= size[0] for row in shown(app))
        for widget in app.screen.walk_children(Widget):
            if widget.display and widget.region.area:
                assert app.screen.region.contains_region(widget.region), widget
        assert "quit" in shown(app)[-1] or size[0] < 50


async def test_a_success_tells_name_size_change_time_and_what_it_holds() -> None:
    rows = await seen([*scenes.opening(), *scenes.success(NOON, 12, "a.py", "b.py")], later=200)
    assert "3 min ago · 12:02:11" in row_with(rows, "sdist   ✓ succeeded")
    assert re.search(r"\+121 B +48.2 kB$", row_with(rows, "orrery-0.4.0.tar.gz"))
    assert row_with(rows, "holds your latest change").endswith("built in 48 ms")
    assert "orrery 0.4.0  uv_build" in rows[0]
    assert "● live" in rows[0]
    assert "watching ~/src/orrery  →  dist" in rows[1]
    assert "build 12  changed: a.py and 1 more" in rows[2]


async def test_what_failed_has_no_size_and_no_file() -> None:
    rows = await seen([*scenes.opening(), *scenes.success(NOON), *scenes.failure(NOON)])
    assert "kB" not in row_with(rows, "orrery-0.4.0.tar.gz")
    assert "no such file in dist/ now" in row_with(rows, "failed after 12 ms")


async def test_a_running_step_counts_up_beside_its_usual_time_and_shows_progress() -> None:
    rows = await seen([*scenes.opening(), *scenes.building(NOON)], later=0.6)
    assert row_with(rows, "● building").endswith("0.6 s of about 1.42 s")
    assert row_with(rows, "━").endswith("64%")
    assert "▶ building" in rows[0]


async def test_a_step_without_progress_says_what_it_builds_from() -> None:
    rows = await seen([*scenes.opening(), scenes.started(1), scenes.step(WHEEL)])
    assert row_with(rows, "from the sdist")


async def test_the_running_time_goes_on_by_itself() -> None:
    clock = Clock()
    app = OverheardApp(ScriptedEngine(*scenes.opening(), *scenes.building(NOON)), clock=clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        clock.now += 3
        while not any("3.0 s of about" in row for row in shown(app)):
            await pilot.pause(0.02)


@pytest.mark.parametrize(
    ("status", "behind", "words"),
    [
        (GOOD, 0, "holds your latest change"),
        (Status(Attempt.SUCCEEDED, Standing.THIS_BUILD, outdated=True), 1, "1 change behind"),
        (Status(Attempt.SUCCEEDED, Standing.THIS_BUILD, outdated=True), 2, "2 changes behind"),
        (Status(Attempt.SUCCEEDED, Standing.THIS_BUILD, outdated=True), None, "older than your files"),
        (GOOD, None, "comparing it with your files"),
        (Status(Attempt.SUCCEEDED, Standing.NEVER), 0, "no such file in dist/ now"),
        (Status(Attempt.SUCCEEDED, Standing.OTHER), 0, "the file in dist/ is not from this build"),
        (Status(Attempt.FAILED, Standing.OLD_KEPT), None, "an older build is still in dist/"),
        (Status(Attempt.QUEUED, Standing.OLD_REMOVED), None, "waits for its turn"),
    ],
)
async def test_below_the_name_stands_what_is_there_compared_with_the_last_save(
    status: Status, behind: int | None, words: str
) -> None:
    rows = await seen([*scenes.opening(), scenes.status(SDIST, status, NOON, behind=behind)])
    assert words in "\n".join(rows)
    assert status.words in "\n".join(rows)


async def test_waiting_changes_are_counted_beside_the_trigger() -> None:
    rows = await seen([*scenes.opening(), *scenes.success(NOON), *scenes.paused(NOON)])
    assert rows[2].endswith("3 changes wait; p builds them")
    rows = await seen([*scenes.opening(), *scenes.success(NOON), *scenes.paused(NOON)[:2]])
    assert rows[2].endswith("1 change waits; p builds it")


async def test_advice_is_counted_where_nothing_else_is_to_say() -> None:
    finding = Finding("secret", Severity.PROBLEM, Location(Path("a")), "a secret is packed", "take it out")
    rows = await seen([*scenes.opening(), *scenes.success(NOON), Advised((finding, finding))])
    assert rows[2].endswith("2 findings in the log")
    assert any("a secret is packed" in row for row in rows)


async def test_ignored_changes_are_told_quietly() -> None:
    rows = await seen([*scenes.opening(), *scenes.success(NOON), scenes.ignored()])
    assert rows[2].endswith("ignored: notes/todo.txt (in no artifact)")


async def test_the_tab_counts_the_lost_modules_that_are_not_named_too() -> None:
    kept = Path("kept.whl")
    rows = await seen([*scenes.opening(), Compared(WHEEL, 2, kept, 1, kept, removed=50, lost=("a.py",), lost_total=50)])
    assert row_with(rows, "✗50 lost")


async def test_waiting_for_another_builder_says_for_whom() -> None:
    rows = await seen([*scenes.opening(), LockAwaited("make (pid 7)")])
    assert "◌ waiting for the lock" in rows[0]
    assert rows[2].endswith("waiting for make (pid 7)")


async def test_an_empty_screen_says_what_to_do_first() -> None:
    text = "\n".join(await seen(scenes.opening()))
    assert "Nothing was built yet." in text
    assert "Press b to build now, or save a file of the project." in text
    assert "· not built yet" in text


async def test_before_the_first_look_is_over_it_says_that_a_build_follows() -> None:
    text = "\n".join(await seen(scenes.opening()[:1]))
    assert "Looking at the project's files." in text
    assert "Nothing was built yet." not in text


async def test_an_unusable_project_gets_a_friendly_panel_and_then_the_dashboard_back() -> None:
    app = OverheardApp(engine := ScriptedEngine(*scenes.unusable()))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        text = "\n".join(shown(app))
        assert "There is nothing to build here yet" in text
        assert "Nothing in dist/ was touched." in text
        assert "no Python project at /home/ada/src/orrery" in text
        assert "atombuild-tui --demo shows a sample project" in text
        assert "The folder is still watched" in text
        assert "not built yet" not in text
        engine.play(scenes.opening()[-1], *scenes.success(NOON))
        await settle(pilot)
        text = "\n".join(shown(app))
        assert "There is nothing to build" not in text
        assert "✓ succeeded" in text


async def test_artifacts_that_stand_stay_in_sight_while_the_project_is_unusable() -> None:
    text = "\n".join(await seen([*scenes.opening(), *scenes.success(NOON), scenes.unusable()[-1]]))
    assert "There is nothing to build here any more" in text
    assert "✓ succeeded" in text


LONG = "a_really_long_distribution_name_that_goes_on_and_on_for_ever-2024.12.31.post1-py3-none-any.whl"


async def test_a_long_name_keeps_both_ends_and_is_whole_in_the_log() -> None:
    rows = await seen([*scenes.opening(), scenes.started(1), StepStarted(WHEEL, LONG, "the sdist", None)])
    assert any("a_really_long" in row and "…" in row and row.endswith("none-any.whl") for row in rows)
    log = "".join(row.strip() for row in rows[12:])
    assert LONG in log


async def test_a_resize_in_mid_build_keeps_everything_in_place() -> None:
    app = OverheardApp(engine := ScriptedEngine(*scenes.opening(), *scenes.building(NOON)))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        for size in [(40, 10), (200, 60), (60, 20), (120, 40), (1, 1), (80, 24)]:
            await pilot.resize_terminal(*size)
            engine.play(Log(("more",)), Progress(WHEEL, 30, 39))
            await settle(pilot)
        assert any("● building" in row for row in shown(app))


async def test_no_color_leaves_symbols_and_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = OverheardApp(ScriptedEngine(*scenes.opening(), *scenes.success(NOON), *scenes.failure(NOON)))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        svg = app.export_screenshot()
        assert any("✗ failed, old artifact removed" in row for row in shown(app))
    fills = set(re.findall(r"fill: #([0-9a-f]{6})", svg))
    inside = {fill for fill in fills if not fill[0:2] == fill[2:4] == fill[4:6]}
    assert inside <= {"c5c8c6"}, "only greys; that one is the picture's own default"


HOSTILE = "a[/]b[@click=app.quit]c\x1b]52;c;ZXZpbA==\x07d\u202ee\nf\x9b31mg[red]h"


HOSTILE_REPORT = Report(Blame.BACKEND, HOSTILE, HOSTILE, Location(scenes.ROOT / HOSTILE, 1, 1), (HOSTILE, HOSTILE))


def hostile() -> list[Event]:
    """Return events that carry it in every field that is text."""
    path = scenes.ROOT / HOSTILE
    return [
        SessionStarted(path, path / "dist", BOTH, wheel_from_sdist=True),
        ProjectLoaded(HOSTILE, HOSTILE, HOSTILE),
        ModeChanged(Mode.LIVE, HOSTILE),
        ChangesSeen(1, (HOSTILE,), 1, 1),
        AttemptStarted(1, Cause.CHANGE, (HOSTILE,), 1, 1, BOTH),
        StepStarted(SDIST, HOSTILE, HOSTILE, 1.0),
        Log((HOSTILE,)),
        Warned(HOSTILE, HOSTILE),
        ArtifactStatus(SDIST, GOOD, HOSTILE, path, size=1, previous_size=2, seconds=1, ended=NOON, behind=0),
        ArtifactStatus(WHEEL, scenes.REMOVED, HOSTILE, path, ended=NOON),
        Failure((HOSTILE_REPORT,), WHEEL),
        AttemptFinished(1, Outcome.FAILED, 1.0),
        ChangesIgnored((HOSTILE,), 1, HOSTILE),
        TouchedMeanwhile(HOSTILE),
    ]


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
@pytest.mark.parametrize("last", [[], [LockAwaited(HOSTILE)], [ProjectUnusable((HOSTILE_REPORT,))]])
async def test_hostile_text_is_shown_and_not_obeyed(size: tuple[int, int], last: list[Event]) -> None:
    app = OverheardApp(ScriptedEngine(*hostile(), *last))
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        text = "".join(shown(app))
        await pilot.hover("#sdist")
        await settle(pilot)
        for title in titles(app.heard):
            assert title.isprintable()
    assert "a[/]b[@click=app.quit]c" in text
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202e]", text)


async def test_the_title_and_the_bell_follow_good_and_bad() -> None:
    app = OverheardApp(engine := ScriptedEngine(*scenes.opening(), *scenes.success(NOON)))
    async with app.run_test() as pilot:
        await settle(pilot)
        assert (titles(app.heard)[-1], app.rings) == ("✓ orrery 0.4.0", 0)
        engine.play(*scenes.failure(NOON))
        await settle(pilot)
        assert (titles(app.heard)[-1], app.rings) == ("✗ orrery: failed, old artifact removed", 1)
        engine.play(*scenes.success(NOON))
        await settle(pilot)
        assert (titles(app.heard)[-1], app.rings) == ("✓ orrery 0.4.0", 2)
    assert app.heard[-1].endswith("\x1b[23;2t"), "the title that was there before is given back"


async def test_bell_and_title_can_be_turned_off() -> None:
    app = OverheardApp(ScriptedEngine(*scenes.opening(), *scenes.success(NOON), *scenes.failure(NOON)), bell=False)
    async with app.run_test() as pilot:
        await settle(pilot)
    assert (app.heard, app.rings) == ([], 0)


@pytest.mark.parametrize(("size", "words"), [((80, 24), "a build environment"), ((44, 60), "making")])
async def test_while_an_environment_is_made_the_cause_and_the_time_are_seen(size: tuple[int, int], words: str) -> None:
    preparing = Preparing("making a build environment: setuptools>=77, wheel, setuptools-scm[toml]>=8, cython")
    rows = await seen([*scenes.opening(), scenes.started(1, Cause.START), preparing], size)
    row = next(row for row in rows if "making" in row)
    assert "build 1  start" in row
    assert row.endswith(" 0.0 s")
    assert words in row


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((120, 40), "src/orrery/planets.py was touched meanwhile, and is looked at next"),
        ((80, 24), "src/orrery/planets.py was touched meanwhile"),
        ((44, 60), "src….py was touched meanwhile"),
    ],
)
async def test_a_save_while_it_builds_is_seen_at_once(size: tuple[int, int], words: str) -> None:
    rows = await seen([*scenes.opening(), scenes.started(1), TouchedMeanwhile("src/orrery/planets.py")], size)
    row = row_with(rows, "touched meanwhile")
    assert row.endswith(words)
    assert row.split()[:2] == ["build", "1"]


async def test_what_is_built_before_the_rest_does_not_claim_to_hold_what_was_touched_since() -> None:
    events = [*scenes.opening(), *scenes.building(NOON)]
    assert row_with(await seen(events), "latest change").strip("▌ ").startswith("holds your latest change")
    events.append(TouchedMeanwhile("src/orrery/planets.py"))
    assert row_with(await seen(events), "latest change").strip("▌ ").startswith("may lack your latest change")


async def test_that_there_is_advice_is_said_also_after_something_was_ignored() -> None:
    where = Location(scenes.ROOT / "pyproject.toml", 3)
    finding = Finding("no-license", Severity.ADVICE, where, "there is no license", "name one")
    ignored = ChangesIgnored(("src/orrery.egg-info/PKG-INFO",), 5, "no artifact holds it")
    rows = await seen([*scenes.opening(), *scenes.success(0.0), Advised((finding,)), ignored], (80, 24))
    assert any("1 finding in the log · ignored: " in row for row in rows)


async def test_what_was_there_before_is_to_be_put_back() -> None:
    reports = (Report(Blame.MISTAKE, "no Python project at /p", "go there"),)
    rows = await seen([*scenes.opening(), *scenes.success(0.0), ProjectUnusable(reports)], (80, 24))
    assert any("nothing to build here any more" in row for row in rows)
    assert any("mend it or put it back, and the build starts" in row for row in rows)
    gone = [ProjectUnusable(reports), ModeChanged(Mode.ROOT_GONE, "the folder is gone")]
    rows = await seen([*scenes.opening(), *scenes.success(0.0), *gone], (80, 24))
    assert any("put it back, and the build starts" in row for row in rows)
    assert not any("press b" in row for row in rows)


async def test_a_narrow_history_keeps_how_long_and_when_and_the_line_of_durations() -> None:
    events = [*scenes.opening(), *scenes.success(NOON), scenes.history(NOON)]
    rows = await seen(events, (44, 60), keys=["4"])
    row = row_with(rows, "13 ✓ succeeded")
    assert row.split()[3:] == ["21", "ms", "10:00:31"]
    assert row_with(rows, "10 ✓ succeeded").endswith("12 ms     04:10:31")
    assert row_with(rows, "█▃▄▃").strip(" ▁▂▃▄▅▆▇█") == ""
    assert row_with(rows, "on average").strip().startswith("the last 10 took ")


ADVICE = tuple(
    Finding(
        f"code-{number}", Severity.ADVICE, Location(scenes.ROOT / "pyproject.toml", number), f"finding {number}", "x"
    )
    for number in range(1, 4)
)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("failed", [False, True], ids=["succeeded", "failed"])
async def test_n_goes_through_as_much_as_is_counted_also_of_advice_that_is_older_than_the_last_build(
    size: tuple[int, int], failed: bool
) -> None:
    report = Report(Blame.MISTAKE, "it broke", "mend it", Location(scenes.ROOT / "a.py", 1))
    events: list[Event] = [*scenes.opening(), *scenes.success(NOON, 1), Advised(ADVICE)]
    events += [AttemptStarted(2, Cause.REQUEST, (), 0, 0, BOTH)]
    events += [Failure((report,), SDIST)] if failed else []
    events += [AttemptFinished(2, Outcome.FAILED if failed else Outcome.SUCCEEDED, 0.1)]
    app = OverheardApp(ScriptedEngine(*events), clock=Clock())
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        counted = next(row for row in shown(app) if "in the log" in row)
        assert counted.endswith("1 error and 3 findings in the log" if failed else "3 findings in the log")
        log = app._main.log_view
        visited = []
        for _ in log.problems:
            await pilot.press("n")
            assert log.selected is not None
            visited.append(log.selected.text.splitlines()[0])
        assert visited == [*(["it broke"] if failed else []), *(f"advice: finding {n}" for n in (1, 2, 3))]
        await settle(pilot)
        assert not any("no error and no advice" in row for row in shown(app))
        await pilot.press("N")
        assert any("finding 2" in row for row in shown(app))


async def test_advice_that_was_followed_is_neither_counted_nor_gone_through() -> None:
    events = [*scenes.opening(), *scenes.success(NOON, 1), Advised(ADVICE), Advised(())]
    rows = await seen(events, keys=["n"])
    assert not any("in the log" in row for row in rows)
    assert any("no error and no advice" in row for row in rows)
    rows = await seen([*events[:-1], Advised(ADVICE[1:2])], keys=["n"])
    assert any("1 finding in the log" in row for row in rows)
    rows = await seen([*events[:-1], Advised(ADVICE[1:2])], keys=["n", "n", "n"])
    assert not any("no error and no advice" in row for row in rows)
