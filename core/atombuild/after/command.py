"""A command with the paths of the artifacts in place, ready to be started."""

from __future__ import annotations

import re
import shlex
import subprocess
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


def prepared(command: Command, values: Mapping[str, str]) -> list[str]:
    """Return the words to start: a string goes to the shell, with each path quoted; a list is started as it is."""
    if isinstance(command, str):
        text = _PLACEHOLDER.sub(lambda match: _quoted(values[match.group(1)]), command)
        return ["cmd", "/d", "/s", "/c", text] if sys.platform == "win32" else ["/bin/sh", "-c", text]
    return [_PLACEHOLDER.sub(lambda match: values[match.group(1)], word) for word in command]


def written(command: Command) -> str:
    """Return a command as it would be typed."""
    return command if isinstance(command, str) else shlex.join(command)


def _quoted(path: str) -> str:
    return subprocess.list2cmdline([path]) if sys.platform == "win32" else shlex.quote(path)
