"""Which names of a Python file hold a literal: what a backend reads of them does not depend on what code does."""

from __future__ import annotations

import ast
import contextlib
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

_LARGEST: Final = 1 << 20


def holds_literal(path: Path, name: str) -> bool:
    """Whether a module binds this name once, at its top, to a literal. In doubt, and where it can't be read: no."""
    with contextlib.suppress(OSError, ValueError), path.open("rb") as file:
        return name in _literals(file.read(_LARGEST + 1))
    return False


@lru_cache(maxsize=8)
def _literals(source: bytes) -> frozenset[str]:
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    bound = Counter(name for node in ast.walk(module) for name in _bound_by(node))
    if len(source) > _LARGEST or "*" in bound:
        return frozenset()
    return frozenset(name for name in _assigned_literals(module) if bound[name] == 1)


def _assigned_literals(module: ast.Module) -> Iterator[str]:
    for node in module.body:
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        with contextlib.suppress(ValueError, TypeError, RecursionError, MemoryError):
            ast.literal_eval(value)
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def _bound_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            yield node.id
    elif isinstance(node, ast.alias):
        yield (node.asname or node.name).partition(".")[0]
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
