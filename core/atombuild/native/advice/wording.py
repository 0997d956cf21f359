"""Words that remedies share: a path as a glob, and a glob as TOML."""

from __future__ import annotations

from atombuild.native.characters import is_alphanumeric

SOURCE_EXCLUDE = "source-exclude in [tool.uv.build-backend]"
"""Where to leave out files of both artifacts."""


def as_glob(path: str) -> str:
    """Return a path as a glob of uv's dialect."""
    return "".join(char if char in "/-_." or is_alphanumeric(char) else f"\\{char}" for char in path)


def quoted(glob: str) -> str:
    """Return a glob as a TOML string."""
    if "\\" not in glob:
        return f'"{glob}"'
    return f"'{glob}'" if "'" not in glob else '"{}"'.format(glob.replace("\\", "\\\\"))


def below(folder: str) -> str:
    """Return the exclude that drops what is in this folder of the project, from either artifact."""
    return quoted(f"/{as_glob(folder)}/**")
