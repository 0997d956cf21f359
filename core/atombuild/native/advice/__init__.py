"""Advice for authors of packages: what uv_build builds without a word, or with a mere warning, and should not.

Nothing is built for it, and nothing of the project runs. What is said comes from the selections of the builds
themselves, so that advice can't disagree with a build.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from atombuild.advice.document import advise_on_document
from atombuild.advice.silence import without_silenced
from atombuild.errors import AtombuildError, Cancelled
from atombuild.finding import Finding, Severity
from atombuild.native.advice.contents import advise_on_contents
from atombuild.native.advice.licences import advise_on_licence_files
from atombuild.native.advice.memory import AdviceMemory
from atombuild.native.advice.metadata import advise_on_metadata, advise_on_readme
from atombuild.native.advice.packages import advise_on_packages
from atombuild.native.advice.patterns import advise_on_patterns
from atombuild.native.advice.survey import survey
from atombuild.native.tree import SourceTree
from atombuild.project.model import Project

_ORDER = tuple(Severity)


def advise(
    project: Project,
    tree: SourceTree,
    breathe: Callable[[], object] = lambda: None,
    memory: AdviceMemory | None = None,
    others: Iterable[Finding] = (),
) -> tuple[Finding, ...]:
    """Return the findings that the author has not silenced, what matters most first.

    Never raises for what is wrong with the project: a build says that, and what can be said besides is said here.
    ``breathe`` is called for every folder that is looked at; what it raises, :class:`Cancelled` first of all, is passed
    on. ``memory`` is what the last advice on this project learned. ``others`` are about more than the project.
    """
    findings = [*others, *advise_on_document(project.pyproject), *advise_on_project(project, tree, breathe, memory)]
    return tuple(sorted(without_silenced(findings, project.pyproject), key=_rank))


def advise_on_project(
    project: Project, tree: SourceTree, breathe: Callable[[], object], memory: AdviceMemory | None = None
) -> Iterator[Finding]:
    """Yield what the values and files of a project of uv_build show. See :func:`advise`."""
    yield from advise_on_metadata(project)
    try:
        yield from _on_files(project, tree, breathe, memory)
    except Cancelled:
        raise
    except AtombuildError:
        return  # a folder that can't be read: every build says so


def _on_files(
    project: Project, tree: SourceTree, breathe: Callable[[], object], memory: AdviceMemory | None
) -> Iterator[Finding]:
    seen = survey(project, tree, breathe, memory)
    if seen is not None:
        yield from advise_on_licence_files(seen)
        yield from advise_on_readme(seen)
        yield from advise_on_patterns(seen)
        yield from advise_on_contents(seen, breathe)
        yield from advise_on_packages(seen)


def _rank(finding: Finding) -> tuple[int, str, int, int, str]:
    where = finding.where
    return _ORDER.index(finding.severity), str(where.path), where.line or 0, where.column or 0, finding.code
