"""Where the parts are put together: a project folder becomes a session, and a session an engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from atombuild.builder import Plan
from atombuild.engine import Engine
from atombuild.events import Event
from atombuild.native.recipe import NativeRecipe, read_recipe
from atombuild.session import Session
from atombuild.watch.filter import WatchFilter
from atombuild.watch.looker import Looker
from atombuild.watch.notify import Notifier


@dataclass(frozen=True, slots=True)
class Workshop:
    """One project, one output directory, one plan."""

    root: Path
    out_dir: Path
    plan: Plan

    def cook(self) -> NativeRecipe:
        """Read the project. Raises whatever is wrong with it."""
        return read_recipe(self.root, self.out_dir)

    def session(self, emit: Callable[[Event], None]) -> Session:
        """Return a session that the caller drives itself."""
        return Session(
            self.root, self.out_dir, self.plan, cook=self.cook, look=Looker(self.root, self.out_dir), emit=emit
        )

    def engine(self) -> Engine:
        """Return an engine that watches and builds in threads of its own."""
        return Engine(self.session, lambda hear: Notifier(self.root, hear), self.filter)

    def filter(self, keep: Callable[[str], bool]) -> WatchFilter:
        """Return what decides which paths are worth a look."""
        return WatchFilter(self.root, self.out_dir, keep)
