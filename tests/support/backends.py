"""Projects of other people's backends, real ones, and backends that fail in a chosen way.

The projects stand in the folder of this module's name; tests build copies of them. A fault is put between a copy and
its backend: its pyproject.toml then names a backend of its own (``backends/faulty_backend.py``), which calls the real
one and spoils what that did. Where an sdist is made it packs itself, so that the wheel made from that sdist meets the
fault as well: every fault can be tested in every plan.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final, Literal

import pytest
import tomli
import tomli_w
import uv

FOLDER: Final = Path(__file__).with_suffix("")

Hook = Literal["build_sdist", "build_wheel"]
HOOKS: Final[tuple[Hook, ...]] = ("build_sdist", "build_wheel")


@dataclass(frozen=True)
class Backend:
    """A backend, and the project in its folder that is built by it."""

    name: str
    """Of the folder."""

    stem: str
    """What the names of both artifacts begin with."""

    needs: tuple[str, ...] = ()
    """Programs, and Python's headers, that must be on the machine; the rest comes from the index."""

    in_place: tuple[Hook, ...] = ()
    """The hooks that leave a part of an archive under its final name when they are stopped in its middle.

    The others write elsewhere first. Where a program of its own writes the archive it is we who cut it, there.
    """

    @property
    def folder(self) -> Path:
        return FOLDER / self.name

    @property
    def sdist_name(self) -> str:
        return f"{self.stem}.tar.gz"

    @property
    def needs_compiler(self) -> bool:
        return "gcc" in self.needs

    @property
    def is_pure(self) -> bool:
        """Whether its wheel is for every machine."""
        return not self.needs_compiler


_HEADERS: Final = "Python.h"
_C: Final = ("gcc", _HEADERS)

BACKENDS: Final = {
    backend.name: backend
    for backend in (
        Backend("setuptools", "comet_watch-1.2.3"),
        Backend("setuptools-ext", "quick_orbit-0.4.0", _C),
        Backend("dynamic", "red_shift-4.2"),
        Backend("hatchling", "moon_phases-2.0"),
        Backend("flit-core", "tide_tables-0.9.1", in_place=("build_sdist",)),
        Backend("poetry-core", "sun_dial-1.0.0", in_place=("build_sdist",)),
        Backend("pdm-backend", "lens_maker-3.1", in_place=("build_sdist",)),
        Backend("meson-python", "star_drift-0.2.0", (*_C, "git"), HOOKS),
        Backend("scikit-build-core", "dust_ring-0.1.4", _C, HOOKS),
        Backend("maturin", "light_cone-0.3.0", ("cargo", "gcc"), HOOKS),
        Backend("uv-build", "deep_field-0.5.0", in_place=HOOKS),
        Backend("in-tree", "night_sky-1.1", in_place=HOOKS),
    )
}


class Fault(Enum):
    """What a backend does wrong."""

    FAILS_IN_METADATA = "fails in metadata"
    """Raises when it is asked what it needs, and when it is to prepare a wheel's metadata."""

    FAILS_MID_WRITE = "fails mid write"
    """Raises OSError with a part of the archive written; where that part stands is the real backend's choice."""

    KILLED_MID_WRITE = "killed mid write"
    """The same moment, and SIGKILL."""

    WRONG_NAME = "wrong name"
    """Gives the file the name of another project's."""

    WRONG_KIND_OF_NAME = "wrong kind of name"
    """Gives it a name that no artifact has."""

    ABSOLUTE_NAME = "absolute name"
    """Returns the file's whole path."""

    WRITES_NOTHING = "writes nothing"
    """Returns the right name, of a file that is not there."""

    WRITES_TOO_MUCH = "writes too much"
    """Leaves ``build.log`` beside it."""

    LINK = "link"
    """Leaves a symlink to the file, which stands in :func:`elsewhere`."""

    TRUNCATED = "truncated"
    """Cuts the file in its middle, and says nothing."""

    BAD_RECORD = "bad record"
    """Makes a wheel whose RECORD has a wrong hash, an sdist without PKG-INFO."""

    NOT_A_STRING = "not a string"
    """Returns None."""


def copy_of(name: str, folder: Path) -> Path:
    """Copy a project into a folder of its own below ``folder``; return that."""
    project = folder / name
    # What a build left in the original, by hand perhaps, is no part of it.
    shutil.copytree(BACKENDS[name].folder, project, ignore=_LEFT_BY_BUILDS)
    if "git" in BACKENDS[name].needs:
        _git(project, "init", "--quiet")
        _commit(project)
    return project


