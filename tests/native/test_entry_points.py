"""``entry_points.txt`` is uv's, byte for byte, and so are the refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from atombuild.errors import Report
from support.generated import Bench, Generated, Refusal

Refused = Callable[..., Report]

PROJECT = '[project]\nname = "foo"\nversion = "1.0"\n'


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", None),
        ("scripts = {}", b"[console_scripts]\n\n"),
        ("entry-points = {}", b""),
        ("entry-points = { g = {} }", b"[g]\n\n"),
        ('scripts = { b = "x:y", a = "q" }', b"[console_scripts]\na = q\nb = x:y\n\n"),
        (
            'entry-points = { "z.b" = { c = "d" }, a = { "e f" = " g " } }\ngui-scripts = { h = "i" }\nscripts = {}',
            b"[console_scripts]\n\n[gui_scripts]\nh = i\n\n[a]\ne f =  g \n\n[z.b]\nc = d\n\n",
        ),
        (
            'scripts = { "é.-_" = "x", "Z" = "", "a" = "b c" }',
            b"[console_scripts]\nZ = \na = b c\n\xc3\xa9.-_ = x\n\n",
        ),
        ('entry-points = { "_1..a." = { "=" = "y" } }', b"[_1..a.]\n= = y\n\n"),
    ],
)
def test_the_text_is_uvs(lines: str, expected: bytes | None, same_as_uv: Callable[..., Generated]) -> None:
    generated = same_as_uv(PROJECT + lines)
    assert generated.entry_points == expected


SCRIPT_RULE = "must include a non-dot character and consist only of letters, numbers, dots, underscores and dashes"


@pytest.mark.parametrize("name", ["", ".", "...", "a b", "a/b", "a\\nb"])
@pytest.mark.parametrize("key", ["scripts", "gui-scripts"])
def test_a_script_needs_a_name_that_a_file_can_have(key: str, name: str, refused_as_uv_does: Refused) -> None:
    report = refused_as_uv_does(f'{PROJECT}{key} = {{ ok = "x", "{name}" = "x" }}')
    assert report.why[0].endswith(SCRIPT_RULE)
    assert report.where
    assert (report.where.line, report.where.column) == (4, len(f'{key} = {{ ok = "x", ') + 1)


@pytest.mark.parametrize("group", ["", ".a", "a b", "a-b", "a/b"])
def test_a_group_has_letters_numbers_and_dots(group: str, refused_as_uv_does: Refused) -> None:
    report = refused_as_uv_does(f'{PROJECT}[project.entry-points."{group}"]\na = "b"')
    assert report.why == (
        f"Entrypoint groups must consist of letters and numbers separated by dots, invalid group: {group}",
    )
    assert report.where
    assert report.where.line == 4


@pytest.mark.parametrize(("group", "key"), [("console_scripts", "scripts"), ("gui_scripts", "gui-scripts")])
def test_a_group_with_a_key_of_its_own_belongs_there(group: str, key: str, refused_as_uv_does: Refused) -> None:
    report = refused_as_uv_does(f"{PROJECT}[project.entry-points.{group}]")
    assert report.why == (f"Use `project.{key}` instead of `project.entry-points.{group}`",)
    assert report.hint == f"move these lines to [project.{key}]"


@pytest.mark.parametrize("text", ["x:f\\nrm = os:abort", "x:f\\r", "x:f\\u2028b = c"])
@pytest.mark.parametrize("key", ["scripts", "gui-scripts", "entry-points.plugins"])
def test_a_value_of_two_lines_would_forge_an_entry_and_is_refused_though_uv_writes_it(
    bench: Bench, key: str, text: str
) -> None:
    bench.write(f'{PROJECT}[project.{key}]\nok = "x:f"\nrun = "{text}"')
    ours = bench.ours()
    assert isinstance(bench.uvs(), Generated)
    assert isinstance(ours, Refusal)
    (report,) = ours.reports
    assert report.why == ("the entry point 'run' would forge other lines of entry_points.txt",)
    assert report.where
    assert report.where.line == 6


@pytest.mark.parametrize("name", ["a\\nb", "[console_scripts]", " [a"])
def test_so_is_a_name_that_would_forge_an_entry_or_a_group(bench: Bench, name: str) -> None:
    bench.write(f'{PROJECT}[project.entry-points.plugins]\n"{name}" = "b]"')
    ours = bench.ours()
    assert isinstance(bench.uvs(), Generated)
    assert isinstance(ours, Refusal)
    assert "would forge other lines" in ours.reports[0].why[0]
