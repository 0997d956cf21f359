"""Does the wheel install: into an environment of its own, its modules imported there, its entry points loaded.

This runs the project's code, as every user of the wheel will.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from atombuild.checks.result import Check, CheckResult, CheckRow, Verdict, worst
from atombuild.inspection.contents import Contents, read_contents
from atombuild.inspection.text import entry_points, read_member
from atombuild.isolated.environment import installer
from atombuild.isolated.interpreter import Interpreter
from atombuild.processes import run_process
from atombuild.status import ArtifactKind

_LOAD: Final = Path(__file__).parent / "inside" / "load.py"
_LOAD_SECONDS: Final = 60.0
_MOST: Final = 200
"""Modules and entry points that are tried."""

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

    @property
    def scripts(self) -> Path:
        return self.python.parent

    def run(self, command: list[str], *, seconds: float | None = None) -> tuple[int, str]:
        """Run a command there; return its status and its last words. Raises :class:`_TookTooLong`."""
        said = bytearray()
        until = None if seconds is None else time.monotonic() + seconds

        def hear(data: bytes) -> None:
            said.extend(data)
            del said[: -(1 << 16)]

        def check() -> None:
            self.check()
            if until is not None and time.monotonic() > until:
                raise _TookTooLong

        environ = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
        ended = run_process(command, str(self.folder), environ, hear, check)
        lines = [line for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
        return ended.status, "\n".join(lines[-_LAST_WORDS:])


def check_install(
    wheel: Path, attempt: int | None, interpreter: Interpreter, folder: Path, check: Callable[[], None]
) -> CheckResult:
    """Install a wheel into ``folder``, which is empty, and try what is in it. ``check`` may raise to give up.

    Raises :class:`ProgramNotStarted` where a program can't even be started, :class:`ArtifactUnreadable` for what is no
    wheel, and ``OSError`` where the scratch folder can't be used.
    """
    copy = folder / wheel.name
    try:
        shutil.copyfile(wheel, copy)
    except FileNotFoundError:
        words = "the wheel was built anew meanwhile, or removed"
        return CheckResult(Check.INSTALL, Verdict.UNKNOWN, words, hint="ask again", attempt=attempt)
    contents = read_contents(copy, ArtifactKind.WHEEL)
    environment = folder / "environment"
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    place = _Place(folder, python, check)
    status, said = place.run([str(interpreter.executable), "-m", "venv", "--without-pip", str(environment)])
    if status:
        words = "no environment could be made"
        return CheckResult(Check.INSTALL, Verdict.UNKNOWN, words, (_unknown("venv", said),), attempt=attempt)
    rows = tuple(_tried(place, copy, contents))
    verdict = worst(rows)
    counted = sum(1 for row in rows if row.verdict is Verdict.PASSED)
    words = {
        Verdict.PASSED: "it installs, and all of it can be imported",
        Verdict.FAILED: f"{sum(1 for row in rows if row.verdict is Verdict.FAILED)} of {len(rows)} failed",
        Verdict.UNKNOWN: f"{counted} of {len(rows)} passed, the rest can't be told",
    }[verdict]
    hint = {
        Verdict.FAILED: "who installs this wheel meets the same: mend it before you publish",
        Verdict.UNKNOWN: "make its dependencies installable here (network, index), and ask again",
    }.get(verdict, "")
    return CheckResult(Check.INSTALL, verdict, words, rows, hint, attempt)


def _tried(place: _Place, wheel: Path, contents: Contents) -> Iterator[CheckRow]:
    status, said = place.run(_install_command(place, wheel))
    complete = status == 0
    if not complete:
        status, alone = place.run(_install_command(place, wheel, "--no-deps"))
        if status:
            yield CheckRow(Verdict.FAILED, f"install {wheel.name}", alone)
            return
        yield CheckRow(Verdict.PASSED, f"install {wheel.name}", "without its dependencies")
        yield _unknown("dependencies", said)
    else:
        yield CheckRow(Verdict.PASSED, f"install {wheel.name}")
    modules = _modules(contents)
    own = {name.partition(".")[0] for name in modules}
    for name in modules[:_MOST]:
        yield _loaded(place, f"import {name}", name, "", own, complete=complete)
    record = next((each.path for each in contents.members if each.path.endswith(".dist-info/entry_points.txt")), None)
    if record is None:
        return
    for group, name, value in entry_points(read_member(wheel, ArtifactKind.WHEEL, record).text)[:_MOST]:
        module, _, attributes = value.partition("[")[0].strip().partition(":")
        what = f"{group}: {name}"
        if group in _SCRIPTS and not _script(place, name):
            yield CheckRow(Verdict.FAILED, what, f"no command {name} was installed")
            continue
        yield _loaded(place, what, module.strip(), attributes.strip(), own, complete=complete)


def _install_command(place: _Place, wheel: Path, *more: str) -> list[str]:
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


def _loaded(place: _Place, what: str, module: str, attributes: str, own: set[str], *, complete: bool) -> CheckRow:
    answer = place.folder / "answer.json"
    answer.unlink(missing_ok=True)
    try:
        # Isolated, and in a folder that holds nothing to import: only what was installed is found.
        _, said = place.run(
            [str(place.python), "-I", str(_LOAD), str(answer), module, attributes], seconds=_LOAD_SECONDS
        )
    except _TookTooLong:
        return CheckRow(Verdict.FAILED, what, f"it did not come to an end within {_LOAD_SECONDS:.0f} seconds")
    try:
        found = json.loads(answer.read_text(encoding="utf-8"))
        error, missing, where = str(found["error"]), str(found["missing"]), str(found["where"])
    except (OSError, ValueError, KeyError, TypeError):
        return CheckRow(Verdict.FAILED, what, said or "the interpreter ended without a word")
    if not error:
        return CheckRow(Verdict.PASSED, what)
    why = f"{error} ({where})" if where else error
    if missing and not complete and missing.partition(".")[0] not in own:
        return CheckRow(Verdict.UNKNOWN, what, f"needs {missing}, which is not installed here")
    return CheckRow(Verdict.FAILED, what, why)


def _unknown(what: str, why: str) -> CheckRow:
    return CheckRow(Verdict.UNKNOWN, what, why)


def _modules(contents: Contents) -> list[str]:
    """Return what can be imported at the top: modules, packages, and the outermost packages of namespaces."""
    packages: set[str] = set()
    modules: set[str] = set()
    for member in contents.members:
        parts = member.path.split("/")
        if parts[0].endswith((".dist-info", ".data")) or not all(each.isidentifier() for each in parts[:-1]):
            continue
        stem, _, ending = parts[-1].partition(".")
        if not stem.isidentifier() or not ending.endswith(("py", "so", "pyd")) or stem == "__main__":
            continue
        (packages if stem == "__init__" else modules).add(
            ".".join(parts[:-1] if stem == "__init__" else [*parts[:-1], stem])
        )
    top = {name for name in packages if not _inside(name, packages)}
    top |= {name for name in modules if not _inside(name, packages)}
    return sorted(top)


def _inside(name: str, packages: set[str]) -> bool:
    parts = name.split(".")
    return any(".".join(parts[:count]) in packages for count in range(1, len(parts)))
