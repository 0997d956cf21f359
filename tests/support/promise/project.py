"""A real project on disk that knows, by itself, what should come of building it."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

from atombuild.builder import Plan
from atombuild.events import Cause
from atombuild.status import ArtifactKind, Attempt
from atombuild.wiring import ProjectSetup

SDIST, WHEEL = ArtifactKind
PYPROJECT: Final = "pyproject.toml"
INIT: Final = "src/demo/__init__.py"
PIPE: Final = "src/demo/pipe"
OUTER: Final = "../outer.txt"
"""An input beyond the project: a version, as the tags and commits of a repository give it."""

NOTES: Final = "notes.txt"
"""In no artifact."""

_WHOLE: Final = """\
[project]
name = "demo"
version = "{version}"
readme = "README.md"
license-files = ["LICENSE"]

[build-system]
requires = ["uv_build>=0.13.6,<0.14"]
build-backend = "uv_build"
"""
_LEAVES_OUT_INIT: Final = f'\n[tool.uv.build-backend]\nsource-exclude = ["{INIT}"]\n'

Tree = dict[str, bytes]
"""What artifacts are made of, by path."""


class Project:
    """The folder, and the same once more in memory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.version = "1.0"
        self.readable = True
        """Whether ``pyproject.toml`` can be understood."""

        self.leaves_out_init = False
        """The sdist has no ``__init__.py``: it can be made, the wheel from it can't."""

        self.files: Tree = {}
        self.generation = 0
        """Grows with everything that happens in the folder, a mere ``touch`` included."""

        self.write_pyproject()
        for path in (INIT, "README.md", "LICENSE"):
            self.write(path, b"1\n")

    # What happens to it.

    def write(self, path: str, data: bytes) -> None:
        self.generation += 1
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_bytes(data)
        self.files[path] = data

    def delete(self, path: str) -> None:
        self.generation += 1
        (self.root / path).unlink(missing_ok=True)
        self.files.pop(path, None)

    def touch(self, path: str) -> None:
        self.generation += 1
        (self.root / path).touch()

    def plant_pipe(self) -> None:
        self.delete(PIPE)
        os.mkfifo(self.root / PIPE)
        self.files[PIPE] = b"(a pipe)"

    def write_pyproject(self, *, flaw: str = "") -> None:
        text = _WHOLE.format(version=self.version) + _LEAVES_OUT_INIT * self.leaves_out_init
        if flaw == "not TOML":
            text += "= [\n"
        elif flaw == "bad version":
            text = text.replace(self.version, "one")
        self.readable = not flaw
        self.write(PYPROJECT, text.encode())

    def mend(self) -> None:
        self.leaves_out_init = False
        self.write_pyproject()
        self.delete(PIPE)
        for path in (INIT, "README.md", "LICENSE"):
            if path not in self.files:
                self.write(path, b"mended\n")

    # What should come of it.

    @property
    def missing(self) -> bool:
        return PYPROJECT not in self.files

    @property
    def tree(self) -> Tree:
        return {path: data for path, data in self.files.items() if path != NOTES}

    def target(self, kind: ArtifactKind) -> str:
        return f"demo-{self.version}.tar.gz" if kind is SDIST else f"demo-{self.version}-py3-none-any.whl"

    def forecast(self, plan: Plan) -> dict[ArtifactKind, Attempt]:
        """Say how each step must end, if it is begun and nobody interferes."""
        kinds = plan.kinds
        if self.missing or not self.readable or not {INIT, "README.md", "LICENSE"} <= self.files.keys():
            return dict.fromkeys(kinds, Attempt.FAILED)
        if PIPE in self.files:
            return {kind: Attempt.FAILED if kind is kinds[0] else Attempt.NOT_REACHED for kind in kinds}
        wheel_fails = self.leaves_out_init and plan.wheel_from_sdist
        return {
            kind: Attempt.FAILED if kind is WHEEL and wheel_fails and SDIST in kinds else Attempt.SUCCEEDED
            for kind in kinds
        }


class References:
    """What a build of a tree must give: made once, apart, in folders of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[object, bytes] = {}

    def of(self, tree: Tree, kind: ArtifactKind, *, from_sdist: bool) -> bytes:
        key = (tuple(sorted(tree.items())), kind, from_sdist)
        if key not in self._known:
            self._known[key] = self._build(tree, kind, from_sdist=from_sdist)
        return self._known[key]

    def _build(self, tree: Tree, kind: ArtifactKind, *, from_sdist: bool) -> bytes:
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        for path, data in tree.items():
            (folder / "project" / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / "project" / path).write_bytes(data)
        plan = Plan((SDIST, WHEEL), wheel_from_sdist=True) if from_sdist else Plan((kind,), wheel_from_sdist=False)
        ProjectSetup(folder / "project", folder / "out", plan).session(lambda _event: None).attempt(Cause.START)
        (made,) = (folder / "out").glob("*" + kind.suffix)
        data = made.read_bytes()
        shutil.rmtree(folder)
        return data
