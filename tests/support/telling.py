"""A project whose backend stands in its own tree, needs nothing, and packs what it was told and what it runs on."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

SDIST, WHEEL = "teller-0.1.0.tar.gz", "teller-0.1.0-py3-none-any.whl"

_PYPROJECT = """\
[build-system]
requires = [{requires}]
build-backend = "own"
backend-path = ["."]

[project]
name = "teller"
version = "0.1.0"
{project}
"""
_BACKEND = """\
import base64, hashlib, io, json, os, sys, tarfile, zipfile
from importlib.metadata import distributions

METADATA = "Metadata-Version: 2.1\\nName: teller\\nVersion: 0.1.0\\n"

def build_sdist(folder, config_settings=None):
    with tarfile.open(os.path.join(folder, "teller-0.1.0.tar.gz"), "w:gz") as tar:
        for name in ("pyproject.toml", "own.py"):
            tar.add(name, "teller-0.1.0/" + name)
        info = tarfile.TarInfo("teller-0.1.0/PKG-INFO")
        info.size = len(METADATA)
        tar.addfile(info, io.BytesIO(METADATA.encode()))
    return "teller-0.1.0.tar.gz"

def build_wheel(folder, config_settings=None, metadata_directory=None):
    told = {
        "settings": config_settings,
        "python": "%d.%d" % sys.version_info[:2],
        "base": sys.base_prefix,
        "installed": {each.metadata["Name"].lower(): each.version for each in distributions()},
    }
    at = "teller-0.1.0.dist-info/"
    files = {
        "teller/__init__.py": "",
        "teller/told.json": json.dumps(told),
        at + "METADATA": METADATA,
        at + "WHEEL": "Wheel-Version: 1.0\\nGenerator: own\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    record = "".join(
        "%s,sha256=%s,%d\\n"
        % (path, base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("="), len(text))
        for path, text in files.items()
    )
    with zipfile.ZipFile(os.path.join(folder, "teller-0.1.0-py3-none-any.whl"), "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        archive.writestr(at + "RECORD", record + at + "RECORD,,\\n")
    return "teller-0.1.0-py3-none-any.whl"
"""


def telling_project(folder: Path, *, requires: str = "", project: str = "") -> Path:
    """Lay the project; ``requires`` is what stands in the list, ``project`` more lines, tables at their end."""
    root = folder / "teller"
    root.mkdir(exist_ok=True)
    (root / "pyproject.toml").write_text(_PYPROJECT.format(requires=requires, project=project))
    (root / "own.py").write_text(_BACKEND)
    return root


def told(root: Path, out: str = "dist") -> dict[str, Any]:
    """Return what the backend was told, and what it ran on, when it made the wheel that stands there."""
    with zipfile.ZipFile(root / out / WHEEL) as archive:
        answer: dict[str, Any] = json.loads(archive.read("teller/told.json"))
    return answer
