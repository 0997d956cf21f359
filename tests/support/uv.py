"""The real uv, as the oracle runs it: offline, with a cache of its own, and lines that are never wrapped."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import uv


def run_uv(root: Path, scratch: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run ``uv build`` in a project; ``scratch`` is a folder for its cache."""
    environment = {
        **os.environ,
        "UV_OFFLINE": "1",
        "UV_CACHE_DIR": str(scratch / "cache"),
        "NO_COLOR": "1",
        "COLUMNS": "9999",
    }
    return subprocess.run(
        [uv.find_uv_bin(), "build", *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def uv_version() -> str:
    """Return the release of that uv."""
    done = subprocess.run([uv.find_uv_bin(), "--version"], capture_output=True, text=True, check=True)
    return done.stdout.split()[1]
