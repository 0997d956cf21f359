"""Advice on globs: an include that adds nothing, an exclude that leaves out nothing, or not all that it seems to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from atombuild.advice.codes import Code, found
from atombuild.finding import Finding
from atombuild.native.advice.survey import Pattern, Survey
from atombuild.native.advice.wording import quoted
from atombuild.native.tree import Entry, Kind
from atombuild.native.walk import walk

_FAR_ENOUGH: Final = 2000
"""How many entries of an excluded folder are looked at for something that was meant to be included."""


def advise_on_patterns(survey: Survey) -> Iterator[Finding]:
    """Yield what is odd about the items of the three lists; where a walk broke off, nothing is said to be missing."""
    if survey.sdist.whole:
        for item in survey.include_items:
            yield from _include(survey, item)
    for item in survey.exclude_items:
        kept = _kept_in_wheel(survey, item)
        lost = _lost_by_checkout(survey, item)
        if kept:
            yield _half_effect(item, kept)
        elif lost:
            yield found(
                Code.EXCLUDE_BY_CHECKOUT,
                item.where,
                f"the {item.key} {quoted(item.text)} takes {lost} out of a wheel built in this place, because of the "
                f"names of the folders above {survey.tree.root.name}",
                "begin it at the project's folder, with a leading slash",
            )
        elif survey.whole and not _leaves_out_something(survey, item):
            yield found(
                Code.EXCLUDE_MATCHES_NOTHING,
                item.where,
                f"the {item.key} {quoted(item.text)} leaves out nothing",
                _better_exclude(survey, item),
            )


def _include(survey: Survey, item: Pattern) -> Iterator[Finding]:
    if any(map(item.matches, survey.sdist.sources)):
        return
    hidden = _excluded_match(survey, item)
    if hidden is not None:
        yield found(
            Code.INCLUDE_EXCLUDED,
            item.where,
            f"all that the {item.key} {quoted(item.text)} matches is excluded again, such as {hidden}",
            "remove the include, or narrow the exclude: an exclude always wins",
        )
        return
    yield found(
        Code.INCLUDE_MATCHES_NOTHING,
        item.where,
        f"the {item.key} {quoted(item.text)} matches no file",
        _better_include(survey, item),
    )


def _excluded_match(survey: Survey, item: Pattern) -> str | None:
    """Return a file that the item matches, and that an exclude takes away again."""
    for entry in survey.sdist.passed_over:
        if not survey.source_excludes.matches(entry.path):
            continue
        if entry.kind is not Kind.DIRECTORY and item.matches(entry.path):
            return entry.path
        if entry.kind is Kind.DIRECTORY and item.globs.may_hold(entry.path):
            below = walk(survey.tree, entry.path, item.globs.may_hold)
            files = (each.path for each in islice(below, _FAR_ENOUGH) if each.kind is not Kind.DIRECTORY)
            match = next(filter(item.matches, files), None)
            if match is not None:
                return match
    return None


def _better_include(survey: Survey, item: Pattern) -> str:
    bare = item.text.strip("/").removeprefix("./").rstrip("/")
    if bare and survey.tree.kind(bare) is Kind.DIRECTORY:
        return f"write {quoted(f'{bare}/**')}: a folder's name alone includes nothing"
    if bare and bare != item.text and survey.tree.exists(bare):
        return f"write {quoted(bare)}: includes start at the project's folder, without a slash"
    return "mend it, or remove it: includes start at the project's folder, and * does not cross a /"


def _kept_in_wheel(survey: Survey, item: Pattern) -> str | None:
    """Return a folder that the item excludes by its place, and whose files the wheel holds nevertheless."""
    if not item.text.startswith("/"):
        return None
    folders = (folder for folder in survey.wheel.entered if folder and item.matches(folder))
    holding = (
        folder for folder in sorted(folders) if any(path.startswith(f"{folder}/") for path in survey.wheel.sources)
    )
    return next(holding, None)


def _lost_by_checkout(survey: Survey, item: Pattern) -> str | None:
    """Return what the item only excludes together with the folders above the project."""
    mount = f"{survey.tree.mount.rstrip('/')}/"
    lost = (
        entry.path
        for entry in survey.wheel.passed_over
        if not survey.wheel_excludes.matches(entry.path) and item.matches(mount + entry.path)
    )
    return next(lost, None)


def _half_effect(item: Pattern, folder: str) -> Finding:
    lost = (
        "the sdist loses them, the wheel built from the tree keeps them"
        if item.key == "source-exclude"
        else ("the wheel keeps them")
    )
    return found(
        Code.EXCLUDE_HALF_EFFECT,
        item.where,
        f"the {item.key} {quoted(item.text)} names the folder {folder} by its place, and its files are not all left "
        f"out: {lost}",
        f"write {quoted(item.text.rstrip('/') + '/**')}",
    )


def _leaves_out_something(survey: Survey, item: Pattern) -> bool:
    if item.key == "source-exclude" and any(_would_be_in_sdist(survey, entry) for entry in _met(survey, item, "sdist")):
        return True
    return any(True for _ in _met(survey, item, "wheel"))


def _met(survey: Survey, item: Pattern, artifact: str) -> Iterator[Entry]:
    picked = survey.sdist if artifact == "sdist" else survey.wheel
    mount = f"{survey.tree.mount.rstrip('/')}/" if artifact == "wheel" else ""
    for entry in picked.passed_over:
        if item.matches(entry.path) or (mount and item.matches(mount + entry.path)):
            yield entry


def _would_be_in_sdist(survey: Survey, entry: Entry) -> bool:
    if entry.kind is Kind.DIRECTORY:
        return survey.includes.may_hold(entry.path)
    return survey.includes.matches(entry.path)


def _better_exclude(survey: Survey, item: Pattern) -> str:
    bare = item.text.strip("/").removeprefix("./")
    if item.text.endswith("/") and bare and survey.tree.kind(bare) is Kind.DIRECTORY:
        return f"write {quoted(f'/{bare}/**')}: a trailing slash matches nothing"
    if item.text.startswith("./"):
        return f"write {quoted(f'/{bare}')}: an exclude with ./ matches nothing"
    return "remove it, or mend it: without a leading slash it is good at any depth, with one only from the top"
