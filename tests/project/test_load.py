"""From a document to a project: what each key becomes, and what each mistake is called and where it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.version import Version

from atombuild.errors import Problem, ProjectInvalid
from atombuild.project.load import load_project
from atombuild.project.model import License, OwnSettings, Person, Project, Readme, UvBuildSettings
from atombuild.project.pyproject import parse_pyproject
from atombuild.project.requirement import parse_dependency
from atombuild.project.settings import read_own_settings

HEAD = '[build-system]\nrequires = ["uv_build"]\n'
PROJECT = f'{HEAD}[project]\nname = "Foo.Bar"\nversion = "1.0"\n'
SETTINGS = f"{PROJECT}[tool.uv.build-backend]\n"


def load(text: str) -> Project:
    return load_project(parse_pyproject(Path("/project/pyproject.toml"), text.encode()))


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(ProjectInvalid) as caught:
        load(text)
    return caught.value.problems


def test_the_least_that_a_project_needs() -> None:
    project = load(PROJECT)
    assert project.root == Path("/project")
    assert project.metadata.name == "Foo.Bar"
    assert project.metadata.version == Version("1.0")
    assert project.settings == UvBuildSettings()
    assert (project.distribution, project.stem) == ("foo_bar", "foo_bar-1.0")


def test_every_key_of_project() -> None:
    metadata = load(
        PROJECT
        + """
