"""The layers: core knows no screen, has no circles, and --once and --help load nothing they don't need."""

from __future__ import annotations

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import atombuild

CORE = Path(atombuild.__file__).parent
MODULES = {
    ".".join(path.relative_to(CORE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(CORE.rglob("*.py"))  # two processes must collect the same
    if "sample" not in path.parts
}


def imported(path: Path) -> set[str]:
    """Return the modules a file imports, wherever in the file; packages count as themselves."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            assert node.level == 0, f"{path} imports relatively"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in MODULES else node.module)
    return found


@pytest.mark.parametrize("name", MODULES)
def test_no_module_of_core_imports_a_screen(name: str) -> None:
    tops = {module.partition(".")[0] for module in imported(MODULES[name])}
    assert not tops & {"textual", "rich", "atombuild_tui"}


def test_core_has_no_circles() -> None:
    graph = {name: imported(path) & MODULES.keys() - {name} for name, path in MODULES.items()}
    assert len(graph) > 30
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError, which names the circle
    assert order.index("atombuild.errors") < order.index("atombuild.publish.directory") < order.index("atombuild.cli")


@pytest.mark.parametrize("arguments", [["--once", "."], ["--help"], ["--version"], ["--list", "."]])
@pytest.mark.parametrize("entry", ["atombuild.cli", "atombuild_tui.__main__"])
def test_once_and_help_never_import_textual(tmp_path: Path, entry: str, arguments: list[str]) -> None:
    program = f"""
import sys
sys.argv[1:] = {arguments!r}
from {entry} import main
try:
    main()
except SystemExit:
    pass
print(sorted(name for name in sys.modules if name in ("textual", "rich", "watchfiles")), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize("hook", ["get_requires_for_build_wheel()", "build_wheel(sys.argv[1])"])
def test_a_front_end_that_imports_our_hooks_loads_no_screen_and_no_watcher(tmp_path: Path, hook: str) -> None:
    program = f"""
import sys
import atombuild.backend
try:
    atombuild.backend.{hook}
except SystemExit:
    pass
loaded = [name for name in sys.modules if name.startswith(("textual", "rich", "watchfiles", "atombuild."))]
print(sorted(loaded), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    loaded = done.stderr.splitlines()[-1]
    assert "textual" not in loaded
    assert "rich" not in loaded
    assert "watchfiles" not in loaded
    # Nothing that builds is loaded for a hook that builds nothing: a front-end asks it in a process of its own.
    assert ("atombuild.native" in loaded) == hook.startswith("build")
