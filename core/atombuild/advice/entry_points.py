"""Entry points that no installer takes, that start nothing, or that readers take for something else.

Sources: packaging.python.org, "Entry points specification"; and what pip 23 to 26 (with distlib) and uv 0.13 did with
the wheels of tests/native/test_entry_points_installed.py.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final, NamedTuple

from atombuild.advice.codes import Code, found
from atombuild.errors import Location
from atombuild.finding import Finding
from atombuild.project.one_line import is_one_line

SCRIPT_GROUPS: Final = ("console_scripts", "gui_scripts")
"""Groups of which installers make programs."""

_NAME: Final = re.compile(r"[\w.-]+")
_PIP: Final = re.compile(r"\w+([:.]\w+)*\s*(\[\s*[\w-]+(=\w+)?(,\s*\w+(=\w+)?)*\s*\])?")
"""What distlib, in pip, understands as a whole."""

_UV: Final = re.compile(r"[\w.-]+\s*:\s*[\w.-]+\s*(\[[^\]]+\])?")
"""What uv understands."""

_READERS: Final = re.compile(r"[\w.]+\s*(:\s*[\w.]+\s*)?(\[.*\]\s*)?")
"""What importlib.metadata can load."""

_INTERPRETERS: Final = re.compile(r"(python|pypy|graalpy)(w|\d*|\d+\.\d+t?)?", re.IGNORECASE)
_INSTALLERS: Final = frozenset({"pip", "pip3"})
_ACTIVATION: Final = frozenset({"activate", "deactivate"})
_WINDOWS: Final = re.compile(r"(con|prn|aux|nul|(com|lpt)[1-9¹²³])", re.IGNORECASE)


class Fault(NamedTuple):
    """What is wrong with one entry point."""

    group: str
    name: str
    words: str
    """Without the name."""

    remedy: str


def faults(
    groups: Mapping[str, Mapping[str, str]], distribution: str, programs: Collection[str] = ()
) -> Iterator[Fault]:
    """Yield what is wrong with entry points, by group as in ``entry_points.txt``.

    ``distribution`` is the project's normalised name: pip itself may bring ``pip``. ``programs`` are the files that the
    wheel brings for the same folder.
    """
    scripts: dict[str, str] = {}
    for group, entries in groups.items():
        for name, value in entries.items():
            if not (is_one_line(name) and is_one_line(value)):
                words = "holds a line break: what follows it is another line of entry_points.txt"
                yield Fault(group, name, words, "write each entry point as an item of its own")
                continue
            fault = _name_fault(group, name, distribution) or _value_fault(group, value)
            if fault is not None:
                yield Fault(group, name, *fault)
            if group in SCRIPT_GROUPS:
                other = scripts.setdefault(name.casefold(), name)
                if other != name:
                    words = f"and {other} are one file where upper and lower case are the same (macOS, Windows)"
                    yield Fault(group, name, words, "rename one of the two")
    for name in sorted(groups.get("console_scripts", {}).keys() & groups.get("gui_scripts", {}).keys()):
        words = "stands in console_scripts and in gui_scripts, and installers keep one of the two"
        yield Fault("gui_scripts", name, words, "rename one of the two")
    for name in sorted(programs):
        script = scripts.get(name.casefold())
        if script is not None:
            words = f"and the file {name} of the wheel's scripts are installed to one place: one of them is lost"
            yield Fault(_group_of(groups, script), script, words, "rename one of the two")


def entry_point_finding(fault: Fault, where: Location) -> Finding:
    """Return what to tell of a fault."""
    kind = "script" if fault.group in SCRIPT_GROUPS else f"entry point of {fault.group}"
    return found(Code.ENTRY_POINT, where, f'the {kind} "{fault.name}" {fault.words}', fault.remedy)


def missing_module(name: str, module: str, where: Location) -> Finding:
    """Return what to tell of an entry point whose module the wheel lacks."""
    words = f'"{name}" leads to {module}, which the wheel does not hold'
    return found(Code.ENTRY_POINT, where, words, "fix the name, or create the module")


def module_of(reference: str) -> str:
    """Return the module that a value names."""
    return reference.partition("[")[0].partition(":")[0].strip()


def _group_of(groups: Mapping[str, Mapping[str, str]], name: str) -> str:
    return next(group for group in SCRIPT_GROUPS if name in groups.get(group, {}))


def _name_fault(group: str, name: str, distribution: str) -> tuple[str, str] | None:
    if name.startswith(("[", "#", ";")) or "=" in name or not name.strip():
        return "is no name that readers of entry_points.txt find again", "use letters, digits, dots, _ and - alone"
    if group not in SCRIPT_GROUPS:
        return None
    if not _NAME.fullmatch(name) or not name.strip("."):
        words = "is no name of a script: installers give it another one, or refuse to install it"
        return words, "use letters, digits, dots, _ and - alone"
    taken = _taken(name, distribution)
    return None if taken is None else (taken, "rename the script")


def _taken(name: str, distribution: str) -> str | None:
    """Return, in words, what else has the name of a script."""
    if _INTERPRETERS.fullmatch(name):
        return "takes the name of an interpreter: an installer refuses it, or replaces the one that is there"
    if name.casefold() in _ACTIVATION:
        return "takes the place of a virtual environment's own script"
    if name.casefold() in _INSTALLERS and distribution != "pip":
        return "takes the place of pip's own script"
    if _WINDOWS.fullmatch(name.partition(".")[0]):
        return "is the name of a device on Windows, where no file can bear it"
    return None


def _value_fault(group: str, value: str) -> tuple[str, str] | None:
    text = value.strip()
    if group not in SCRIPT_GROUPS:
        if _READERS.fullmatch(text):
            return None
        return f"is `{text}`, which no program can load", "write module, or module:object"
    # distlib searches: it finds "uvicorn" in "uvicorn x:f", and then misses the object.
    found = _PIP.match(text)
    by_pip = found is not None and found.group().count(":") == 1 and _pip_takes_rest(text[found.end() :])
    by_uv = _UV.fullmatch(text) is not None
    module, colon, rest = text.partition("[")[0].partition(":")
    thing = rest.strip()
    if not colon or not thing:
        example = module.strip() if _is_dotted(module.strip()) else "package.module"
        words = f"is `{text}`, which names no object: pip and uv refuse to install it"
        return words, f'write "{example}:function", with what is to be called'
    if by_pip and by_uv and _is_dotted(module.strip()) and _is_dotted(thing):
        return None
    what = _refusal(by_pip=by_pip, by_uv=by_uv)
    return f"is `{text}`, which is no object reference: {what}", _better(module.strip(), thing, bare="[" not in text)


def _pip_takes_rest(rest: str) -> bool:
    """Whether what distlib does not understand is nothing that it stumbles over: it looks for brackets and colons."""
    return not rest.strip() or not set(rest) & set("[]:")


def _refusal(*, by_pip: bool, by_uv: bool) -> str:
    if by_pip and by_uv:
        return "it is installed, and can't start: no import statement can name that"
    if by_pip or by_uv:
        return f"{'uv' if by_pip else 'pip'} refuses to install it"
    return "pip and uv refuse to install it"


def _better(module: str, thing: str, *, bare: bool) -> str:
    if _is_dotted(module) and _is_dotted(thing):
        return f'write "{module}:{thing}", ' + ("without blanks" if bare else "with no more than extras behind it")
    if " " in module:
        return "write module:object alone: no command, and no arguments"
    if "-" in module and _is_dotted(module.replace("-", "_")):
        return f'write the name as in an import statement, such as "{module.replace("-", "_")}"'
    return 'write it like "package.module:function", with names as in an import statement'


def _is_dotted(text: str) -> bool:
    return all(part.isidentifier() and not keyword.iskeyword(part) for part in text.split("."))
