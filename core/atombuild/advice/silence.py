"""``[tool.atombuild] silence``: the codes an author has read and does not want to read again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from atombuild.advice.codes import CODES, Code, found
from atombuild.advice.spelling import nearest
from atombuild.finding import Finding
from atombuild.project.pyproject import Pyproject
from atombuild.project.settings import OWN_KEYS, SILENCE


def advise_on_silence(pyproject: Pyproject) -> Iterator[Finding]:
    """Yield the codes to silence that no finding has."""
    for index, word in silenced_words(pyproject):
        if word not in CODES:
            guess = nearest(word, CODES)
            yield found(
                Code.UNKNOWN_CODE,
                pyproject.at(*OWN_KEYS, SILENCE, index),
                f"`{word}` is no code of a finding: it silences nothing",
                f"did you mean `{guess}`?" if guess else "remove it, or take the code from the finding itself",
            )


def without_silenced(findings: Iterable[Finding], pyproject: Pyproject) -> Iterator[Finding]:
    """Yield the findings whose codes are not silenced."""
    silenced = {word for _, word in silenced_words(pyproject)}
    return (finding for finding in findings if finding.code not in silenced)


def silenced_words(pyproject: Pyproject) -> Iterator[tuple[int, str]]:
    """Yield the items of the list that are words; a document that can't be loaded may hold anything."""
    value: object = pyproject.table
    for key in (*OWN_KEYS, SILENCE):
        value = value.get(key) if isinstance(value, dict) else None
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, str):
            yield index, item
