"""Does the wheel install: into an environment of its own, its modules imported there, its entry points loaded.

This runs the project's code, as every user of the wheel will.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path
from types import MappingProxyType
from typing import Final

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from atombuild.checks.modules import comes_with_an_extra, importable
from atombuild.checks.result import Check, CheckResult, CheckRow, Verdict, worst
from atombuild.inspection.contents import read_contents
from atombuild.inspection.text import entry_points, read_member
from atombuild.isolated.environment import installer
from atombuild.isolated.interpreter import Interpreter
from atombuild.isolated.names import parse
from atombuild.processes import run_process
from atombuild.status import ArtifactKind
from atombuild.workspace.never_asked import asked_for, constraints

_LOAD: Final = Path(__file__).parent / "inside" / "load.py"
_LOAD_SECONDS: Final = 60.0
_MOST: Final = 5000
"""Modules that are tried, and entry points."""

_LAST_WORDS: Final = 12
_SCRIPTS: Final = frozenset({"console_scripts", "gui_scripts"})


class _TookTooLong(Exception):
    """An import that does not come to an end."""


@dataclass(frozen=True, slots=True)
class _Place:
    """The scratch environment."""

    folder: Path
    python: Path
    check: Callable[[], None]
    siblings: Mapping[str, Path]
    """The other members of the workspace by name: no index is asked for one of them."""

    wheels: Path
    """Where the wheel was published."""

    @property
    def scripts(self) -> Path:
        return self.python.parent

    @property
    def constraints(self) -> Path:
        return self.folder / "constraints.txt"

    def run(self, command: list[str], *, seconds: float = math.inf, progress: Path | None = None) -> tuple[int, str]:
        """Run a command there; return its status and its last words.

        Raises :class:`_TookTooLong` when the file ``progress`` has not grown for that many ``seconds``.
        """
        said = bytearray()
        until, grown = time.monotonic() + seconds, 0

        def hear(data: bytes) -> None:
            said.extend(data)
            del said[: -(1 << 16)]

        def check() -> None:
            nonlocal until, grown
            self.check()
            size = progress.stat().st_size if progress is not None and progress.exists() else 0
            if size > grown:
                until, grown = time.monotonic() + seconds, size
            if time.monotonic() > until:
                raise _TookTooLong

        environ = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
        ended = run_process(command, str(self.folder), environ, hear, check)
        lines = [line for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
        return ended.status, "\n".join(lines[-_LAST_WORDS:])


@dataclass(frozen=True, slots=True)
class _Wheel:
    """What is to be known of the wheel before it is installed."""

    path: Path
    metadata: Message
    modules: dict[str, list[str]]
    """See :func:`importable`."""

    listed: str | None
    """Its entry points, as their file has them."""

    @classmethod
    def of(cls, path: Path) -> _Wheel:
        contents = read_contents(path, ArtifactKind.WHEEL)
        texts = {
            name: read_member(path, ArtifactKind.WHEEL, each.path).text
            for each in contents.members
            for folder, _, name in [each.path.partition("/")]
            if folder.endswith(".dist-info") and name in {"METADATA", "entry_points.txt"}
        }
        metadata = HeaderParser().parsestr(texts.get("METADATA", ""))
        return cls(path, metadata, importable(contents), texts.get("entry_points.txt"))

    @property
    def own(self) -> set[str]:
        """The names at its top."""
        return {name.partition(".")[0] for name in self.modules}

    @property
    def requires(self) -> list[str]:
        return [str(each) for each in self.metadata.get_all("Requires-Dist", [])]

    def entry_points(self) -> Sequence[tuple[str, str, str]]:
        return entry_points(self.listed) if self.listed is not None else ()


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came of importing one module, or of loading one entry point."""

    name: str
    error: str
    missing: str = ""
    raised: str = ""
    where: str = ""


@dataclass(slots=True)
class _Tally:
    """What was tried so far."""

    rows: list[CheckRow] = field(default_factory=list)
    excused: list[CheckRow] = field(default_factory=list)
    """Modules that can't be imported just so, and need not be."""

    modules: int = 0
    """That import."""

    more: int = 0
    """Of these have no row of their own."""

    @property
    def words(self) -> str:
        imported = f"{self.modules:,} {'module imports' if self.modules == 1 else 'modules import'}"
        words = f"it installs; {imported}" if self.modules else "it installs; there is no module to import"
        aside = len(self.excused)
        return f"{words}, {aside} can't be tried here" if aside else words


