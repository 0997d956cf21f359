"""``kill -9`` of the builder while a hook runs: nothing of it goes on, and the next start tells the truth."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from support.eventually import eventually
from support.own_backend import set_before, write_project
from support.projects import visible_files

HANGS = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], start_new_session=True)
with open({pids!r}, "w") as file:
    file.write(f"{{os.getpid()}} {{child.pid}} .")
time.sleep(300)
"""


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def command(root: Path) -> list[str]:
    return [sys.executable, "-m", "atombuild", "--once", str(root)]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only there daemons stay below the server")
def test_a_killed_builder_leaves_no_hook_running_and_the_next_start_says_what_happened(tmp_path: Path) -> None:
    root, pids = write_project(tmp_path / "sky"), tmp_path / "pids"
    assert subprocess.run(command(root), capture_output=True, check=False, timeout=120).returncode == 0
    set_before(root, HANGS.format(pids=str(pids)))
    builder = subprocess.Popen(command(root), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    eventually(lambda: pids.exists() and pids.read_text().endswith("."), "the hook never began")
    builder.send_signal(signal.SIGKILL)
    builder.wait()
    for pid in pids.read_text().split()[:2]:
        eventually(partial(is_gone, int(pid)), f"{pid} still runs")
    assert visible_files(root / "dist") == []
    set_before(root, "pass")
    done = subprocess.run(command(root), capture_output=True, check=False, text=True, timeout=120)
    assert done.returncode == 0
    assert "swept .atombuild-" in done.stdout
    assert "✗ sdist  interrupted, old artifact removed" in done.stdout
    assert "✗ wheel  interrupted, old artifact removed" in done.stdout
    assert len(visible_files(root / "dist")) == 2
    assert not [path for path in (root / "dist").iterdir() if path.name.endswith((".dir", ".tmp"))]
