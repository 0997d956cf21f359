"""The hooks of one project's backend (PEP 517), called through ``pyproject-hooks``, and what goes wrong in them."""

from __future__ import annotations

import contextlib
import json
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from pyproject_hooks import BackendUnavailable, BuildBackendHookCaller, HookMissing, UnsupportedOperation

from atombuild.errors import BackendFailure, Location
from atombuild.events import Event, Level, Log
from atombuild.isolated.description import Description
from atombuild.isolated.environment import Environment
from atombuild.isolated.named_key import named_key
from atombuild.isolated.options import ConfigSettings
from atombuild.isolated.process import Call, HookProcesses
from atombuild.output import ProgramOutput
from atombuild.processes import Ended
from atombuild.status import ArtifactKind
from atombuild.units import seconds_words

_LINES_OF_WHY: Final = 12
_FRAMES_OF_WHY: Final = 4
_LARGEST_REPORT: Final = 64 << 20


class HookAbsent(BackendFailure):
    """The backend lacks a hook."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What hook calls share during one attempt."""

    processes: HookProcesses
    environment: Environment
    settings: ConfigSettings
    extra_environ: Mapping[str, str]
    timeout: float | None
    lock: int | None
    emit: Callable[[Event], None]
    check: Callable[[], None]
    """Raises to break a hook off."""