def check_install(
    wheel: Path,
    attempt: int | None,
    interpreter: Interpreter,
    folder: Path,
    check: Callable[[], None],
    *,
    siblings: Mapping[str, Path] = MappingProxyType({}),
) -> CheckResult:
    """Install a wheel into ``folder``, which is empty, and try what is in it. ``check`` may raise to give up.

    ``siblings`` are the folders of the other members of its workspace, by name.

    Raises :class:`ProgramNotStarted` where a program can't even be started, :class:`ArtifactUnreadable` for what is no
    wheel, and ``OSError`` where the scratch folder can't be used.
    """
    copy = folder / wheel.name
    try:
        shutil.copyfile(wheel, copy)
    except FileNotFoundError:
        words = "the wheel was built anew meanwhile, or removed"
        return CheckResult(Check.INSTALL, Verdict.UNKNOWN, words, hint="ask again", attempt=attempt)
    opened = _Wheel.of(copy)
    refused = _other_python(opened, interpreter)
    if refused is not None:
        hint = "start with --python and the path of such a Python, and ask again"
        return CheckResult(Check.INSTALL, Verdict.UNKNOWN, refused, hint=hint, attempt=attempt)
    environment = folder / "environment"
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    place = _Place(folder, python, check, siblings, wheel.parent)
    _write_constraints(place)
    status, said = place.run([str(interpreter.executable), "-m", "venv", "--without-pip", str(environment)])
    if status:
        words = "no environment could be made"
        return CheckResult(Check.INSTALL, Verdict.UNKNOWN, words, (_unknown("venv", said),), attempt=attempt)
    tally = _Tally()
    _try(place, opened, tally)
    rows = tuple(tally.rows)
    verdict = worst(rows)
    counts = {each: sum(row.verdict is each for row in rows) for each in Verdict}
    total = len(rows) + tally.more
    words = {
        Verdict.PASSED: tally.words,
        Verdict.FAILED: f"{counts[Verdict.FAILED]} of {total} failed",
        Verdict.UNKNOWN: f"{total - counts[Verdict.UNKNOWN]} of {total} passed, the rest can't be told",
    }[verdict]
    rows += tuple(tally.excused)
    hint = {
        Verdict.FAILED: "who installs this wheel meets the same: mend it before you publish",
        Verdict.UNKNOWN: "make its dependencies installable here (network, index), and ask again",
    }.get(verdict, "")
    return CheckResult(Check.INSTALL, verdict, words, rows, hint, attempt)


def _other_python(wheel: _Wheel, interpreter: Interpreter) -> str | None:
    """Return why this wheel can't be installed for this Python at all; None: it can."""
    wanted = wheel.metadata.get("Requires-Python")
    version = interpreter.markers["python_full_version"]
    try:
        if wanted is None or SpecifierSet(wanted).contains(version, prereleases=True):
            return None
    except InvalidSpecifier:  # told by the advice, and by the installer
        return None
    return f"this wheel needs Python {wanted}, and the check runs on {interpreter.markers['python_version']}"


def _try(place: _Place, wheel: _Wheel, tally: _Tally) -> None:
    what = f"install {wheel.path.name}"
    status, said = place.run(_install_command(place, wheel.path))
    complete = status == 0
    if complete:
        tally.rows.append(CheckRow(Verdict.PASSED, what))
    else:
        status, alone = place.run(_install_command(place, wheel.path, "--no-deps"))
        if status:
            tally.rows.append(CheckRow(Verdict.FAILED, what, alone))
            return
        tally.rows.append(CheckRow(Verdict.PASSED, what, "without its dependencies"))
        sibling = asked_for(place.siblings, said.splitlines())
        why = said
        if sibling is not None:
            why = (
                f"{sibling} is a member of this workspace, and no index is asked for one: build its wheel into "
                f"{place.wheels} first ({place.siblings[sibling]})"
            )
        tally.rows.append(_unknown("dependencies", why))
    left = _MOST
    for top, names in wheel.modules.items():
        tried, left = names[:left], left - len(names[:left])
        _import(place, wheel, top, tried, tally, complete=complete)
    for group, name, value in wheel.entry_points()[:_MOST]:
        module, _, attributes = value.partition("[")[0].strip().partition(":")
        what = f"{group}: {name}"
        if group in _SCRIPTS and not _script(place, name):
            tally.rows.append(CheckRow(Verdict.FAILED, what, f"no command {name} was installed"))
            continue
        for answer in _answers(place, [f"{module.strip()}:{attributes.strip()}"]):
            tally.rows.append(_verdict(what, answer, wheel, complete=complete))


def _import(place: _Place, wheel: _Wheel, top: str, names: Sequence[str], tally: _Tally, *, complete: bool) -> None:
    """Import a package and all that is in it: a row for the package, and one for each module that does not import."""
    whole: CheckRow | None = None
    inner = 0
    for answer in _answers(place, names):
        row = _verdict(f"import {answer.name}", answer, wheel, complete=complete)
        tally.modules += row.verdict is Verdict.PASSED
        if answer.name == top:
            whole = row
            tally.rows.append(row)
        elif row.verdict is Verdict.PASSED:
            inner += 1
        elif row.verdict is Verdict.FAILED and (excuse := _excuse(answer, wheel)):
            tally.excused.append(_unknown(row.what, excuse))
        else:
            tally.rows.append(row)
    tally.more += inner
    if whole is not None and inner:
        why = f"and {inner:,} {'module' if inner == 1 else 'modules'} in it"
        tally.rows[tally.rows.index(whole)] = replace(whole, why=why)