description = "one line"
readme = { file = "R", content-type = "text/plain", text = "ignored" }
requires-python = "<4, >=3.10"
license = "MIT"
license-files = ["LICENSE*"]
authors = [{ name = "A" }, { email = "b@c" }, { name = "D", email = "" }]
maintainers = []
keywords = []
classifiers = ["A :: B"]
urls = { z = "1", a = "2" }
scripts = { b = "c:d" }
gui-scripts = {}
entry-points = { group = { e = "f" } }
dependencies = ["x>=1", "y"]
optional-dependencies = { Z_z = ["q"], a = [] }
import-names = ["foo"]
dynamic = []
unknown = { key = 1 }
"""
    ).metadata
    assert metadata.description == "one line"
    assert metadata.readme == Readme("R", None, "text/plain")
    assert [str(clause) for clause in metadata.requires_python or ()] == [">=3.10", "<4"]
    assert metadata.license == License(expression="MIT")
    assert metadata.license_files == ("LICENSE*",)
    assert metadata.authors == (Person("A", None), Person(None, "b@c"), Person("D", ""))
    assert metadata.keywords == ()
    assert metadata.classifiers == ("A :: B",)
    assert list(metadata.urls.items()) == [("z", "1"), ("a", "2")]
    assert (metadata.scripts, metadata.gui_scripts) == ({"b": "c:d"}, {})
    assert metadata.entry_points == {"group": {"e": "f"}}
    assert metadata.dependencies == (parse_dependency("x>=1"), parse_dependency("y"))
    assert list(metadata.optional_dependencies.items()) == [("a", ()), ("z-z", (parse_dependency("q"),))]
    assert (metadata.import_names, metadata.import_namespaces) == (("foo",), None)


def test_absent_keys_are_not_empty_ones() -> None:
    metadata = load(PROJECT).metadata
    absent = ("keywords", "license_files", "scripts", "entry_points", "requires_python", "readme", "license")
    assert {key: getattr(metadata, key) for key in absent} == dict.fromkeys(absent)
    assert load(PROJECT + 'requires-python = ""').metadata.requires_python == ()


@pytest.mark.parametrize(
    ("license_value", "expected"),
    [
        ('{ text = "T", file = "F" }', License(text="T")),
        ('{ file = "F", text = 1 }', License(file="F")),
        ('"MIT"', License(expression="MIT")),
    ],
)
def test_forms_of_the_licence(license_value: str, expected: License) -> None:
    assert load(f"{PROJECT}license = {license_value}").metadata.license == expected


def test_every_setting() -> None:
    settings = load(
        SETTINGS
        + 'module-root = ""\nmodule-name = ["a", "b.c"]\nnamespace = true\nsource-include = ["x"]\n'
        + 'source-exclude = ["y"]\nwheel-exclude = ["z"]\ndefault-excludes = false\nunknown = 1\n'
        + 'data = { scripts = "s", purelib = "p" }\n'
    ).settings
    expected = UvBuildSettings(
        "", ("a", "b.c"), namespace=True, source_include=("x",), source_exclude=("y",), wheel_exclude=("z",),
        default_excludes=False, data={"purelib": "p", "scripts": "s"},
    )  # fmt: skip
    assert settings == expected
    assert list(settings.data) == ["purelib", "scripts"]


NAME_RULE = "Names must start and end with a letter or digit and may only contain -, _, ., and alphanumeric characters."
NO_PERSON = "a table with 'name' and/or 'email' keys"
NO_SEQUENCE = 'invalid type: string "x", expected a sequence'
NO_STRING = "invalid type: integer `1`, expected a string"


@pytest.mark.parametrize(
    ("line", "column", "why"),
    [
        ("description = 1", 15, NO_STRING),
        ("readme = 1", 10, "data did not match any variant of untagged enum Readme"),
        ('readme = { file = "R" }', 10, "data did not match any variant of untagged enum Readme"),
        ('readme = { text = "R", content-type = "text/plain", charset = 1 }', 10, "data did not match any variant of"),
        ("license = {}", 11, "data did not match any variant of untagged enum License"),
        ("license-files = { paths = [] }", 17, "invalid type: map, expected a sequence"),
        ("license-files = [1]", 18, NO_STRING),
        ('authors = "x"', 11, NO_SEQUENCE),
        ("authors = [{}]", 12, NO_PERSON),
        ('authors = [{ name = "a" }, { name = "a", url = "b" }]', 28, NO_PERSON),
        ('maintainers = ["x"]', 16, NO_PERSON),
        ("authors = [{ email = 1 }]", 12, NO_PERSON),
        ('keywords = "x"', 12, NO_SEQUENCE),
        ('classifiers = ["A :: B", 1]', 26, NO_STRING),
        ("urls = []", 8, "invalid type: sequence, expected a map"),
        ("urls = { a = 1 }", 14, NO_STRING),
        ("scripts = { a = 1979-05-27 }", 17, "invalid type: map, expected a string"),
        ("gui-scripts = 1.5", 15, "invalid type: floating point `1.5`, expected a map"),
        ('entry-points = { a = "x" }', 22, 'invalid type: string "x", expected a map'),
        ("entry-points = { a = { b = true } }", 28, "invalid type: boolean `true`, expected a string"),
        ("dependencies = {}", 16, "invalid type: map, expected a sequence"),
        ("dependencies = [1]", 17, "invalid type: integer `1`, expected a string containing a PEP 508 requirement"),
        ('dependencies = ["a", "b c"]', 22, "Expected one of `@`, `(`, `<`, `=`, `>`, `~`, `!`, `;`, found `c`"),
        ("optional-dependencies = []", 25, "invalid type: sequence, expected a map with unique keys"),
        ('optional-dependencies = { a = "x" }', 31, NO_SEQUENCE),
        ('optional-dependencies = { "a-" = [] }', 27, f'Not a valid package or extra name: "a-". {NAME_RULE}'),
        ("optional-dependencies = { A_b = [], a-B = [] }", 37, "duplicate normalized extra name `a-b`"),
        ('optional-dependencies = { a = ["b=1"] }', 32, 'no such comparison operator "="'),
        (
            'requires-python = "3.8"', 19,
            "Failed to parse version: Unexpected end of version specifier, expected operator. Did you mean `==3.8`?",
        ),
        (
            'requires-python = ">=3,"', 19,
            "Failed to parse version: Unexpected end of version specifier, expected operator",
        ),
        ('import-names = "x"', 16, NO_SEQUENCE),
        ("import-namespaces = [1]", 22, NO_STRING),
        ('dynamic = "x"', 11, NO_SEQUENCE),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_placed_and_explained(line: str, column: int, why: str) -> None:
    (problem,) = problems(PROJECT + line)
    assert problem.why[0].startswith(why)
    assert str(problem.where) == f"/project/pyproject.toml:6:{column}"
    assert line.partition(" ")[0] in problem.what or "extra" in problem.what
    assert problem.hint


@pytest.mark.parametrize(
    ("line", "what", "column"),
    [
        ('dynamic = ["version"]', "Dynamic metadata is not supported", 11),
        ('classifiers = ["A"]', "`project.classifiers` contains an invalid classifier: A", 16),
        (
            'classifiers = ["A :: B", "A ::  :: B"]',
            "`project.classifiers` contains an invalid classifier: A ::  :: B",
            26,
        ),
    ],
)
def test_where_uvs_words_are_plain_they_are_ours(line: str, what: str, column: int) -> None:
    (problem,) = problems(PROJECT + line)
    assert problem.what == what
    assert str(problem.where) == f"/project/pyproject.toml:6:{column}"


@pytest.mark.parametrize(
    ("line", "column", "why"),
    [
        ("module-root = 1", 15, "invalid type: integer `1`, expected path string"),
        ("module-name = 1e10", 15, "invalid type: floating point `10000000000.0`, expected a string or a sequence"),
        ("module-name = [[]]", 16, "invalid type: sequence, expected a string"),
        ("namespace = 1", 13, "invalid type: integer `1`, expected a boolean"),
        ('source-include = "x"', 18, NO_SEQUENCE),
        ("wheel-exclude = [1]", 18, NO_STRING),
        ('data = "x"', 8, 'invalid type: string "x", expected struct WheelDataIncludes'),
        ("data = { purelib = 1 }", 20, "invalid type: integer `1`, expected path string"),
        (
            'data = { lib = "x" }', 10,
            "unknown field `lib`, expected one of `purelib`, `platlib`, `headers`, `scripts`, `data`",
        ),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named_placed_and_explained(line: str, column: int, why: str) -> None:
    (problem,) = problems(SETTINGS + line)
    assert problem.why == (why,)
    assert str(problem.where) == f"/project/pyproject.toml:7:{column}"
    assert f"tool.uv.build-backend.{line.partition(' ')[0]}" in problem.what


@pytest.mark.parametrize(
    ("text", "what", "place"),
    [
        (HEAD, "missing field `project`", "1:1"),
        (HEAD + '[project]\nname = "x"', "missing field `version`", "3:1"),
        (HEAD + '[project]\nversion = "1"', "missing field `name`", "3:1"),
        ('[project]\nname = "x"\nversion = "1"', "missing field `build-system`", "1:1"),
        ('[project]\nname = "x"\nversion = "1"\n[build-system]', "missing field `requires`", "4:1"),
        (HEAD + '[project]\nname = "x-"\nversion = "1"', "`project.name` is not a valid name: 'x-'", "4:8"),
        (HEAD + '[project]\nname = "x"\nversion = "1.x"', "`project.version` is not a valid version: '1.x'", "5:11"),
        ("project = 1\n" + HEAD, "`project` has the wrong type", "1:11"),
        ("tool = 1\n" + PROJECT, "`tool` has the wrong type", "1:8"),
        (PROJECT + "[tool]\nuv = 1", "`tool.uv` has the wrong type", "7:6"),
        (PROJECT + "[tool.uv]\nbuild-backend = 1", "`tool.uv.build-backend` has the wrong type", "7:17"),
    ],
)
def test_what_is_required_is_missed_by_name(text: str, what: str, place: str) -> None:
    (problem,) = problems(text)
    assert problem.what == what
    assert str(problem.where) == f"/project/pyproject.toml:{place}"


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    found = problems(
        '[tool.uv.build-backend]\nnamespace = "yes"\n[project]\nversion = 1\nname = "-"\nreadme = 1\n'
        'dependencies = ["a>1", "b>>1", "c c"]\nclassifiers = ["x"]\n[build-system]\nrequires = [1, "y=1"]\n'
    )
    assert [(p.where.line, p.where.column) for p in found if p.where] == [
        (2, 13), (4, 11), (5, 8), (6, 10), (7, 24), (7, 32), (8, 16), (10, 13), (10, 16),
    ]  # fmt: skip
    assert all(problem.what and problem.hint for problem in found)


def test_the_codes_to_silence_are_read_as_written() -> None:
    assert load(f'{PROJECT}[tool.atombuild]\nsilence = ["large-file", "no-such-code"]').own.silence == (
        "large-file",
        "no-such-code",
    )
    assert load(PROJECT).own.silence == ()


def test_how_much_is_kept_in_memory_is_read_in_mib() -> None:
    assert load(f"{PROJECT}[tool.atombuild]\nkeep-in-memory = 0").own.keep_in_memory == 0
    assert load(PROJECT).own.keep_in_memory == 64


@pytest.mark.parametrize(
    ("lines", "what", "why", "place"),
    [
        (
            "[tool.atombuild]\nkeep-in-memory = true",
            "`tool.atombuild.keep-in-memory` has the wrong type",
            "invalid type: boolean `true`, expected a whole number from 0 on",
            "7:18",
        ),
        (
            "[tool.atombuild]\nsilence = 3",
            "`tool.atombuild.silence` has the wrong type",
            "invalid type: integer `3`, expected a sequence",
            "7:11",
        ),
        (
            '[tool.atombuild]\nsilence = ["a", 3]',
            "`tool.atombuild.silence[1]` has the wrong type",
            "invalid type: integer `3`, expected a string",
            "7:17",
        ),
        (
            "[tool]\natombuild = true",
            "`tool.atombuild` has the wrong type",
            "invalid type: boolean `true`, expected a map",
            "7:13",
        ),
    ],
)
def test_a_setting_of_ours_of_the_wrong_type_is_told_where_it_stands_and_costs_itself_alone(
    lines: str, what: str, why: str, place: str
) -> None:
    assert load(PROJECT + lines).metadata.name == "Foo.Bar"
    own, (problem,) = read_own_settings(parse_pyproject(Path("/project/pyproject.toml"), (PROJECT + lines).encode()))
    assert (problem.what, problem.why) == (what, (why,))
    assert str(problem.where) == f"/project/pyproject.toml:{place}"
    assert problem.hint
    assert own in {OwnSettings(), OwnSettings(silence=("a",))}
