"""Advice on ``[tool.atombuild]``: what is wrong there costs the setting that it is about, and no build."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from atombuild.advice.codes import Code, found
from atombuild.advice.spelling import nearest
from atombuild.finding import Finding
from atombuild.project.pyproject import Pyproject
from atombuild.project.settings import OWN_KEYS, read_own_settings
from atombuild.settings.registry import Place, settings_of

_NAMES: Final = tuple(sorted(setting.name for setting in settings_of(Place.PROJECT)))


def advise_on_own_settings(pyproject: Pyproject) -> Iterator[Finding]:
    """Yield the values that are not what their settings take, and the keys that are no settings."""
    _, problems = read_own_settings(pyproject)
    for problem in problems:
        words = f"{problem.what}, and has no effect"
        if problem.why:
            words += f": {'; '.join(problem.why)}"
        yield found(Code.SETTING_REFUSED, problem.where or pyproject.at(*OWN_KEYS), words, problem.hint)
    tool = pyproject.table.get(OWN_KEYS[0])
    table = tool.get(OWN_KEYS[1]) if isinstance(tool, dict) else None
    for name in table if isinstance(table, dict) else ():
        if name not in _NAMES:
            words = f"`{name}` is no key of [{'.'.join(OWN_KEYS)}]: it has no effect"
            yield found(Code.UNKNOWN_KEY, pyproject.at_key(*OWN_KEYS, name), words, _meant(name))


def _meant(name: str) -> str:
    if any(setting.name == name for setting in settings_of(Place.USER)):
        return "it concerns a person, not a project: write it into your own settings.toml"
    guess = nearest(name, _NAMES)
    return f"did you mean `{guess}`?" if guess else f"remove it; the keys are {', '.join(_NAMES)}"
