"""The index of kept artifacts, in our cache: what is odd in it is as if nothing were kept."""

from __future__ import annotations

import hashlib
import json
import os
from typing import Any, Final

from atombuild.inspection.compared import Comparer
from atombuild.inspection.keepsakes import Keepsakes
from atombuild.status import ArtifactKind
from fuzz import material
from fuzz.choices import Choices
from fuzz.oracle import Broken, Playground
from fuzz.target import Target

FILES: Final = (
    "wheel-1.whl", "../../../beside/victim.txt", "/etc/passwd", ".", "..", "", "index.json", "x" * 300, "\ud800",
    "a\0b", "wheel-1.whl/..", "\udcff",
)  # fmt: skip


def attempt(choices: Choices, playground: Playground) -> None:
    """Plant an index, read it, keep an artifact, and compare."""
    root, dist = playground.inside / "project", playground.inside / "project/dist"
    dist.mkdir(parents=True)
    keepsakes = Keepsakes(root, dist)
    folder = keepsakes._folder
    folder.mkdir(parents=True, exist_ok=True)
    for name in os.listdir(folder):
        os.unlink(folder / name)
    (folder / "wheel-1.whl").write_bytes(b"no wheel")
    (folder / "index.json").write_bytes(_index(choices))
    for kind in ArtifactKind:
        for kept in keepsakes.of(kind):
            if keepsakes.path(kept).parent != folder:
                raise Broken(f"a copy outside of its folder: {kept}")
    artifact = dist / "foo-1.0-py3-none-any.whl"
    artifact.write_bytes(material.noise(choices, 300))
    sha256 = hashlib.sha256(artifact.read_bytes()).hexdigest()
    compared = Comparer(root, dist).compare(ArtifactKind.WHEEL, artifact, 7, sha256, lambda: None)
    if compared.kept is None or compared.kept.read_bytes() != artifact.read_bytes():
        raise Broken(f"it was not kept: {compared}")


def _index(choices: Choices) -> bytes:
    way = choices.below(8)
    if way == 7:
        return choices.raw(choices.below(100))
    if way == 6:
        return choices.pick((b"[" * 100_000, b'{"wheel": ' + b"[" * 100_000, b"", b"null", b'{"wheel": {}}'))
    plain: dict[str, Any] = {
        kind.value: [
            {"attempt": _number(choices), "sha256": material.text(choices), "file": choices.pick(FILES)}
            for _ in choices.many(3)
        ]
        for kind in ArtifactKind
    }
    if choices.one_in(3):
        plain[choices.pick(("wheel", "sdist"))] = material.json_value(choices)
    data = json.dumps(plain).encode()
    return material.mutated(choices, data) if way == 5 else data


def _number(choices: Choices) -> object:
    return choices.pick((*material.NUMBERS, *material.FLOATS)) if choices.one_in(2) else choices.below(9)


KEEPSAKES: Final = Target("keepsakes", attempt, examples=150, size=150)
