"""What a run found: totals a module, and the survivors in words that outlive the mutants' numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

COLUMNS: Final = {
    "killed": ("killed",),
    "refused by mypy": ("caught by type check",),
    "timed out": ("timeout",),
    "survived": ("survived", "no tests", "suspicious", "segfault", "skipped"),
    "not run": ("not checked", "check was interrupted by user"),
}

OPEN: Final = frozenset({*COLUMNS["timed out"], *COLUMNS["survived"], *COLUMNS["not run"]})


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change, and what came of it."""

    module: str
    name: str
    path: Path
    status: str

    def __str__(self) -> str:
        """Say where it is and what it changes, on one line."""
        function, owner = orig_function_and_class_names_from_key(self.name)
        diff = get_diff_for_mutant(self.name, path=self.path).splitlines()[2:]
        before, after = (" ".join(line[1:].strip() for line in diff if line.startswith(sign)) for sign in "-+")
        return f"{self.module} {owner + '.' if owner else ''}{function}: {before} -> {after}"


def mutants() -> Iterator[Mutant]:
    """Yield all mutants of the latest run, from the folder it ran in."""
    for path in sorted(walk_mutatable_files()):
        data = SourceFileMutationData(path=path)
        data.load()
        module = path.relative_to("src/atombuild").as_posix()
        for name, code in data.exit_code_by_key.items():
            yield Mutant(module, name, path, status_by_exit_code[code])


def table(found: list[Mutant]) -> str:
    """Return the totals, as a table of Markdown."""
    lines = ["| Module | mutants | " + " | ".join(COLUMNS) + " |", "|---|" + "---|" * (len(COLUMNS) + 1)]
    rows = [
        (module, [each for each in found if each.module == module])
        for module in dict.fromkeys(each.module for each in found)
    ]
    for title, row in [*rows, ("all", found)]:
        by_status = Counter(each.status for each in row)
        counts = [sum(by_status[status] for status in statuses) for statuses in COLUMNS.values()]
        lines.append(f"| {title} | " + " | ".join(map(str, [len(row), *counts])) + " |")
    return "\n".join(lines)


def survivors(found: list[Mutant], column: str = "survived") -> list[str]:
    """Return the survivors in words."""
    return [str(each) for each in found if each.status in COLUMNS[column]]


def explained(file: Path) -> frozenset[str]:
    """Return the survivors that a file lists, one a line, between fences."""
    within, found = False, set()
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("```"):
            within = not within
        elif within:
            found.add(line)
    return frozenset(found)
