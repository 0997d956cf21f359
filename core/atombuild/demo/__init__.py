"""``--demo``: a sample project to play with, copied into a new temporary folder."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

_SAMPLE = Path(__file__).parent / "sample"


@dataclass(frozen=True, slots=True)
class Demo:
    """A copy of the sample project."""

    root: Path

    @property
    def hint(self) -> str:
        """What to try first, for the screen and for plain lines."""
        module = Path("src") / "orrery"
        return (
            f"In another terminal, in {self.root}: save a change of {module / 'planets.py'}. "
            f"To break it, delete {module / '__init__.py'}; to mend it, make it anew."
        )


def make_demo() -> Demo:
    """Copy the sample project into a new temporary folder, which stays after we are gone."""
    root = Path(tempfile.mkdtemp(prefix="atombuild-demo-")) / "orrery"
    shutil.copytree(_SAMPLE, root, ignore=shutil.ignore_patterns("__pycache__"))
    return Demo(root)