@dataclass(slots=True)
class Hooks:
    """The hooks of the backend of the project in one folder."""

    folder: Path
    description: Description
    around: Surroundings
    written: set[str] = field(default_factory=set)
    """What hooks wrote below the folder, relative to it."""

    home: Path | None = None
    """The project's own folder, where ``folder`` is a copy of it."""

    _report: Mapping[str, Any] = field(default_factory=dict)
    _last_lines: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The backend, as people name it."""
        return self.description.backend.partition(":")[0]

    def requires(self, kind: ArtifactKind, *, editable: bool = False) -> tuple[str, ...]:
        """Return what the backend needs besides ``build-system.requires``. Raises :class:`BackendFailure`."""
        hook = f"get_requires_for_build_{'editable' if editable else kind.value}"
        answer = self._call(hook, lambda caller: getattr(caller, hook)(self._settings()))
        if not isinstance(answer, list) or not all(isinstance(each, str) for each in answer):
            raise BackendFailure(
                f"{self.name} answered {hook} with {_shown(answer)}, which is no list of requirements",
                hint="report it to the backend's maintainers (PEP 517, get_requires_for_build)",
            )
        return tuple(answer)

    def metadata(self, folder: Path, *, build_if_missing: bool = True) -> Path | None:
        """Have the metadata written below ``folder``; return the ``.dist-info`` folder. Raises :class:`BackendFailure`.

        A backend without that hook builds a wheel for it (``pyproject-hooks`` does so) if ``build_if_missing``;
        otherwise there is none.
        """
        hook = "prepare_metadata_for_build_wheel"
        missing = object()

        def call(caller: BuildBackendHookCaller) -> object:
            try:
                return getattr(caller, hook)(str(folder), self._settings(), _allow_fallback=build_if_missing)
            except HookMissing:
                return missing

        answer = self._call(hook, call)
        if answer is missing:
            return None
        if isinstance(answer, str) and (folder / answer / "METADATA").is_file():
            return folder / answer
        raise BackendFailure(
            f"{self.name} prepared no metadata: it answered {_shown(answer)}",
            hint="report it to the backend's maintainers (PEP 517, prepare_metadata_for_build_wheel)",
        )

    def build(self, kind: ArtifactKind, folder: Path, *, editable: bool = False) -> object:
        """Have an artifact written into ``folder``; return what the backend says. Raises :class:`BackendFailure`.

        ``editable``: the wheel of PEP 660; raises :class:`HookAbsent` where the backend makes none.
        """

        def call(caller: BuildBackendHookCaller) -> object:
            if editable:
                return caller.build_editable(str(folder), self._settings())
            if kind is ArtifactKind.SDIST:
                return caller.build_sdist(str(folder), self._settings())
            return caller.build_wheel(str(folder), self._settings())

        return self._call("build_editable" if editable else f"build_{kind.value}", call)

    def _settings(self) -> dict[str, Any]:
        return dict(self.around.settings)

    def _call(self, hook: str, call: Callable[[BuildBackendHookCaller], object]) -> object:
        """Call one hook, and tell apart how it may fail."""
        began = time.monotonic()
        self._report = {}
        self._last_lines = ()
        ended: list[Ended] = []

        def run(cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None) -> None:
            ended.append(self._run(cmd, cwd or str(self.folder), extra_environ or {}, hook))
            if ended[0].status != 0:
                raise _Failed

        caller = BuildBackendHookCaller(
            str(self.folder),
            self.description.backend,
            backend_path=list(self.description.backend_path) or None,
            runner=run,
            python_executable=str(self.around.environment.python),
        )
        try:
            answer = call(caller)
        except _Failed:
            raise self._broke_off(hook, ended[0]) from None
        except BackendUnavailable as error:
            raise self._unavailable(error) from None
        except HookMissing:
            raise HookAbsent(
                f"{self.name} has no hook {hook}",
                hint="check build-backend and its module: every backend has build_wheel and build_sdist (PEP 517)",
                where=self.description.where,
            ) from None
        except UnsupportedOperation as error:
            raise BackendFailure(
                f"{self.name} can't make an sdist of this project",
                hint="build the wheel alone from the tree: --wheel",
                why=_last(error.traceback),
            ) from None
        except (OSError, ValueError) as error:
            # The hook said that it is done, and left no answer that could be read.
            raise BackendFailure(
                f"{self.name} gave no answer to {hook}",
                hint="report it to the backend's maintainers",
                why=(str(error), *self._last_lines[-_LINES_OF_WHY:]),
            ) from error
        self.around.emit(Log((f"{self.name} {hook}: {seconds_words(time.monotonic() - began)}",), Level.DETAIL))
        return answer

    def _run(self, command: Sequence[str], cwd: str, extra_environ: Mapping[str, str], hook: str) -> Ended:
        _, script, *arguments = command
        report = str(Path(arguments[-1]) / "atombuild.json")
        environ = {**self.around.environment.environ(), **self.around.extra_environ, **extra_environ}
        in_tree = self.description.backend_path
        call = Call(
            (report, str(self.folder), script, *arguments),
            cwd,
            environ,
            self.around.lock,
            None if in_tree else self.name,
            tuple(str(self.folder / each) for each in ("", "src", *in_tree)),
        )
        output = ProgramOutput(lambda lines: self.around.emit(Log(lines, Level.DETAIL)))
        deadline = None if self.around.timeout is None else time.monotonic() + self.around.timeout

        def check() -> None:
            self.around.check()
            if deadline is not None and time.monotonic() > deadline:
                raise BackendFailure(
                    f"{self.name} took longer than {seconds_words(self.around.timeout or 0)} in {hook}, and was ended",
                    hint="raise hook-timeout under [tool.atombuild], or look with --plain what it waits for",
                )

        try:
            ended = self.around.processes.run(call, output.hear, check)
            _take_warnings(Path(arguments[-1]) / "output.json", output.hear)
        finally:
            self._last_lines = output.close()
            self._read_report(report)
        if ended.strays:
            left = "a process" if ended.strays == 1 else f"{ended.strays} processes"
            self.around.emit(Log((f"ended {left} that {self.name} left running",), Level.WARNING))
        return ended

    def _read_report(self, path: str) -> None:
        with contextlib.suppress(OSError, ValueError), Path(path).open("rb") as file:  # killed before it was written
            report = json.loads(file.read(_LARGEST_REPORT).decode("utf-8", "surrogateescape"))
            if isinstance(report, dict):
                self._report = report
        with contextlib.suppress(OSError), Path(f"{path}.writes").open("rb") as file:
            for line in file.read(_LARGEST_REPORT).decode("utf-8", "surrogateescape").splitlines():
                # What an earlier hook removed and this one makes again is no new folder.
                remade = line.endswith("/") and line not in self.written and line[:-1] in self.written
                if line and not remade:
                    self.written.add(line)

    def _broke_off(self, hook: str, ended: Ended) -> BackendFailure:
        error = self._report.get("error")
        if ended.status < 0:
            return BackendFailure(
                f"{self.name} was killed in {hook} ({_signal_name(-ended.status)})",
                hint="if nobody did that on purpose: look at the system log (dmesg), memory may have run out",
                why=_last("\n".join(self._last_lines)),
            )
        exit_alone = isinstance(error, dict) and error.get("type") == "SystemExit" and error["words"].isdigit()
        if isinstance(error, dict) and not exit_alone:
            words = f"{error.get('type')}: {error.get('words')}".strip().removesuffix(":").removeprefix("SystemExit: ")
            first, _, rest = words.strip().partition("\n")
            said = () if error.get("frames") and error.get("type") != "SystemExit" else self._last_lines
            why = (_last(rest, keep_first=True), _frames(error), _last("\n".join(said)))
            return BackendFailure(
                f"{self.name} broke off in {hook}: {first}",
                hint="mend what it complains about; the log has all that it said",
                where=self._where(words, error.get("place")),
                why=tuple(each for part in why for each in part if each.strip() != first.strip()),
            )
        return BackendFailure(
            f"{self.name} ended with status {ended.status} in {hook}",
            hint="mend what it complains about; the log has all that it said",
            why=_last("\n".join(self._last_lines)),
        )

    def _where(self, words: str, place: object) -> Location | None:
        """Return which key of pyproject.toml an error names, or which line of the project's own code raised it."""
        where = None
        if self.description.pyproject is not None:
            where = named_key(words, self.description.pyproject, self.description.backend)
        if where is None and isinstance(place, list):
            where = Location(Path(str(place[0])), place[1] if isinstance(place[1], int) else None)
        return where if where is None or self.home is None else replace(where, path=self._at_home(where.path))

    def _at_home(self, path: Path) -> Path:
        """Return the project's own file, where this one is a copy of it that goes when the build is over."""
        if self.home is None or not path.is_relative_to(self.folder):
            return path
        own = self.home / path.relative_to(self.folder)
        with contextlib.suppress(OSError):
            if own.read_bytes() == path.read_bytes():
                return own
        return path

    def _unavailable(self, error: BackendUnavailable) -> BackendFailure:
        return BackendFailure(
            f"the build backend {self.name} can't be imported",
            hint="check build-backend, and that requires names the distribution that holds it",
            where=self.description.where,
            why=_last(error.traceback or str(error)),
        )


