"""Advice on the files of an artifact that another backend made, and on what stands in them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from atombuild.advice.codes import Code, found, some
from atombuild.advice.packed import advise_on_names, advise_on_number, advise_on_size
from atombuild.advice.secrets import MOST
from atombuild.advice.suspects import BUDGET, SUSPECTS, Secrets
from atombuild.finding import Finding
from atombuild.isolated.advice.artifact import Artifact

_EXCLUDE: Final = "exclude it in the backend's settings"
_REMEDIES: Final = {
    Code.SECRET: f"take it out of the project's folders, and {_EXCLUDE}; if it was published, revoke it",
    Code.SECRET_FOR_SHOW: "if it opens nothing but the test or the example, nothing is to be done",
    Code.LEFTOVER: f"delete it, or {_EXCLUDE}",
}
_REWRITTEN: Final = "pyproject.toml.orig"


def advise_on_contents(
    artifact: Artifact, breathe: Callable[[], object], looked_into: dict[Path, bytes], *, uv: bool
) -> Iterator[Finding]:
    """Yield one finding a kind. ``uv``: the backend is uv_build, which packs the ``pyproject.toml`` that it rewrote.

    ``looked_into`` are files of the tree, with hashes of what the artifact before holds of them. Both hold most,
    and what is so of one file is told once.
    """
    earlier = dict(looked_into)
    secrets, sizes, budget = Secrets(), dict[str, int](), BUDGET
    for path, size, data in artifact.contents(MOST, breathe):
        place, digest = artifact.at(path), hashlib.sha256(data).digest()
        is_of_tree = place is not artifact.where
        if is_of_tree:
            looked_into[place.path] = digest
        if not is_of_tree or place.path not in earlier:
            sizes[path] = size
        budget -= len(data)
        if budget > 0 and not (is_of_tree and earlier.get(place.path) == digest):
            secrets.look(path, data)
    for code, path, line, words in secrets.told():
        where = artifact.at(path)
        yield found(code, where if where is artifact.where else replace(where, line=line), words, _REMEDIES[code])
    own = {_REWRITTEN} if uv and not artifact.is_wheel else set()
    paths = sorted(path for path in artifact.packed if path not in own)
    for code, (concerns, words) in SUSPECTS.items():
        suspects = [path for path in paths if concerns(path) and artifact.at(path).path not in earlier]
        if suspects:
            yield found(code, artifact.at(suspects[0]), words.format(some(suspects)), _REMEDIES.get(code, _EXCLUDE))
    for path, size in sizes.items():
        yield from advise_on_size(path, size, artifact.at(path), _EXCLUDE)
    yield from advise_on_names(paths, artifact.at)
    yield from advise_on_number(len(paths), artifact.where)
