"""Which mutants mypy would refuse: a filter between mypy and mutmut, which takes its word.

All mutants of a function stand side by side in one file, so some of what mypy says is about that and not about them.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

# A mutant of a wrong type. What mypy says of a condition that is always true is left to the tests.
TELLING: Final = frozenset(
    {
        "arg-type",
        "assignment",
        "attr-defined",
        "call-arg",
        "call-overload",
        "index",
        "operator",
        "return",
        "return-value",
        "type-var",
        "union-attr",
    }
)


def main() -> int:
    """Print what mypy says of the mutants below a folder, one JSON object a line, as mypy does."""
    command = [sys.executable, "-m", "mypy", "--output=json", "--no-warn-unused-ignores", sys.argv[-1]]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    mutants: dict[str, list[range]] = {}
    for line in filter(None, done.stdout.splitlines()):
        said: dict[str, Any] = json.loads(line)
        if said["code"] not in TELLING:
            continue
        file = said["file"]
        if file not in mutants:
            mutants[file] = list(_mutants(Path(file)))
        if any(said["line"] in lines for lines in mutants[file]):
            sys.stdout.write(line + "\n")
    return done.returncode


def _mutants(file: Path) -> Iterator[range]:
    """Yield the lines of each mutant in a file that mutmut wrote."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.rpartition("__mutmut_")[2].isdecimal():
            yield range(node.lineno, (node.end_lineno or node.lineno) + 1)


if __name__ == "__main__":
    sys.exit(main())