def _take_warnings(answer: Path, hear: Callable[[bytes], None]) -> None:
    """Put the warnings in a hook's answer among its output.

    ``pyproject-hooks`` would warn again in our process: over the screen, and with ``-W error`` as an exception.
    """
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):  # pyproject-hooks tells what is wrong with it
        data = json.loads(answer.read_text(encoding="utf-8"))
        given = data.pop("warnings")
        if given:
            answer.write_text(json.dumps(data), encoding="utf-8")
            lines = [f"{each['filename']}:{each['lineno']}: {each['message']}\n" for each in given]
            hear("".join(lines).encode("utf-8", "backslashreplace"))


class _Failed(Exception):
    """The hook's process did not end well."""


def _last(text: str, *, keep_first: bool = False) -> tuple[str, ...]:
    """Return the last lines of a text, or its first ones."""
    lines = [line for line in text.splitlines() if line.strip()]
    shown = lines[:_LINES_OF_WHY] if keep_first else lines[-_LINES_OF_WHY:]
    return ("\n".join(shown),) if shown else ()


def _frames(error: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the innermost frames of a traceback, each of them whole, and that of the project's own code."""
    frames, own = error.get("frames"), error.get("own_frame")
    if not isinstance(frames, list) or not frames or error.get("type") == "SystemExit":
        return ()
    shown = [str(frame).rstrip("\n") for frame in frames[-_FRAMES_OF_WHY:]]
    if isinstance(own, int) and 0 <= own < len(frames) - _FRAMES_OF_WHY:
        shown = [str(frames[own]).rstrip("\n"), "  …", *shown]
    return ("\n".join(shown),)


def _signal_name(number: int) -> str:
    with contextlib.suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"


def _shown(answer: object) -> str:
    text = repr(answer)
    return text if len(text) <= 100 else text[:100] + "…"  # noqa: PLR2004 (a line)
