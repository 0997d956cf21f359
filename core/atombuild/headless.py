"""What the command does without a screen: once, watching in plain lines, listing, comparing, from an sdist.

run ──► from_sdist | list | compare | once | watch
"""

from __future__ import annotations

import argparse
import json
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Final

from atombuild.apart import built_apart, compare, member_names
from atombuild.builder import UNUSABLE, Plan, was_built_here
from atombuild.errors import AtombuildError, UsageMistake
from atombuild.events import Advised, Cause, Event, Outcome
from atombuild.exit_status import FAILED, SIGNALLED, SUCCEEDED, UNUSABLE_STATUS
from atombuild.isolated import Options
from atombuild.isolated.options import parse_config_settings
from atombuild.native.project import NativeProject
from atombuild.plain import JsonView, Output, PlainView
from atombuild.sanitise import visible
from atombuild.sdist_file import SdistFile
from atombuild.slips import check_options, check_out_dir, check_source
from atombuild.status import ArtifactKind
from atombuild.units import size_words
from atombuild.wiring import ProjectSetup, SdistSetup

ARCHIVES: Final = (".tar.gz", ".tgz", ".zip", ".tar.bz2", ".tar.xz", ".tar.zst", ".tar")
"""Names that mean an sdist, though only the first is one today (PEP 625)."""


def run(arguments: argparse.Namespace, root: Path, hint: str | None, out: Output, err: Output) -> int:
    """Do what the arguments ask for; return the exit status. Raises whatever is wrong with the project."""
    if root.name.endswith(ARCHIVES) and not os.path.isdir(root):  # noqa: PTH112 (never raises)
        return _from_sdist(arguments, root, _options(arguments), out, err)
    setup = setup_of(arguments, root)
    watching = not (arguments.once or arguments.list or arguments.compare)
    view = JsonView(out) if arguments.json else PlainView(out, err, watching=watching)
    if arguments.list or arguments.compare:
        return (_list if arguments.list else _compare)(setup, out, view, as_json=arguments.json)
    if arguments.once:
        return _once(setup, view.show)
    _refuse_hopeless(setup)
    if hint and not arguments.json:
        out.line(visible(hint))
    # What changed since the last success is told in no plain line; so nothing is kept for it.
    return _watch(setup, view.show, out, allow=arguments.allow_commands, comparing=arguments.json)


def setup_of(arguments: argparse.Namespace, root: Path) -> ProjectSetup:
    """Return what builds the project in ``root``. Raises :class:`UsageMistake`."""
    plan = Plan.chosen(sdist=arguments.sdist, wheel=arguments.wheel)
    return ProjectSetup(root, _out_dir(arguments, root, root / "dist"), plan, _options(arguments))


def _out_dir(arguments: argparse.Namespace, root: Path, default: Path) -> Path:
    if not arguments.out_dir:
        return default
    out_dir = Path(arguments.out_dir).absolute()
    check_out_dir(root, out_dir)
    return out_dir


def _options(arguments: argparse.Namespace) -> Options:
    try:
        settings = parse_config_settings(arguments.config_setting)
    except ValueError as error:
        raise UsageMistake(f"--config-setting {error} has no key and value", hint="write it as KEY=VALUE") from None
    if arguments.no_isolation and arguments.build_constraint:
        raise UsageMistake(
            "--build-constraint has no effect with --no-isolation, which installs nothing",
            hint="leave out one of the two",
        )
    named = arguments.build_constraint or ([] if arguments.no_isolation else _from_environment("UV_BUILD_CONSTRAINT"))
    constraints = tuple(Path(each).absolute() for each in named)
    options = Options(not arguments.no_isolation, arguments.python, settings, constraints)
    check_options(options)
    return options


def _from_environment(variable: str) -> list[str]:
    """Return the paths that a variable of uv's names, blanks between them."""
    return os.environ.get(variable, "").split()


def clean_cache(out: Output) -> int:
    """Empty what is kept for this user, and say how much that was."""
    from atombuild.folders import cache_folder  # noqa: PLC0415 (only this needs it)
    from atombuild.isolated.cache import empty_cache  # noqa: PLC0415 (only this needs it)

    count, freed = empty_cache()
    environments = "1 build environment" if count == 1 else f"{count} build environments"
    out.line(visible(f"removed what was kept, {environments} among it, {size_words(freed)} in all: {cache_folder()}"))
    return SUCCEEDED


def _from_sdist(arguments: argparse.Namespace, archive: Path, options: Options, out: Output, err: Output) -> int:
    """Build the wheel of an sdist file, or list what it would hold."""
    check_source(archive)
    if arguments.sdist:
        raise UsageMistake(
            "Building an `--sdist` from a source distribution is not supported",
            hint="leave out --sdist: only a wheel comes from an sdist",
        )
    if not arguments.wheel:
        raise UsageMistake(
            "Pass `--wheel` explicitly to build a wheel from a source distribution",
            hint=f"add --wheel: atombuild-tui --once --wheel {archive.name}",
        )
    if not (arguments.once or arguments.list):
        raise UsageMistake(
            f"{archive.name} is an sdist, and there is nothing in it to watch", hint="add --once to build its wheel"
        )
    out_dir = _out_dir(arguments, archive.parent / archive.stem, archive.parent)
    with closing(SdistFile(archive, options)) as sdist:
        setup = SdistSetup(sdist, out_dir, Plan.chosen(sdist=False, wheel=True))
        view = JsonView(out) if arguments.json else PlainView(out, err, watching=False)
        if not arguments.list:
            return _once(setup, view.show)
        try:
            return _list(setup, out, view, as_json=arguments.json)
        except AtombuildError as error:
            plain = PlainView(out, err, watching=False)
            for report in error.reports():
                plain.report(sdist.told(report))
            return UNUSABLE_STATUS


