"""Everything that can go wrong, as one tree.

    AtombuildError
    ├── UserMistake              the project or the command can be mended by its author
    │   ├── ProjectMissing       no such folder, or no pyproject.toml in it
    │   ├── PyprojectUnreadable  pyproject.toml is there and can't be read
    │   ├── ProjectInvalid       pyproject.toml says something it may not: every problem at once
    │   ├── SourceRejected       the files of the project can't make this distribution
    │   ├── SdistRejected        an sdist file can't be unpacked, or not safely
    │   └── UsageMistake         the command line
    ├── BackendFailure           a build backend that is not ours broke off, or made what must not be published
    │   └── EnvironmentFailure   what the backend needs could not be installed
    ├── MachineFailure           the operating system refused: disk full, permission, a file in the way
    │   ├── SourceUnreadable     a source file could not be read, or changed while it was read
    │   ├── OutputUnusable       the output directory can't be opened, created, locked or written
    │   ├── RemovalRefused       an old artifact could not be removed
    │   ├── WriteFailed          the new artifact could not be written
    │   ├── SpoolFailed          a temporary file for a very large member could not be written
    │   ├── KeptUnreadable       what the last build left can't be read back
    │   ├── StagedUnreadable     what a backend wrote can't be read back
    │   ├── ProgramNotStarted    an interpreter, a backend's helper or the project's command could not be started
    │   ├── PersistFailed        the new artifact is whole and could not get its final name
    │   └── SyncFailed           the artifact stands, but the disk did not confirm it
    ├── ArtifactUnreadable       an artifact that somebody looks into is gone, damaged, or too much
    ├── Cancelled                somebody asked to stop; not a failure
    └── OurBug                   none of the above: a defect of atombuild itself

An error carries fields; words are composed late, by :meth:`AtombuildError.reports`. A report always says what
happened and what to do next, and where and why whenever that is known. Its :class:`Blame` tells the branches apart
on screen.
"""

from __future__ import annotations

import enum
import errno
import logging
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from atombuild.bug_report import write_bug_report

_LOG: Final = logging.getLogger(__name__)
_LOG.addHandler(logging.NullHandler())  # without one, logging writes to standard error by itself


class Blame(enum.Enum):
    """Whose turn it is to act; each value has its own heading on screen."""

    MISTAKE = "mistake"
    """The author of the project, or who typed the command."""

    BACKEND = "backend"
    """A build backend that is not ours."""

    MACHINE = "machine"
    """The disk, the permissions, another program holding a file."""

    BUG = "bug"
    """We, the founders."""

    @property
    def heading(self) -> str:
        """The words that introduce a report of this kind."""
        return _HEADINGS[self]


_HEADINGS: Final = {
    Blame.MISTAKE: "to mend in the project",
    Blame.BACKEND: "the build backend failed",
    Blame.MACHINE: "the machine refused",
    Blame.BUG: "a bug in atombuild",
}


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a text file, as an editor counts it."""

    path: Path
    """The file."""

    line: int | None = None
    """From 1, or None for the file as a whole."""

    column: int | None = None
    """In characters, from 1, or None for the line as a whole."""

    def __str__(self) -> str:
        """``path:line:column``, the form that terminals and editors follow."""
        parts = [str(self.path)]
        if self.line is not None:
            parts.append(str(self.line))
            if self.column is not None:
                parts.append(str(self.column))
        return ":".join(parts)


@dataclass(frozen=True, slots=True)
class Report:
    """One problem, in the words a person reads. Not sanitised: it may quote a project's own text."""

    blame: Blame
    """Whose turn it is."""

    what: str
    """What happened, one sentence without a full stop."""

    hint: str
    """What to do next."""

    where: Location | None = None
    """The file, and the line where there is one."""

    why: tuple[str, ...] = ()
    """The causes, outermost first; each may hold several lines."""

    @property
    def one_line(self) -> str:
        """What happened and why, where there is one line for both."""
        return f"{self.what}: {'; '.join(self.why)}" if self.why else self.what


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a project's description; :class:`ProjectInvalid` collects them."""

    what: str
    """What is wrong; where uv has words for it, these are uv's."""

    hint: str
    """What to write instead."""

    where: Location | None = None
    """The offending value."""

    why: tuple[str, ...] = ()
    """Causes, outermost first."""


