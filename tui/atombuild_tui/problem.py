"""Something to mend, as a person works on it: where to open the editor, and what to paste into an issue."""

from __future__ import annotations

from dataclasses import dataclass

from atombuild.errors import Location, Report
from atombuild.finding import Finding


@dataclass(frozen=True, slots=True)
class Problem:
    """An error or a piece of advice."""

    text: str
    """All of it, without frames and colours, as lines."""

    where: Location | None
    """Absolute."""


def problem_of_report(report: Report) -> Problem:
    """Return an error as a problem."""
    lines = [report.what]
    if report.where is not None:
        lines.append(f"where: {report.where}")
    lines += [f"why: {reason}" for reason in report.why]
    lines.append(f"next: {report.hint}")
    return Problem("\n".join(lines), report.where)


def problem_of_finding(finding: Finding) -> Problem:
    """Return advice as a problem."""
    lines = (
        f"{finding.severity.value}: {finding.words}",
        f"where: {finding.where} ({finding.code})",
        f"next: {finding.remedy}",
    )
    return Problem("\n".join(lines), finding.where)
