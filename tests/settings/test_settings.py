"""A setting is right, or refused where it stands; the schema and the parser agree."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import tomli

from atombuild.folders import SETTINGS_VARIABLE, settings_path
from atombuild.project.checks import Findings, Table
from atombuild.project.document import parse_document
from atombuild.project.pyproject import Pyproject
from atombuild.settings.reading import read_settings_table
from atombuild.settings.registry import SETTINGS, Place, settings_of
from atombuild.settings.schema import schema
from atombuild.settings.user import SettingsFile, UserSettings

EXAMPLES = [
    ("", True),
    *((setting.example, True) for setting in SETTINGS),
    ("silence = []", True),
    ("silence = 5", False),
    ('silence = ["a", 5]', False),
    ("keep-in-memory = 0", True),
    ("keep-in-memory = -1", False),
    ("keep-in-memory = true", False),
    ("hook-timeout = 0.5", True),
    ("hook-timeout = 0", False),
    ('hook-timeout = "1"', False),
    ("on-success = []", False),
    ('on-success = ["", "x"]', False),
    ('on-success = ["x", 1]', False),
    ('on-success = " "', False),
    ("on-success = false", False),
    ("theme = 5", False),
    ('theme = ""', False),
    ("bell = 1", False),
    ("keys = 5", False),
    ("keys = { build = 5 }", False),
    ("keys = { build = [] }", False),
    ('keys = { build = "" }', False),
    ('keys = { build = ["f5", "b"] }', True),
    ('editor = ["code", "-n"]', True),
]


def place_of(line: str) -> Place:
    name = line.partition("=")[0].strip()
    return next((setting.place for setting in SETTINGS if setting.name == name), Place.USER)


def judged(line: str, place: Place) -> tuple[dict[str, Any], list[str]]:
    path = Path("settings.toml").absolute()
    table, positions = parse_document(path, line.encode())
    findings = Findings(Pyproject(path, line.encode(), table, positions))
    values = read_settings_table(Table(findings, (), table), place)
    return values, [problem.what for problem in findings.problems]


@pytest.mark.parametrize(("line", "good"), EXAMPLES)
def test_parser_and_schema_agree(line: str, good: bool) -> None:
    place = place_of(line)
    values, problems = judged(line, place)
    assert bool(problems) is not good, problems
    if good and line:
        assert len(values) == 1
    validator = jsonschema.Draft202012Validator(schema(place))
    assert validator.is_valid(tomli.loads(line)) is good


@pytest.mark.parametrize("place", Place)
def test_the_schema_is_one_and_knows_every_setting(place: Place) -> None:
    made = schema(place, ["build"])
    jsonschema.Draft202012Validator.check_schema(made)
    assert set(made["properties"]) == {setting.name for setting in settings_of(place)}
    assert not jsonschema.Draft202012Validator(made).is_valid({"no-such": 1})


def test_the_schema_names_the_actions() -> None:
    validator = jsonschema.Draft202012Validator(schema(Place.USER, ["build"]))
    assert validator.is_valid({"keys": {"build": "f5"}})
    assert not validator.is_valid({"keys": {"biuld": "f5"}})


@pytest.fixture
def file(tmp_path: Path) -> SettingsFile:
    return SettingsFile(tmp_path / "settings.toml")


def test_without_a_file_everything_is_as_usual(file: SettingsFile) -> None:
    assert file.changed()
    assert file.read() == ()
    assert file.settings == UserSettings()
    assert not file.changed()


def test_what_is_wrong_is_told_with_its_line_and_the_rest_holds(file: SettingsFile) -> None:
    file.path.write_text('theme = "atombuild-light"\nbel = false\nbell = "no"\nsilence = []\n[keys]\nbuild = "f5"\n')
    reports = file.read()
    assert [(report.what, report.where.line if report.where else None) for report in reports] == [
        ("`bell` has the wrong type", 3),
        ("`bel` is no setting", 2),
        ("`silence` is no setting", 4),
    ]
    assert reports[1].hint == "did you mean `bell`?"
    assert "pyproject.toml" in reports[2].hint
    assert (file.settings.theme, file.settings.bell, dict(file.settings.keys)) == (
        "atombuild-light",
        True,
        {"build": ("f5",)},
    )
    assert file.settings.where["keys.build"].line == 6


def test_a_file_that_is_no_toml_leaves_what_held_before(file: SettingsFile) -> None:
    file.path.write_text('theme = "atombuild-light"')
    assert file.read() == ()
    file.path.write_text('theme = "atombuild-light')
    assert file.changed()
    (report,) = file.read()
    assert report.what == "settings.toml is not valid TOML"
    assert report.where is not None
    assert file.settings.theme == "atombuild-light"
    file.path.unlink()
    assert file.changed()
    assert file.read() == ()
    assert file.settings.theme is None


def test_a_folder_in_its_place_is_told(file: SettingsFile) -> None:
    file.path.mkdir()
    (report,) = file.read()
    assert report.what == "settings.toml can't be read"


def test_what_is_too_large_for_settings_is_told_and_not_cut(file: SettingsFile) -> None:
    file.path.write_text("# nothing\n" * 120_000 + 'theme = "nope"\n')
    (report,) = file.read()
    assert report.why == ("it is larger than 1.05 MB",)


def test_of_very_many_mistakes_the_first_hundred_are_told(file: SettingsFile) -> None:
    file.path.write_text("".join(f"unknown{number} = 1\n" for number in range(5_000)))
    assert len(file.read()) == 100


def test_the_place_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(SETTINGS_VARIABLE, str(tmp_path / "mine.toml"))
    assert settings_path() == tmp_path / "mine.toml"
    monkeypatch.delenv(SETTINGS_VARIABLE)
    assert settings_path().name == "settings.toml"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_its_place_holds_nobody(file: SettingsFile) -> None:
    os.mkfifo(file.path)
    (report,) = file.read()
    assert report.why == ("it is a FIFO, not a regular file",)
    file.path.unlink()
    file.path.symlink_to("/dev/zero")
    (report,) = file.read()
    assert report.why == ("it is a device, not a regular file",)
