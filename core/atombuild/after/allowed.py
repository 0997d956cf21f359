"""Which commands may run. A command that comes with a project is somebody else's code, and opening a folder runs none.

What was allowed is exactly one command, for one project folder: another command, or another folder, is asked for anew.

The file is read, changed and replaced without a lock: of two permissions that two sessions give in the same moment one
may be forgotten. Then it is asked for once more; nothing runs that nobody allowed.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

from atombuild.descriptors import read_regular
from atombuild.folders import state_folder
from atombuild.private import write_private

Command = str | tuple[str, ...]

_LARGEST: Final = 16 << 20
"""Bytes that are read of what is remembered."""

_MOST: Final = 1000
"""Projects that are remembered; beyond it the oldest are asked for anew."""


class Allowed:
    """What the reader allowed for one project."""

    def __init__(self, root: Path) -> None:
        self._path = state_folder() / "allowed.json"
        self._root = os.fspath(root.resolve())

    def __contains__(self, command: Command) -> bool:
        """Whether exactly this command may run."""
        return _plain(command) in self._read().get(self._root, [])

    def add(self, *commands: Command) -> None:
        """Allow these commands. Raises ``OSError`` where that can't be remembered."""
        known = self._read()
        mine = [*known.pop(self._root, []), *(_plain(command) for command in commands)]
        known[self._root] = [each for number, each in enumerate(mine) if each not in mine[:number]][-10:]
        for surplus in list(known)[: max(len(known) - _MOST, 0)]:
            del known[surplus]
        write_private(self._path, json.dumps(known).encode())

    def _read(self) -> dict[str, list[Any]]:
        """Return what is remembered. Nothing, where it can't be read or is nothing of ours: then it is asked anew."""
        try:
            known = json.loads(read_regular(self._path, _LARGEST))
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(known, dict):
            return {}
        return {root: commands for root, commands in known.items() if isinstance(commands, list)}


def _plain(command: Command) -> str | list[str]:
    return command if isinstance(command, str) else list(command)
