"""What may be imported before a hook's process is forked, and for whom that would not be the same.

A hook has to see what it would see in a process of its own, started in the project. So a module is imported here only
if that process would import it first of all, before any line of the project or of a plugin runs, and if importing it
reads the environment's own files and nothing else. That is so for the modules in :data:`BACKENDS` (a test shows it of
their newest releases, and :class:`Watch` makes sure of it for the one that is installed), and for :data:`STANDARD`.
Everything else, plugins first of all, is imported in the hook's process.

Some environments run code when Python starts: lines in ``.pth`` files, ``sitecustomize``. That code may look at the
folder that it is started in. There, each hook gets a process of its own (:func:`acts_at_start`).
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import os
import signal
import site
import sys
import sysconfig

BACKENDS = {
    "flit_core.buildapi": ("flit_core.buildapi",),
    "hatchling.build": ("hatchling.build", "hatchling.builders.wheel", "hatchling.builders.sdist"),
    "pdm.backend": ("pdm.backend", "pdm.backend.wheel", "pdm.backend.sdist"),
    "poetry.core.masonry.api": ("poetry.core.masonry.api",),
    "setuptools.build_meta": ("setuptools.build_meta",),
}
"""By backend, what its hooks import as their first act."""

ASKED_FOR = "pybuilddir.txt"
"""The one file that a module in :data:`BACKENDS` asks for: setuptools, to tell the tree of Python itself. The hooks of
a project that has it get processes of their own."""

STANDARD = (
    "argparse", "ast", "base64", "bisect", "calendar", "contextlib", "copy", "csv", "dataclasses", "datetime",
    "difflib", "dis", "email.message", "email.policy", "email.utils", "functools", "glob", "gzip", "hashlib", "inspect",
    "io", "ipaddress", "itertools", "json", "locale", "operator", "os", "pathlib", "platform", "posixpath", "random",
    "re", "runpy", "selectors", "shlex", "shutil", "socket", "stat", "string", "struct", "subprocess", "sysconfig",
    "tarfile", "tempfile", "textwrap", "threading", "tomllib", "traceback", "types", "typing", "urllib.parse",
    "warnings", "weakref", "zipfile",
)  # fmt: skip
"""Of the standard library, what most backends import. Not ``logging``, which registers itself for the end of the
process, and not ``ssl``, which reads a configuration; nor ``distutils``, which setuptools replaces."""

_SHIM = (
    "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, '{}') == 'local'; "
    "enabled and __import__('_distutils_hack').add_shim();"
)
_INERT_LINES = (_SHIM.format("local"), _SHIM.format("stdlib"))
"""Of setuptools' distutils-precedence.pth, in newer and in older releases."""

_VIRTUALENV_LINE = "import _virtualenv"
"""Of virtualenv and uv: a finder that has distutils pass over some of a user's settings."""

_CUSTOM = ("sitecustomize", "usercustomize")
_INERT_CUSTOM = "try: import apport_python_hook except ImportError: pass else: apport_python_hook.install()"
"""Debian's and Ubuntu's sitecustomize."""


def acts_at_start() -> bool:
    """Whether this environment runs code of its own when its Python starts.

    To be asked in an interpreter that was started with ``-S``, which runs none of it.
    """
    if os.environ.get("PYTHONPATH"):
        return True  # its folders come first, and a relative one depends on where Python is started
    folders = _site_folders()
    return any(_acts(folder) for folder in folders) or any(_acts_by(name, [*sys.path, *folders]) for name in _CUSTOM)


def _site_folders() -> list[str]:
    """Return the folders whose ``.pth`` files are read when Python starts here, though it was started without that."""
    prefix, shared = _virtual_environment()
    prefixes = [prefix] if prefix is not None else []
    if prefix is None or shared:
        prefixes += [sys.base_prefix, sys.base_exec_prefix]
    folders = site.getsitepackages(list(dict.fromkeys(prefixes)))
    if (prefix is None or shared) and site.check_enableusersite():
        folders.append(site.getusersitepackages())
    return [folder for folder in dict.fromkeys(folders) if os.path.isdir(folder)]