def _write_constraints(place: _Place) -> None:
    """Have members of the workspace come from their newest wheels beside this one, or from nowhere."""
    built: dict[str, Path] = {}
    for path in sorted(place.wheels.glob("*.whl"), key=lambda path: path.stat().st_mtime):
        known = parse(ArtifactKind.WHEEL, path.name)
        if known is not None and known.release.name in place.siblings:
            built[known.release.name] = path
    lines = [f"{name} @ {path.absolute().as_uri()}" for name, path in built.items()]
    lines += constraints((name for name in place.siblings if name not in built), place.folder)
    place.constraints.write_text("\n".join(lines), encoding="utf-8")


def _install_command(place: _Place, wheel: Path, *more: str) -> list[str]:
    more = ("--constraint", str(place.constraints), *more)
    if installer() == "uv":
        return [_uv(), "pip", "install", "--quiet", "--python", str(place.python), *more, str(wheel)]
    pip = [sys.executable, "-m", "pip", "--python", str(place.python), "install", "--quiet"]
    return [*pip, "--disable-pip-version-check", "--no-input", *more, str(wheel)]


def _uv() -> str:
    try:
        from uv import find_uv_bin  # noqa: PLC0415 (optional: where it is not, the one on PATH serves)
    except ImportError:
        return os.environ.get("UV", "uv")
    return str(find_uv_bin())


def _script(place: _Place, name: str) -> bool:
    return any((place.scripts / f"{name}{ending}").is_file() for ending in ("", ".exe", "-script.py"))


def _answers(place: _Place, asked: Sequence[str]) -> Iterator[_Answer]:
    """Yield what came of importing each: in one process, and in another one after what hangs or ends it."""
    question, answers = place.folder / "asked.json", place.folder / "answers"
    rest = list(asked)
    while rest:
        answers.unlink(missing_ok=True)
        question.write_text(json.dumps(rest), encoding="utf-8")
        late, said = False, ""
        try:
            # Isolated, and in a folder that holds nothing to import: only what was installed is found.
            command = [str(place.python), "-I", str(_LOAD), str(answers), str(question)]
            _, said = place.run(command, seconds=_LOAD_SECONDS, progress=answers)
        except _TookTooLong:
            late = True
        culprit: str | None = rest[0]
        lines = answers.read_bytes().splitlines() if answers.exists() else []
        for line in lines:
            found = json.loads(line)
            culprit = found.get("begins")
            if culprit is None:
                yield _Answer(found["of"], found["error"], found["missing"], found["raised"], found["where"])
        if culprit is None:
            return  # all were tried
        why = f"it did not come to an end within {_LOAD_SECONDS:.0f} seconds"
        if not late:
            why = "\n".join(filter(None, (f"importing {culprit} ended the process", said)))
        yield _Answer(culprit, why)
        rest = [name for name in rest[rest.index(culprit) + 1 :] if not name.startswith(f"{culprit}.")]


def _verdict(what: str, answer: _Answer, wheel: _Wheel, *, complete: bool) -> CheckRow:
    """Tell a failure of the wheel from what it can't help: what it needs is not here, or is not asked for here."""
    if not answer.error:
        return CheckRow(Verdict.PASSED, what)
    missing = answer.missing.partition(".")[0]
    if missing and missing not in wheel.own and not complete:
        return _unknown(what, f"needs {answer.missing}, which is not installed here")
    why = f"{answer.error} ({answer.where})" if answer.where else answer.error
    return CheckRow(Verdict.FAILED, what, why)


def _excuse(answer: _Answer, wheel: _Wheel) -> str:
    """Return why it is no failure that this module can't be imported just so; empty: it is one.

    A package's author would say so of a module, and never of the package itself.
    """
    missing = answer.missing.partition(".")[0]
    if missing and missing in sys.stdlib_module_names:
        return f"needs {missing}, which Python has on other systems only"
    extra = comes_with_an_extra(missing, wheel.requires) if missing and missing not in wheel.own else None
    if extra is not None:
        return f"needs {missing}, which comes with the extra {extra}"
    if answer.raised.partition(".")[0] in wheel.own:
        return f"asks for something first: {answer.error}"
    return ""


def _unknown(what: str, why: str) -> CheckRow:
    return CheckRow(Verdict.UNKNOWN, what, why)