def with_fault(project: Path, fault: Fault, *, hook: Hook | None = None) -> None:
    """Have the backend of this copy fail, in one hook or in both; called again, the new fault replaces the old."""
    document = pyproject(project)
    folder = project / _FAULT_FOLDER
    told = folder / "fault.json"
    real = json.loads(told.read_text(encoding="utf-8"))["real"] if told.is_file() else document["build-system"]
    folder.mkdir(exist_ok=True)
    shutil.copy(FOLDER / "faulty_backend.py", folder)
    settings = {
        "real": real,
        "fault": fault.value,
        "hooks": [hook] if hook else HOOKS,
        "elsewhere": str(elsewhere(project).absolute()),
    }
    told.write_text(json.dumps(settings), encoding="utf-8")
    document["build-system"] = {
        **real,
        "build-backend": "faulty_backend",
        "backend-path": [_FAULT_FOLDER, *real.get("backend-path", ())],
    }
    (project / "pyproject.toml").write_bytes(tomli_w.dumps(document).encode())
    if (project / ".git").is_dir():
        _commit(project)


def without_fault(project: Path) -> None:
    """Have this copy's backend do again what it does."""
    folder = project / _FAULT_FOLDER
    if not folder.is_dir():
        return
    real = json.loads((folder / "fault.json").read_text(encoding="utf-8"))["real"]
    shutil.rmtree(folder)
    (project / "pyproject.toml").write_bytes(tomli_w.dumps({**pyproject(project), "build-system": real}).encode())
    if (project / ".git").is_dir():
        _commit(project)


_FAULT_FOLDER: Final = "_fault"
_LEFT_BY_BUILDS: Final = shutil.ignore_patterns("__pycache__", "*.egg-info", "build", "dist", "target")


def elsewhere(project: Path) -> Path:
    """Return the folder outside of the project to which a fault takes files."""
    return project.parent / f"elsewhere-of-{project.name}"


def pyproject(project: Path) -> dict[str, Any]:
    return tomli.loads((project / "pyproject.toml").read_text(encoding="utf-8"))


def _commit(project: Path) -> None:
    # Meson packs what is committed, and nothing else.
    _git(project, "add", "--all")
    _git(project, "-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "--quiet", "--message=State")


def _git(project: Path, *arguments: str) -> None:
    # The developer's own configuration may sign, or run hooks.
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", *arguments], cwd=project, env=environment, check=True, timeout=60)


def need(name: str) -> None:
    """Skip the test where this project can't be built."""
    backend = BACKENDS[name]
    missing = [tool for tool in backend.needs if not _is_here(tool)]
    if missing:
        pytest.skip(f"{name} needs {' and '.join(missing)}")
    if pyproject(backend.folder)["build-system"]["requires"] and (reason := _why_no_index()):
        pytest.skip(f"{name} needs a package index: {reason}")


def _is_here(tool: str) -> bool:
    if tool == _HEADERS:
        return Path(sysconfig.get_path("include"), _HEADERS).is_file()
    return shutil.which(tool) is not None


@functools.cache
def _why_no_index() -> str | None:
    """Ask uv for one of the backends; return its words where the index does not answer."""
    done = subprocess.run(
        [uv.find_uv_bin(), "pip", "compile", "--quiet", "--no-header", "--python", sys.executable, "-"],
        input="flit_core>=3.11\n",
        env={**os.environ, "UV_HTTP_TIMEOUT": "10", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return None if done.returncode == 0 else " ".join(done.stderr.split())


@dataclass(frozen=True)
class Reference:
    """What the reference front-end made of a project: the sdist, and the wheel from it."""

    sdist: Path
    wheel: Path

    @property
    def sdist_members(self) -> list[str]:
        return members(self.sdist)

    @property
    def wheel_members(self) -> list[str]:
        return members(self.wheel)


def reference_build(project: Path, out: Path) -> Reference:
    """Build by ``python -m build``, isolated."""
    done = subprocess.run(
        [sys.executable, "-m", "build", "--installer", "uv", "--outdir", out, project],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    (sdist,), (wheel,) = out.glob("*.tar.gz"), out.glob("*.whl")
    return Reference(sdist, wheel)


def members(artifact: Path) -> list[str]:
    """Return the sorted names of what an sdist or a wheel holds."""
    if artifact.name.endswith(".whl"):
        with zipfile.ZipFile(artifact) as archive:
            return sorted(archive.namelist())
    with tarfile.open(artifact) as tar:
        return sorted(tar.getnames())