def _virtual_environment() -> tuple[str | None, bool]:
    """Return the virtual environment that this is, if it is one; and whether the base's packages count there too."""
    folder = os.path.dirname(os.path.abspath(sys.executable))
    for prefix in (folder, os.path.dirname(folder)):
        try:
            with open(os.path.join(prefix, "pyvenv.cfg"), encoding="utf-8") as file:
                lines = [line.partition("=") for line in file if "=" in line]
        except (OSError, UnicodeDecodeError):
            continue
        settings = {key.strip().lower(): value.strip().lower() for key, _, value in lines}
        return prefix, settings.get("include-system-site-packages", "true") != "false"
    return None, True


def _acts(folder: str) -> bool:
    """Whether a ``.pth`` file in this folder runs code that is not known to be inert."""
    try:
        names = os.listdir(folder)
    except OSError:
        return False
    for name in names:
        if name.endswith(".start"):  # PEP 829
            return True
        if name.endswith(".pth"):
            try:
                with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                    lines = [line.strip() for line in file if line.startswith(("import ", "import\t"))]
            except OSError:
                return True
            if not all(_is_inert(line, folder) for line in lines):
                return True
    return False


def _is_inert(line: str, folder: str) -> bool:
    if line != _VIRTUALENV_LINE:
        return line in _INERT_LINES
    return "VIRTUALENV" in _text(os.path.join(folder, "_virtualenv.py"))


def _acts_by(name: str, folders: list[str]) -> bool:
    found = importlib.machinery.PathFinder.find_spec(name, folders)
    if found is None:
        return False
    lines = (line.partition("#")[0] for line in _text(found.origin).splitlines())
    return " ".join(" ".join(lines).split()) != _INERT_CUSTOM


def _text(path: str | None) -> str:
    try:
        with open(path or "", encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


_ENDINGS = tuple(importlib.machinery.all_suffixes())


class Warmth:
    """What is imported here, for the hooks of one backend."""

    def __init__(self) -> None:
        self._backend: str | None = None
        self._names: frozenset[str] = frozenset()
        self._files: dict[str, tuple[int, int]] = {}
        """What it depends on: modules, and the folders in which others would be found; as they were."""

    def serves(self, backend: str | None) -> bool:
        """Whether nothing is imported here that another backend's hooks would not have."""
        return self._backend in (None, backend if backend in BACKENDS else "")

    def prepare(self, backend: str | None) -> bool:
        """Import what may be imported for this backend; return whether that only read what is installed."""
        if self._backend is not None:
            return True
        self._backend = backend if backend in BACKENDS else ""
        packages, standard = _folders_of_packages(), _folders_of_standard()
        watch = Watch((*packages, *standard))
        wanted = [(name, standard) for name in STANDARD] + [
            (name, packages) for name in BACKENDS.get(backend or "", ())
        ]
        try:
            with watch:
                for name, folders in wanted:
                    if _comes_from(name, folders):
                        importlib.import_module(name)
        except Exception:  # it objects to being imported here: then it never is again
            return False
        for module in list(sys.modules.values()):
            self._note(getattr(module, "__file__", None))
        for path in (*packages, os.path.join(sys.prefix, "pyvenv.cfg")):
            self._note(path)
        self._names = frozenset(name.partition(".")[0] for name in sys.modules) - frozenset(sys.builtin_module_names)
        return not watch.found

    def is_current(self) -> bool:
        """Whether all that stands on the disk as it did: an environment may be changed under us."""
        return all(_identity(path) == found for path, found in self._files.items())

    def is_hidden_by(self, folders: list[str]) -> bool:
        """Whether one of these folders holds a module of a name that is taken here already, or :data:`ASKED_FOR`."""
        for folder in folders:
            try:
                names = os.listdir(folder)
            except OSError:
                continue
            for name in names:
                if name == ASKED_FOR:
                    return True
                is_module = name.endswith(_ENDINGS) or ("." not in name and _is_package(os.path.join(folder, name)))
                if is_module and name.partition(".")[0] in self._names:
                    return True
        return False

    def _note(self, path: object) -> None:
        if isinstance(path, str):
            found = _identity(path)
            if found is not None:
                self._files[path] = found


class Watch:
    """Hears what an import does besides reading installed modules."""

    def __init__(self, folders: tuple[str, ...]) -> None:
        self.found: list[str] = []
        self._folders = tuple(os.path.join(folder, "") for folder in folders)
        self._before: tuple[object, ...] = ()
        self._listens = False
        sys.addaudithook(self._hear)

    def __enter__(self) -> None:
        self._before = self._state()
        self._listens = True

    def __exit__(self, *_: object) -> None:
        self._listens = False
        if self._state() != self._before:
            self.found.append("state")

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self._listens or event in _HARMLESS:
            return
        if event == "open":
            path, _, flags = arguments
            writes = isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))
            allowed = isinstance(path, int) or self._is_installed(path, bytecode=writes)
        elif event in {"os.listdir", "os.scandir"}:
            allowed = self._is_installed(arguments[0])
        elif event in {"os.mkdir", "os.rename"}:
            allowed = self._is_installed(arguments[0], bytecode=True)
        else:
            allowed = not event.startswith(_OUTWARD)
        if not allowed:
            self.found.append(f"{event} {arguments}")

    def _is_installed(self, path: object, *, bytecode: bool = False) -> bool:
        if not isinstance(path, (str, bytes, os.PathLike)):
            return False
        full = os.path.abspath(os.fsdecode(path))
        return os.path.join(full, "").startswith(self._folders) and (not bytecode or "__pycache__" in full)

    def _state(self) -> tuple[object, ...]:
        numbers = sorted(signal.valid_signals())
        strange = [path for path in sys.path if not self._is_installed(path)]
        handlers = [signal.getsignal(number) for number in numbers]
        return os.getcwd(), dict(os.environ), strange, threads(), handlers