class AtombuildError(Exception):
    """The root of the tree: whatever we raise on purpose is one of these."""

    blame: Blame = Blame.MISTAKE

    def reports(self) -> tuple[Report, ...]:
        """Words for people; never empty."""
        raise NotImplementedError  # every leaf composes its own

    def __str__(self) -> str:
        """All reports in a line, for logs and test output."""
        return "; ".join(f"{report.where}: {report.what}" if report.where else report.what for report in self.reports())


class UserMistake(AtombuildError):
    """The project or the command can be mended by its author."""


class ProjectMissing(UserMistake):
    """There is no project at this path."""

    def __init__(self, path: Path, *, why: str, was_here: bool = False) -> None:
        """``was_here``: it was built before, so that nobody is in the wrong folder."""
        super().__init__(path, why)
        self.path = path
        self.why = why
        self.was_here = was_here

    def reports(self) -> tuple[Report, ...]:
        """One report, naming the folder."""
        hint = (
            "put it back: it was built here before"
            if self.was_here
            else "go to the folder that holds pyproject.toml, or name it: atombuild-tui PATH "
            "(atombuild-tui --demo shows a sample project)"
        )
        return (Report(self.blame, f"no Python project at {self.path}", hint, why=(self.why,)),)


class PyprojectUnreadable(UserMistake):
    """``pyproject.toml`` is there, but the operating system does not let us read it."""

    def __init__(self, path: Path, reason: OSError) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def reports(self) -> tuple[Report, ...]:
        """One report with the system's reason."""
        return (
            Report(
                self.blame,
                "pyproject.toml can't be read",
                f"make it a regular file that you may read: ls -l {self.path}",
                where=Location(self.path),
                why=(system_reason(self.reason),),
            ),
        )


class ProjectInvalid(UserMistake):
    """``pyproject.toml`` holds one or more problems; all of them are here."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def reports(self) -> tuple[Report, ...]:
        """One report a problem, in the order of the file."""
        return tuple(Report(self.blame, p.what, p.hint, where=p.where, why=p.why) for p in self.problems)


class SourceRejected(UserMistake):
    """The files of the project can't make this distribution: a missing module, a bad glob, a FIFO."""

    def __init__(self, what: str, *, hint: str, where: Location | None = None, why: tuple[str, ...] = ()) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.where = where
        self.why = why

    def reports(self) -> tuple[Report, ...]:
        """One report."""
        return (Report(self.blame, self.what, self.hint, where=self.where, why=self.why),)


class SdistRejected(UserMistake):
    """An sdist that was given as a source is damaged, holds what no sdist may hold, or is not what it is called."""

    def __init__(self, path: Path, why: str, *, hint: str, doing: str = "unpacked", member: str | None = None) -> None:
        """``doing``: what can't be done with it. ``member``: the one at fault, without the top folder."""
        super().__init__(path, why)
        self.path = path
        self.why = why
        self.hint = hint
        self.doing = doing
        self.member = member

    def reports(self) -> tuple[Report, ...]:
        """One report, naming the sdist; ``why`` names the member."""
        return (
            Report(
                self.blame,
                f"the sdist {self.path.name} can't be {self.doing}",
                self.hint,
                where=Location(self.path),
                why=(self.why,),
            ),
        )


class UsageMistake(UserMistake):
    """The command line, or a variable of its environment, asks for something that can't be.

    It says nothing about the project, so no artifact falls for it.
    """

    def __init__(self, what: str, *, hint: str, where: Location | None = None, why: tuple[str, ...] = ()) -> None:
        """``where``: the line of a file that an option or a variable names."""
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.where = where
        self.why = why

    def reports(self) -> tuple[Report, ...]:
        """One report."""
        return (Report(self.blame, self.what, self.hint, where=self.where, why=self.why),)


