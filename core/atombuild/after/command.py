"""A command with the paths of the artifacts in place, ready to be started."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Mapping
from typing import Final

from atombuild.after.allowed import Command

PLACEHOLDERS: Final = ("wheel", "sdist", "root", "out")
"""What may stand in braces; other braces are the shell's."""

_PLACEHOLDER: Final = re.compile(r"\{(" + "|".join(PLACEHOLDERS) + r")\}")


def named(command: Command) -> frozenset[str]:
    """Return which placeholders a command has."""
    words = (command,) if isinstance(command, str) else command
    return frozenset(name for word in words for name in _PLACEHOLDER.findall(word))


def prepared(
    command: Command, values: Mapping[str, str], *, windows: bool = sys.platform == "win32"
) -> list[str] | str:
    """Return what to start: a string goes to the shell, with each path quoted; a list is started as it is.

    On Windows that is the whole command line, since ``cmd`` knows none of the quotes that a list of words gets. There
    the shell finds each path in its environment (:func:`variables`): no ``&`` and no ``%`` in a path means anything.
    """
    if isinstance(command, str):
        if windows:
            text = _PLACEHOLDER.sub(lambda match: f'"%{_variable(match.group(1))}%"', command)
            return f'cmd /d /s /c "{text}"'
        return ["/bin/sh", "-c", _PLACEHOLDER.sub(lambda match: shlex.quote(values[match.group(1)]), command)]
    return [_PLACEHOLDER.sub(lambda match: values[match.group(1)], word) for word in command]


def variables(values: Mapping[str, str]) -> dict[str, str]:
    """Return the values as the environment of a command has them."""
    return {_variable(name): value for name, value in values.items()}


def written(command: Command) -> str:
    """Return a command as it would be typed."""
    return command if isinstance(command, str) else shlex.join(command)


def _variable(name: str) -> str:
    return f"ATOMBUILD_{name.upper()}"