_HARMLESS = frozenset({"import", "compile", "exec", "marshal.loads", "sys._getframe", "code.__new__"})
_OUTWARD = (
    "os.", "shutil.", "subprocess.", "socket.", "tempfile.", "pty.", "signal.", "fcntl.", "ftplib.", "http.",
    "sqlite3.", "urllib.", "webbrowser.", "glob.", "pathlib.", "mmap.", "resource.", "syslog.",
)  # fmt: skip
"""Events of these are no part of an import that minds its own business."""


def _folders_of_standard() -> tuple[str, ...]:
    library = sysconfig.get_path("stdlib")
    archive = os.path.join(os.path.dirname(library), "python{}{}.zip".format(*sys.version_info))
    return _real(library, sysconfig.get_path("platstdlib"), archive)


def _folders_of_packages() -> tuple[str, ...]:
    standard = _folders_of_standard()
    named = _real(sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *site.getsitepackages())
    return tuple(folder for folder in named if folder not in standard and os.path.isdir(folder))


def _real(*paths: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for path in paths for each in (os.path.abspath(path), os.path.realpath(path))))


def _comes_from(name: str, folders: tuple[str, ...]) -> bool:
    """Whether a module, as it would be found now, lies in one of these folders, or in none at all."""
    top = name.partition(".")[0]
    if top in sys.modules:
        return True
    try:
        found = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return False
    if found is None:
        return False
    if found.origin in {"built-in", "frozen"}:
        return folders == _folders_of_standard()
    places = [found.origin] if found.origin is not None else list(found.submodule_search_locations or ())
    if folders == _folders_of_standard() and any(f"{os.sep}site-packages{os.sep}" in each for each in places):
        return False
    below = tuple(os.path.join(folder, "") for folder in folders)
    return bool(places) and all(os.path.abspath(each).startswith(below) for each in places)


def _is_package(folder: str) -> bool:
    try:
        return any(name.partition(".")[0] == "__init__" for name in os.listdir(folder))
    except OSError:
        return False


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def threads() -> int:
    """Return how many there are in this process."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        import threading

        return threading.active_count()
