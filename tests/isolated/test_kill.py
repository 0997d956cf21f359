"""``kill -9`` of the builder while a hook runs: nothing of it goes on, and the next start tells the truth."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from functools import partial
from pathlib import Path

import pytest

from support.eventually import eventually
from support.own_backend import DYNAMIC, set_before, write_project
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


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only there daemons stay below the server")
@pytest.mark.parametrize("hook", ["prepare_metadata_for_build_wheel", "build_sdist"])
def test_killed_before_or_after_the_version_was_known_the_next_start_names_the_right_file(
    tmp_path: Path, hook: str
) -> None:
    root, pids = write_project(tmp_path / "sky", pyproject=DYNAMIC, says_version=True), tmp_path / "pids"
    for version in ("2.0", "1.0"):
        (root / "VERSION").write_text(version)
        assert subprocess.run(command(root), capture_output=True, check=False, timeout=120).returncode == 0
    (root / "VERSION").write_text("2.0")
    hanging = textwrap.indent(HANGS.format(pids=str(pids)), "    ")
    set_before(root, f'if hook == "{hook}":{hanging}')
    builder = subprocess.Popen(command(root), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    eventually(lambda: pids.exists() and pids.read_text().endswith("."), "the hook never began")
    builder.send_signal(signal.SIGKILL)
    builder.wait()
    for pid in pids.read_text().split()[:2]:
        eventually(partial(is_gone, int(pid)), f"{pid} still runs")
    named = hook == "build_sdist"
    stand = {path.split("-")[1].removesuffix(".tar.gz") for path in visible_files(root / "dist")}
    assert stand == ({"1.0"} if named else {"1.0", "2.0"})
    set_before(root, "pass")
    done = subprocess.run(command(root), capture_output=True, check=False, text=True, timeout=120)
    assert done.returncode == 0
    words, version = ("removed", "2.0") if named else ("still there", "1.0")
    for kind, ending in (("sdist", ".tar.gz"), ("wheel", "-py3-none-any.whl")):
        (line,) = [line for line in done.stdout.splitlines() if f"{kind}  interrupted" in line]
        assert line.startswith(f"✗ {kind}  interrupted, old artifact {words}  ")
        assert line.endswith(f"/night_sky-{version}{ending}")
    assert len(visible_files(root / "dist")) == 4