class BackendFailure(AtombuildError):
    """A build backend that is not ours broke off, or made what must not be published."""

    blame = Blame.BACKEND

    def __init__(self, what: str, *, hint: str, where: Location | None = None, why: tuple[str, ...] = ()) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.where = where
        self.why = why

    def reports(self) -> tuple[Report, ...]:
        """One report."""
        return (Report(self.blame, self.what, self.hint, where=self.where, why=self.why),)


class EnvironmentFailure(BackendFailure):
    """The environment that a build backend runs in could not be made: no network, no such package, a conflict."""


class MachineFailure(AtombuildError):
    """The operating system refused. ``reason`` is its own error and nothing more."""

    blame = Blame.MACHINE

    def __init__(self, path: Path, reason: OSError) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    @property
    def what(self) -> str:
        """What could not be done."""
        raise NotImplementedError  # every leaf names its own act

    def reports(self) -> tuple[Report, ...]:
        """One report, with the system's words and a hint that fits its number."""
        return (
            Report(
                self.blame, self.what, remedy(self.reason), where=Location(self.path), why=(system_reason(self.reason),)
            ),
        )


class SourceUnreadable(MachineFailure):
    """A source file could not be read."""

    @property
    def what(self) -> str:
        """Names the file."""
        return f"the source file {self.path.name} could not be read"

    def reports(self) -> tuple[Report, ...]:
        """As of any refusal, but with hints for what is no output of ours."""
        (report,) = super().reports()
        hint = _SOURCE_REMEDIES.get(self.reason.errno or 0)
        return (report if hint is None else replace(report, hint=hint),)


_SOURCE_REMEDIES: Final = {
    errno.ENOENT: "it went away during the build: build again, and exclude it if a tool puts it there now and then",
    errno.ELOOP: "its links lead in a circle, or from one to the next without end: remove it, or exclude it",
    errno.ENAMETOOLONG: "its path is too long for this system: move it up, or exclude the folder that holds it",
    errno.EACCES: "check who owns it and its permissions, or exclude it",
}


class StagedUnreadable(MachineFailure):
    """What a build backend wrote for us could not be read back, so nobody knows what it is."""

    @property
    def what(self) -> str:
        """Names the file, or the folder that the backend was given."""
        return f"what the backend wrote can't be read: {self.path.name}"


class OutputUnusable(MachineFailure):
    """The output directory can't be opened, created, locked or written; no old artifact was looked at."""

    @property
    def what(self) -> str:
        """Names the directory."""
        return f"the output directory {self.path.name} can't be used"


class RemovalRefused(MachineFailure):
    """An old artifact could not be removed, so the build did not start."""

    @property
    def what(self) -> str:
        """Names the old artifact."""
        return f"the old artifact {self.path.name} could not be removed, so the build did not start"


class WriteFailed(MachineFailure):
    """The new artifact could not be written to its temporary file."""

    @property
    def what(self) -> str:
        """Names the target."""
        return f"{self.path.name} could not be written"


class SpoolFailed(MachineFailure):
    """What a very large file became could not be written to a temporary file. ``path`` is the folder of those."""

    @property
    def what(self) -> str:
        """Names the folder."""
        return f"a temporary file in {self.path} could not be written"


class KeptUnreadable(MachineFailure):
    """What the last build left in a file can't be read back, or is not what was written. ``path`` is the artifact."""

    @property
    def what(self) -> str:
        """Names the artifact."""
        return f"what the last build left of {self.path.name} can't be read back"


class ProgramNotStarted(MachineFailure):
    """A program could not be started. ``path`` is the program as it was named."""

    def __init__(self, path: Path, reason: OSError, *, hint: str) -> None:
        super().__init__(path, reason)
        self.hint = hint

    @property
    def what(self) -> str:
        """Names the program."""
        return f"{self.path} could not be started"

    def reports(self) -> tuple[Report, ...]:
        """As of any refusal; what to do depends on who starts it, and its place is in its name."""
        (report,) = super().reports()
        return (replace(report, hint=self.hint, where=None),)


class PersistFailed(MachineFailure):
    """The new artifact is whole and could not get its final name. ``path`` is that name."""

    @property
    def what(self) -> str:
        """Names the target."""
        return f"the finished build could not be put in place as {self.path.name}"