def _refuse_hopeless(setup: ProjectSetup) -> None:
    """Raise what makes watching this folder pointless: no project, or one that can't be built here."""
    try:
        setup.read_project()
    except UsageMistake:
        raise
    except UNUSABLE:
        # A project that was built here before and lost its description is a failed build; the screen shows that one.
        if not was_built_here(setup.root, setup.out_dir, setup.plan.kinds):
            raise
    except Exception:  # noqa: BLE001 (a mistake in the project or a bug of ours: the first build meets it, and says it)
        return


def _list(setup: ProjectSetup | SdistSetup, out: Output, view: JsonView | PlainView, *, as_json: bool) -> int:
    project = setup.read_project()
    if not isinstance(project, NativeProject):
        return _list_by_building(setup, out, view, as_json=as_json)
    try:
        for kind in setup.plan.kinds:
            members = project.listing(kind, from_sdist=setup.plan.wheel_from_sdist)
            if as_json:
                _print_json_listing(out, kind, project.target(kind), [(each.path, each.source) for each in members])
            else:
                rows = [f"{each.path} ({each.source or 'generated'})" for each in members]
                _print_listing(out, project.target(kind), rows)
    finally:  # what makes a listing impossible is often what advice is about
        findings = project.advise(lambda: None) if isinstance(setup, ProjectSetup) else ()
        if findings:
            view.show(Advised(findings))
    return SUCCEEDED


def _list_by_building(
    setup: ProjectSetup | SdistSetup, out: Output, view: JsonView | PlainView, *, as_json: bool
) -> int:
    """List what another backend makes: nobody knows it but by having it made, apart."""
    advised: list[Event] = []
    with built_apart(setup, lambda event: (advised.append if isinstance(event, Advised) else view.show)(event)) as made:
        for kind, artifact in (made or {}).items():
            names = member_names(artifact)
            if as_json:
                _print_json_listing(out, kind, artifact.name, [(name, None) for name in names])
            else:
                _print_listing(out, artifact.name, names)
    for event in advised:  # also of what could not be built: advice may say why
        view.show(event)
    return SUCCEEDED if made is not None else FAILED


def _print_listing(out: Output, target: str, rows: Sequence[str]) -> None:
    out.line(visible(f"{target} would hold {len(rows)} files:"))
    for row in rows:
        out.line(visible(f"  {row}"))


def _print_json_listing(
    out: Output, kind: ArtifactKind, target: str, members: Sequence[tuple[str, str | None]]
) -> None:
    rows = [{"path": path, "source": source} for path, source in members]
    out.line(json.dumps({"kind": kind.value, "target": target, "members": rows}))


def _compare(setup: ProjectSetup, out: Output, view: JsonView | PlainView, *, as_json: bool) -> int:
    difference = compare(setup, view.show)
    if difference is None:
        return FAILED
    if as_json:
        out.line(json.dumps(asdict(difference)))
    elif difference.is_none:
        out.line(visible(f"{difference.names[0]} holds the same from the sdist and from the tree"))
    else:
        if len(set(difference.names)) > 1:
            out.line(visible("its name differs: {} from the sdist, {} from the tree".format(*difference.names)))
        for words, names in (
            ("only in the wheel from the tree", difference.only_from_tree),
            ("only in the wheel from the sdist", difference.only_from_sdist),
            ("of other content", difference.changed),
        ):
            for name in names:
                out.line(visible(f"{words}: {name}"))
    return SUCCEEDED if difference.is_none else FAILED


def _once(setup: ProjectSetup | SdistSetup, show: Callable[[Event], None]) -> int:
    session = setup.session(show)
    with _signals(session.close) as received:
        session.begin()
        session.once = True
        result = session.attempt(Cause.START)
        if isinstance(setup, ProjectSetup):  # nobody mends an sdist
            session.advise()
        session.end()
    if received:
        return SIGNALLED + received[0]
    if result.outcome is None:
        return UNUSABLE_STATUS
    return SUCCEEDED if result.outcome is Outcome.SUCCEEDED else FAILED


def _watch(setup: ProjectSetup, show: Callable[[Event], None], out: Output, *, allow: bool, comparing: bool) -> int:
    from atombuild.after.runner import AfterBuild  # noqa: PLC0415 (only watching needs it)

    def after(emit: Callable[[Event], None]) -> AfterBuild:
        how = "read it, and start with --allow-commands to run it this time"
        return AfterBuild(setup.root, setup.out_dir, emit, always=allow, how_to_allow=how)

    engine = setup.engine(comparing=comparing, make_after=after)
    with _signals(engine.stop) as received:
        engine.start(show)
        # A wait with an end, again and again: a signal is handled only between two of them.
        while not engine.join(0.2):
            if out.lost is not None:
                engine.stop(cancelling=False)
    if received:
        return SIGNALLED + received[0]
    return FAILED if engine.failed else SUCCEEDED


@contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[list[int]]:
    """Turn the first request to end into ``stop()``; a second one ends the process at once, as the system does."""
    received: list[int] = []
    watched = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

    def handle(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        for each in watched:
            signal.signal(each, signal.SIG_DFL)
        stop()

    before = {number: signal.signal(number, handle) for number in watched}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
