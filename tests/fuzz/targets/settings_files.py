"""``settings.toml``: what is wrong in it is told with its place and costs that one setting; the rest holds."""

from __future__ import annotations

from types import NoneType
from typing import Final

from atombuild.settings.user import SettingsFile
from fuzz import material
from fuzz.choices import Choices
from fuzz.oracle import Broken, Playground, check_reports
from fuzz.target import Target
from fuzz.targets.pyproject import key, value

KEYS: Final = ("theme", "editor", "bell", "keys", "them", "on-success", "nonsense")


def attempt(choices: Choices, playground: Playground) -> None:
    """Write such a file, and read it twice."""
    path = playground.inside / "settings.toml"
    file = SettingsFile(path)
    file.read()
    for _ in range(2):
        path.write_bytes(_document(choices))
        reports = file.read()
        if reports:
            check_reports(reports)
        settings = file.settings
        kinds = [type(settings.bell), type(settings.theme), type(settings.editor)]
        if not (kinds[0] is bool and kinds[1] in {str, NoneType} and kinds[2] in {str, tuple, NoneType}):
            raise Broken(f"settings of the wrong kind: {settings}")
        if any("pyproject" in report.what for report in reports):
            raise Broken(f"another file is blamed: {reports}")


def _document(choices: Choices) -> bytes:
    lines = {choices.pick(KEYS): value(choices) for _ in choices.many(4)}
    text = "".join(f"{name} = {written}\n" for name, written in lines.items())
    if "keys" not in lines and choices.one_in(2):
        text += "[keys]\n" + "".join(f"{key(choices)} = {value(choices)}\n" for _ in choices.many(3))
    data = text.encode("utf-8", "surrogatepass")
    return material.mutated(choices, data) if choices.one_in(3) else data


SETTINGS: Final = Target("settings", attempt, examples=150, size=200)
