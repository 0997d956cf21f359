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
    functions: dict[str, list[tuple[range, str, str]]] = {}
    said: list[tuple[str, str, str]] = []
    for line in filter(None, done.stdout.splitlines()):
        error: dict[str, Any] = json.loads(line)
        file = error["file"]
        if error["code"] in TELLING:
            if file not in functions:
                functions[file] = list(_functions(Path(file)))
            said += [(name, number, line) for lines, name, number in functions[file] if error["line"] in lines]
    # A class method beside its trampoline looks wrong as it is: of its mutants the tests have to judge.
    wrong_anyway = {name for name, number, _ in said if number == "orig"}
    sys.stdout.writelines(f"{line}\n" for name, number, line in said if number != "orig" and name not in wrong_anyway)
    return done.returncode


def _functions(file: Path) -> Iterator[tuple[range, str, str]]:
    """Yield each function that mutmut wrote into a file: its lines, what it is a copy of, and the mutant's number."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and "__mutmut_" in node.name:
            name, _, number = node.name.partition("__mutmut_")
            yield range(node.lineno, (node.end_lineno or node.lineno) + 1), f"{file} {name}", number


if __name__ == "__main__":
    sys.exit(main())
