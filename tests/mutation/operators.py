"""What we change beside what mutmut changes: its own operators leave out what matters most in a protocol.

A call that nobody misses (a sync, a close), a refusal that is not raised, an error that is not caught, a condition the
other way round; and all that stands in properties and context managers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import libcst as cst
from mutmut.mutation import file_mutation
from mutmut.mutation.mutators import mutation_operators

_PLAIN = frozenset({"property", "contextlib.contextmanager", "classmethod", "staticmethod"})
"""Decorators under which a function can be exchanged."""

_arrange = file_mutation.function_trampoline_arrangement
_skip = file_mutation.MutationVisitor._skip_node_and_children


def install() -> None:
    """Teach mutmut."""
    mutation_operators.extend(
        [
            (cst.SimpleStatementLine, _left_out),
            (cst.ExceptHandler, _not_caught),
            (cst.If, _other_way_round),
            (cst.While, _other_way_round),
            (cst.CompIf, _other_way_round),
        ]
    )
    file_mutation.MutationVisitor._skip_node_and_children = _skip_less
    file_mutation.function_trampoline_arrangement = _arrange_decorated


def _left_out(node: cst.SimpleStatementLine) -> Iterable[cst.SimpleStatementLine]:
    """Leave out a call whose value nobody takes, or the raising of an error."""
    only = node.body[0]
    if isinstance(only, cst.Raise) or (isinstance(only, cst.Expr) and isinstance(only.value, cst.Call)):
        yield node.with_changes(body=[cst.Pass()])


def _not_caught(node: cst.ExceptHandler) -> Iterable[cst.ExceptHandler]:
    yield node.with_changes(type=cst.Tuple([]), whitespace_after_except=cst.SimpleWhitespace(" "))


def _other_way_round(node: Any) -> Iterable[Any]:
    within = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    yield node.with_changes(test=cst.UnaryOperation(cst.Not(), within))


def _skip_less(visitor: Any, node: cst.CSTNode) -> bool:
    if isinstance(node, cst.FunctionDef) and node.decorators and _is_plain(node):
        return False
    return bool(_skip(visitor, node))


def _is_plain(function: cst.FunctionDef) -> bool:
    return {cst.Module([]).code_for_node(each.decorator) for each in function.decorators} <= _PLAIN


def _arrange_decorated(
    function: cst.FunctionDef, mutants: Iterable[Any], class_name: str | None
) -> tuple[Sequence[Any], Sequence[Any], Sequence[Any], Sequence[str]]:
    """Exchange the function within its decorators."""
    declared, nodes, assigned, names = _arrange(function.with_changes(decorators=[]), mutants, class_name)
    trampoline, *copies = nodes
    trampoline = trampoline.with_changes(decorators=[*function.decorators, *trampoline.decorators])
    return declared, [trampoline, *copies], assigned, names
