"""From a folder to a project that can be built: natively where we make what its backend makes, isolated otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from packaging.markers import default_environment

from atombuild.errors import ProjectMissing
from atombuild.isolated import IsolatedProject, KeptBackend, Options, read_isolated_project
from atombuild.isolated.circumstances import Circumstances, Surveyor
from atombuild.isolated.description import LEGACY_FILES
from atombuild.isolated.interpreter import find_interpreter
from atombuild.isolated.names import Release
from atombuild.native.disk_tree import Look
from atombuild.native.installed import build_native_wheel
from atombuild.native.kept import Kept
from atombuild.native.project import NativeProject, read_native_project
from atombuild.project.build_system import build_system_of, why_not_native
from atombuild.project.pyproject import Pyproject, parse_pyproject, read_bytes

AnyProject: TypeAlias = NativeProject | IsolatedProject


@dataclass(slots=True)
class Reader:
    """Reads one project again and again; holds what its builds leave for the next. To be closed."""

    options: Options = field(default_factory=Options)
    around: Path | None = None
    """See :class:`Surveyor`."""

    native: Kept = field(default_factory=Kept)
    """Of native builds."""

    _isolated: KeptBackend | None = None
    _chosen: tuple[Pyproject, bool] | None = None
    """The last document, and whether it is built natively where nothing constrains that."""

    _surveyor: Surveyor = field(init=False)

    def __post_init__(self) -> None:
        self._surveyor = Surveyor(self.options, self.around)

    def read(
        self,
        root: Path,
        out_dir: Path,
        source: str = "the source tree",
        seen: Look = lambda _path: None,
        release: Release | None = None,
    ) -> AnyProject:
        """Read the project in ``root``; ``source`` is what that is, in words. Raises whatever is wrong with it.

        ``seen``: see :class:`atombuild.native.disk_tree.DiskTree`. ``release``: what a backend must make, if that is
        known for certain.
        """
        pyproject = self._pyproject(root)
        around = self._surveyor.read(root, pyproject)
        if pyproject is not None and self._is_native(pyproject) and self._is_free(pyproject, around):
            return read_native_project(root, out_dir, source, kept=self.native, seen=seen, around=around)
        if self._isolated is None:
            self._isolated = KeptBackend(self.options, native_wheel=build_native_wheel)
        return read_isolated_project(
            root.absolute(), out_dir, pyproject, self._isolated, around=around, source=source, release=release
        )

    def close(self) -> None:
        """Let the backend's processes go."""
        if self._isolated is not None:
            self._isolated.close()

    def _pyproject(self, root: Path) -> Pyproject | None:
        """Return the document; None where older ways of describing a project stand in for it (PEP 517, "setup.py")."""
        try:
            data = read_bytes(root)
        except ProjectMissing:
            if any((root / name).is_file() for name in LEGACY_FILES):
                return None
            raise
        if self._chosen is not None and self._chosen[0].data == data:
            return self._chosen[0]
        return parse_pyproject(root.absolute() / "pyproject.toml", data)

    def _is_native(self, pyproject: Pyproject) -> bool:
        if self._chosen is None or self._chosen[0] is not pyproject:
            self._chosen = pyproject, why_not_native(pyproject) is None
        return self._chosen[1]

    def _is_free(self, pyproject: Pyproject, around: Circumstances) -> bool:
        """Whether no constraint asks for another backend than the one that we stand in for."""
        build_system = build_system_of(pyproject)
        if not around.constraints or build_system is None or build_system.backend is None:
            return True
        return around.why_not_native(build_system.backend, self._markers()) is None

    def _markers(self) -> dict[str, str]:
        if self.options.python is None:
            return {key: str(value) for key, value in default_environment().items()}
        return find_interpreter(self.options.python, isolation=self.options.isolation).markers
