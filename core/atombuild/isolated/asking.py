"""A backend is asked which name and version the project has now, before anything is built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from atombuild.errors import BackendFailure, StagedUnreadable, WriteFailed
from atombuild.isolated.acceptance import release_of
from atombuild.isolated.hooks import Hooks
from atombuild.isolated.names import Release
from atombuild.status import ArtifactKind


@dataclass(frozen=True, slots=True)
class Said:
    """What a backend answered."""

    release: Release | None
    """None: it has no hook for that."""

    needs: tuple[str, ...]
    """What it needed for that besides ``build-system.requires``."""


def ask(
    hooks_with: Callable[[tuple[str, ...]], Hooks],
    needs_before: tuple[str, ...] | None,
    private: Path,
    *,
    build_if_missing: bool,
) -> Said:
    """Ask for the metadata of a wheel (PEP 517, ``prepare_metadata_for_build_wheel``); only name and version count.

    ``hooks_with`` gives the hooks in an environment that has so much more. First it is tried in the one that served
    the last time, with ``needs_before``: mostly that saves a hook. If it fails there, the backend is asked what it
    needs, as at the first time. ``private`` is an empty folder. Raises :class:`BackendFailure`,
    :class:`StagedUnreadable` and :class:`WriteFailed`.
    """
    failure = None
    if needs_before is not None:
        try:
            found = _prepared(hooks_with(needs_before), private / "first", build_if_missing=build_if_missing)
            return Said(found, needs_before)
        except BackendFailure as error:
            failure = error
    needs = hooks_with(()).requires(ArtifactKind.WHEEL)
    if failure is not None and needs == needs_before:
        raise failure
    return Said(_prepared(hooks_with(needs), private / "metadata", build_if_missing=build_if_missing), needs)


def _prepared(hooks: Hooks, folder: Path, *, build_if_missing: bool) -> Release | None:
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise WriteFailed(folder, error) from error
    prepared = hooks.metadata(folder, build_if_missing=build_if_missing)
    if prepared is None:
        return None
    metadata = prepared / "METADATA"
    try:
        release = release_of(metadata.read_bytes())
    except OSError as error:
        raise StagedUnreadable(metadata, error) from error
    if release is None:
        raise BackendFailure(
            f"{hooks.name} prepared metadata without a valid name and version",
            hint="check where the project's version comes from",
        )
    return release
