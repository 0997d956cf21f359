"""A project whose backend is a few lines in its own tree: a hook does what a test tells it to."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

from atombuild.builder import Plan
from atombuild.events import Event
from atombuild.isolated import Options
from atombuild.session import Session
from atombuild.wiring import ProjectSetup

PYPROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["_build"]

[project]
name = "night-sky"
version = "1.0"
"""

BACKEND = '''\
"""Packs src/ as it stands."""
import base64, hashlib, io, os, pathlib, tarfile, zipfile

told = pathlib.Path("VERSION")
VERSION = told.read_text() if told.is_file() else "1.0"
METADATA = f"Metadata-Version: 2.4\\nName: night-sky\\nVersion: {VERSION}\\n\\nStars."


def before(hook):
    """Filled in by a test."""


def files():
    return sorted(path for path in pathlib.Path(".").rglob("*") if path.is_file() and path.parts[0] in TAKEN)


TAKEN = {"src", "_build", "pyproject.toml", "VERSION"}


def build_sdist(sdist_directory, config_settings=None):
    before("build_sdist")
    name = f"night_sky-{VERSION}.tar.gz"
    with tarfile.open(os.path.join(sdist_directory, name), "w:gz") as archive:
        for path in files():
            archive.add(path, f"night_sky-{VERSION}/{path}")
        info = tarfile.TarInfo(f"night_sky-{VERSION}/PKG-INFO")
        info.size = len(METADATA)
        archive.addfile(info, io.BytesIO(METADATA.encode()))
    return name


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    before("build_wheel")
    name = f"night_sky-{VERSION}-py3-none-any.whl"
    info = f"night_sky-{VERSION}.dist-info"
    members = {str(path.relative_to("src")): path.read_bytes() for path in files() if path.parts[0] == "src"}
    members[f"{info}/METADATA"] = METADATA.encode()
    members[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    record = "".join(
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip('=')},{len(data)}\\n"
        for path, data in members.items()
    )
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as archive:
        for path, data in members.items():
            archive.writestr(path, data)
        archive.writestr(f"{info}/RECORD", record + f"{info}/RECORD,,\\n")
    return name
'''


SAYS_VERSION = """

def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    before("prepare_metadata_for_build_wheel")
    info = pathlib.Path(metadata_directory, f"night_sky-{VERSION}.dist-info")
    info.mkdir()
    (info / "METADATA").write_text(METADATA)
    return info.name
"""
"""The hook that says the version without building anything; backends need not have it."""


def write_project(root: Path, before: str = "pass", pyproject: str = PYPROJECT, *, says_version: bool = False) -> Path:
    """Write the project; ``before`` is what every hook does first, with its name in ``hook``."""
    (root / "_build").mkdir(parents=True)
    (root / "src/sky").mkdir(parents=True)
    (root / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    (root / "src/sky/__init__.py").write_text("", encoding="utf-8")
    (root / "src/sky/stars.py").write_text('POLAR = "Polaris"\n', encoding="utf-8")
    set_before(root, before, says_version=says_version)
    return root


DYNAMIC = PYPROJECT.replace('version = "1.0"', 'dynamic = ["version"]')
"""Only the backend knows the version: it stands in a file VERSION."""


def set_before(root: Path, before: str, *, says_version: bool | None = None) -> None:
    """Change what every hook does first, and whether there is the one that says the version; None: as it was."""
    file = root / "_build/backend.py"
    if says_version is None:
        says_version = SAYS_VERSION in file.read_text(encoding="utf-8")
    body = textwrap.indent(textwrap.dedent(before).strip(), "    ")
    text = BACKEND.replace('    """Filled in by a test."""', body) + (SAYS_VERSION if says_version else "")
    file.write_text(text, encoding="utf-8")


def session_of(
    root: Path,
    events: list[Event],
    plan: Plan | None = None,
    options: Options | None = None,
    *,
    hear: Callable[[Event], None] = lambda _: None,
) -> Session:
    """Return a session on the project; end it. ``hear`` is told each event too, before anything else happens."""

    def emit(event: Event) -> None:
        events.append(event)
        hear(event)

    return ProjectSetup(root, root / "dist", plan or Plan(), options or Options()).session(emit)
