"""Which old artifacts fall in an attempt, and their fall.

They fall before anything is built, where their names are known by then; otherwise as soon as the backend says for
which version it builds, or has built something; and at the latest when the attempt ends without.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from atombuild.builder.records import AttemptRecords, Doomed
from atombuild.builder.remains import is_name_of
from atombuild.builder.seams import BuildableProject
from atombuild.errors import OutputUnusable, RemovalRefused
from atombuild.ledger import Old
from atombuild.publish import Identity, OutputDirectory
from atombuild.status import ArtifactKind

Look = Callable[[str], Identity | None]


class Falls:
    """The old artifacts of one attempt."""

    def __init__(
        self,
        records: AttemptRecords,
        kinds: tuple[ArtifactKind, ...],
        show: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        """``show`` is called when something was removed, or could not be; ``say`` with a line for the log."""
        self._records = records
        self._kinds = kinds
        self._show = show
        self._say = say

    def doomed(
        self, project: BuildableProject | None, names: tuple[str, ...], look: Look
    ) -> dict[ArtifactKind, Doomed]:
        """Find out what must fall, as far as that is known now. ``names`` is what is in the output directory."""
        return {kind: self._doomed_of(kind, project, names, look) for kind in self._kinds}

    def _doomed_of(
        self, kind: ArtifactKind, project: BuildableProject | None, names: tuple[str, ...], look: Look
    ) -> Doomed:
        remembered = self._records.last_name(kind)
        outdated: tuple[str, ...] | None
        if project is None:
            outdated = (remembered,) if is_name_of(remembered, kind) else None
        else:
            outdated = project.outdates(kind, names, remembered)
        if outdated is None:
            # It is not known yet which file this attempt is for; the one of the last attempt may be, or may not.
            before = look(remembered) if is_name_of(remembered, kind) else None
            return Doomed((), None, before, looked=False)
        found = {name: identity for name in outdated if (identity := look(name)) is not None}
        target = next(iter((*found, *outdated)), None)
        superseded = project.superseded(kind) if project is not None else ()
        return Doomed(outdated, target, next(iter(found.values()), None), superseded=superseded)

    @property
    def unnamed(self) -> list[ArtifactKind]:
        """The artifacts of which it is not known yet which files they are."""
        return [kind for kind in self._kinds if self._records[kind].old is Old.UNSEEN]

    def remove(
        self, directory: OutputDirectory, doomed: Mapping[ArtifactKind, Doomed]
    ) -> tuple[ArtifactKind, RemovalRefused] | None:
        """Remove every target; return the first whose removal was refused."""
        first: tuple[ArtifactKind, RemovalRefused] | None = None
        kinds = {name: kind for kind, old in doomed.items() for name in (*old.names, *old.superseded)}
        for removal in directory.remove(tuple(kinds)):
            kind = kinds[removal.target]
            if removal.refused is None and removal.old is not None and removal.target in doomed[kind].superseded:
                self._say(f"removed {removal.target}, which this session built before the version moved on")
            if removal.refused is not None:
                # Where not even a look was allowed, it is still the file that was looked at a moment ago.
                old_identity = removal.old or doomed[kind].identity
                self._records.change(kind, target=removal.target, old=Old.KEPT, old_identity=old_identity)
                if first is None:
                    first = (kind, RemovalRefused(directory.path / removal.target, removal.refused))
        self._show()
        return first

    def remove_named(self, directory: OutputDirectory, project: BuildableProject) -> None:
        """Remove the old artifacts that had no certain name when the attempt began, and have one now.

        Raises :class:`RemovalRefused` and :class:`OutputUnusable`.
        """
        names = directory.names()
        doomed = {kind: self._doomed_of(kind, project, names, directory.look) for kind in self.unnamed}
        self._let_fall(directory, {kind: old for kind, old in doomed.items() if old.looked})

    def take_name(self, directory: OutputDirectory, project: BuildableProject, kind: ArtifactKind, name: str) -> None:
        """Note the name that the backend chose, and see to it that nothing old stands there.

        It may be of another version than was known before: then what is old of that one falls, of the later steps too.
        Raises :class:`RemovalRefused` and :class:`OutputUnusable`.
        """
        if name == self._records[kind].target:
            return
        names = directory.names()
        doomed: dict[ArtifactKind, Doomed] = {}
        for each in (each for each in self._kinds if self._records.is_open(each)):
            old = self._doomed_of(each, project, names, directory.look)
            if each is kind:
                here = directory.look(name)
                old = replace(old, names=(name, *old.names), target=name, identity=here or old.identity)
            # Of the same release as before, nothing old is left, and what is noted of it holds.
            if old.identity is not None or self._records[each].target not in old.names:
                doomed[each] = old
        if any(old.identity is not None or old.superseded for old in doomed.values()):
            self._let_fall(directory, doomed)
        else:
            self._records.learn(doomed)
        self._records.change(kind, target=name)

    def _let_fall(self, directory: OutputDirectory, doomed: Mapping[ArtifactKind, Doomed]) -> None:
        """Write down which files these artifacts are, and remove the old ones."""
        self._records.learn(doomed)
        unwritten = False
        try:
            self._records.write(directory)
        except OutputUnusable:
            # A full disk may have room again once the old artifacts are gone; and gone they must be.
            unwritten = True
        refused = self.remove(directory, doomed)
        if refused is not None:
            raise refused[1]
        if unwritten:
            self._records.write(directory)