class SyncFailed(MachineFailure):
    """The artifact stands under its name, but the disk did not confirm that the name is safe."""

    @property
    def what(self) -> str:
        """Names the target."""
        return f"{self.path.name} is in place, but the disk did not confirm it"


class ArtifactUnreadable(AtombuildError):
    """An artifact that somebody wants to look into is gone, damaged, or more than anybody can look at."""

    blame = Blame.MACHINE

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(path, why)
        self.path = path
        self.why = why

    def reports(self) -> tuple[Report, ...]:
        """One report, naming the artifact."""
        return (
            Report(
                self.blame,
                f"{self.path.name} can't be looked into",
                "build it again with b",
                where=Location(self.path),
                why=(self.why,),
            ),
        )


class Cancelled(AtombuildError):
    """Somebody asked to stop. Not a failure: views say "cancelled", not "failed"."""

    def reports(self) -> tuple[Report, ...]:
        """One report, for logs."""
        return (Report(self.blame, "cancelled on request", "press b to build again"),)


class OurBug(AtombuildError):
    """A defect of atombuild itself, wrapped where an attempt ends so that the promise survives it."""

    blame = Blame.BUG

    def __init__(self, cause: BaseException, *, doing: str) -> None:
        super().__init__(cause, doing)
        self.cause = cause
        self.doing = doing
        self.report = write_bug_report(cause, doing)
        """Where it is written down, for whoever wants to send it; None: nowhere."""

        _LOG.error("a defect of ours, while %s", doing, exc_info=cause)

    def reports(self) -> tuple[Report, ...]:
        """One report with the innermost frame, so that a bug report can start from it."""
        frame = self.cause.__traceback__
        where = None
        while frame is not None:
            where = Location(Path(frame.tb_frame.f_code.co_filename), frame.tb_lineno)
            frame = frame.tb_next
        return (
            Report(
                self.blame,
                f"atombuild itself failed while {self.doing}",
                f"we are sorry: this is our defect, not yours. {self._please}",
                where=where,
                why=(f"{type(self.cause).__name__}: {self.cause}",),
            ),
        )

    @property
    def _please(self) -> str:
        if self.report is None:
            return "Please report it with the lines above"
        return f"Please send us {self.report}, which says what we need to know"


def system_reason(error: OSError) -> str:
    """Return the operating system's reason alone, without paths or Python's decoration."""
    if error.errno is None:
        return str(error) or type(error).__name__
    words = error.strerror or os.strerror(error.errno)
    return f"{words} ({errno.errorcode.get(error.errno, error.errno)})"


_REMEDIES: Final = {
    errno.ENOSPC: "free some space on that disk; the next build starts clean",
    errno.EDQUOT: "your quota is used up: free some space; the next build starts clean",
    errno.EROFS: "the file system is read-only: choose another place with --out-dir, or remount it",
    errno.EACCES: "check who owns it and its permissions, or choose another place with --out-dir",
    errno.EPERM: "the system forbids it (an immutable flag, or another owner): look with lsattr and ls -l",
    errno.EISDIR: "a folder stands in its place: move that folder away",
    errno.ENOTDIR: "a file stands where a folder is needed: move it away, or choose another place with --out-dir",
    errno.ELOOP: "a symbolic link stands in its place: give the real folder with --out-dir, or remove the link",
    errno.EEXIST: "something else appeared under that name meanwhile: move it away, then build again",
    errno.ENOENT: "it vanished: check that the folder is still there, then build again",
    errno.EMFILE: "too many files are open: raise the limit (ulimit -n)",
    errno.ENAMETOOLONG: "the name is too long for this file system: shorten the project's name or version",
    errno.EBUSY: "another program holds it: close that program, then build again",
    errno.EIO: "the disk reported an error: look at the system log (dmesg) before you trust it again",
}


def remedy(error: OSError) -> str:
    """Return what to do about an error of the operating system."""
    return _REMEDIES.get(error.errno or 0, "mend the cause, then build again")
