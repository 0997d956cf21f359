"""What a build follows besides the project: constraints and settings of the command, the environment and uv's files."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from atombuild import __version__
from atombuild.advice.codes import Code, found
from atombuild.errors import AtombuildError, Location
from atombuild.finding import Finding
from atombuild.isolated.environment import installer
from atombuild.isolated.options import Options
from atombuild.native.toml_rewrite import rewrite
from atombuild.project.build_system import OWN_BACKEND, UV_BACKEND
from atombuild.project.constraints import Constraint, Constraints, read_constraints
from atombuild.project.direct_build import FOLLOWED
from atombuild.project.pyproject import Pyproject
from atombuild.uv_settings import SettingsReader, UvSettings
from atombuild.uv_settings.table import ConfigSettings, joined
from atombuild.workspace.belonging import root_of
from atombuild.workspace.documents import Documents

_WE_ARE = {UV_BACKEND: ("uv-build", str(FOLLOWED)), OWN_BACKEND: ("atombuild-tui", __version__)}
"""By backend: what the native builder stands in for, and in which version."""

_UNFOLLOWED_VARIABLES = ("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The constraints and settings of one build."""

    options: Options = field(default_factory=Options)
    files: Constraints = field(default_factory=Constraints)
    """What the files of constraints say that the command or the environment names."""

    settings: UvSettings = field(default_factory=UvSettings)
    place: Path | None = None
    """Where the project belongs that lies elsewhere for the moment."""

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        """All that is constrained."""
        return self.files.items + self.settings.constraints

    @property
    def config_settings(self) -> ConfigSettings:
        """What is given to the backend."""
        return joined(self.options.config_settings, self.settings.config_settings)

    @property
    def inputs(self) -> tuple[Path, ...]:
        """The files that say so."""
        return self.files.files + self.settings.files

    @property
    def uv_config(self) -> str:
        """The text of a ``uv.toml`` that has uv install as ``uv build`` does."""
        return rewrite(self.settings.installing)

    def without_config_settings(self) -> Circumstances:
        """Return the same for what is built only to be installed for the build: that is given nothing."""
        options, settings = replace(self.options, config_settings={}), replace(self.settings, config_settings={})
        return replace(self, options=options, settings=settings)

    def isolates(self, name: str | None) -> bool:
        """Whether a project of this name is built in an environment of its own."""
        return self.options.isolation and self.settings.isolates(name)

    def why_not_native(self, backend: str, markers: Mapping[str, str]) -> str | None:
        """Return why the native builder can't stand in for this backend under these constraints; None: it can."""
        name, version = _WE_ARE[backend]
        for each in self.constraints:
            if each.name != name or not each.applies(markers):
                continue
            if each.hashes:
                return f"`{each.requirement}` has a hash, which only a file that is fetched can have"
            if not each.admits(version):
                return f"`{each.requirement}` does not admit {name} {version}"
        return None

    def advise(self, *, installs: bool) -> Iterator[Finding]:
        """Yield the settings that are not followed. ``installs``: an environment is made for the build."""
        for each in self.settings.unfollowed:
            yield _not_followed(each.where, f"`{each.key}` is not followed: {each.why}")
        for option, where in self.files.options:
            why = "in a file of constraints `uv build` follows no option of an installer"
            yield _not_followed(where, f"`{option}` is not followed: {why}")
        if installs and installer() == "pip":
            for key, where in self.settings.installing_at.items():
                yield _not_followed(where, f"`{key}` is not followed: pip installs here, and does not know it")
        else:
            for variable in _UNFOLLOWED_VARIABLES:
                path = os.environ.get(variable)
                if path:
                    why = "uv installs here, as `uv build` does" if installs else "`uv build` does not follow it"
                    yield _not_followed(Location(Path(path)), f"{variable} is not followed: {why}", _TO_UV)


_TO_UV = "give the file with --build-constraint, or in UV_BUILD_CONSTRAINT"


@dataclass(slots=True)
class Surveyor:
    """Finds the circumstances of one project again and again."""

    options: Options = field(default_factory=Options)
    around: Path | None = None
    """Where uv's settings are looked for, for a project that lies elsewhere for the moment; None: where it lies."""

    _settings: SettingsReader = field(default_factory=SettingsReader)
    _documents: Documents = field(default_factory=Documents)

    def read(self, root: Path, pyproject: Pyproject | None) -> Circumstances:
        """Read what there is now.

        Raises :class:`atombuild.errors.UsageMistake` for what is wrong with a file of constraints or of the user's, and
        :class:`atombuild.errors.ProjectInvalid` for what is wrong in the project's.
        """
        files = sum(map(read_constraints, self.options.constraints), Constraints())
        start = root.absolute()
        if self.around is not None:
            start, pyproject = self.around, None
        elif pyproject is not None:
            with contextlib.suppress(AtombuildError):  # the workspace can't be read: a build that needs it says so
                start = root_of(pyproject, self._documents)
        return Circumstances(self.options, files, self._settings.read(start, pyproject), self.around)


def _not_followed(where: Location, words: str, remedy: str = "") -> Finding:
    remedy = remedy or "look whether that matters to what is built; if not, silence it"
    return found(Code.SETTING_NOT_FOLLOWED, where, words, remedy)
