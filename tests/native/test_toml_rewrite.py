"""``pyproject.toml`` is rewritten for the sdist byte for byte as uv_build does it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from atombuild.native.toml_rewrite import rewrite
from atombuild.project.pyproject import parse_pyproject
from support.generated import Generated

Same = Callable[..., Generated]

PROJECT = '[project]\nname = "foo"\nversion = "1.0"\n'

STRINGS = {
    "plain": 'a = "x"\nb = ""',
    "tabs": 'a = "tab\\there"\nb = "tab\\t\\""\nc = "tab\\t\\"\'"\nd = "tab\\t\\n"',
    "double quotes": 'a = \'x"y\'\nb = \'""""\'\nc = \'x"\'\nd = "ends\\n\\""',
    "single quotes": 'a = "it\'s"\nb = "both \' and \\""\nc = "both \'\'\' and \\"\\"\\""',
    "backslashes": 'a = \'b\\s\'\nb = "q\\"b\\\\s"\nc = "\'\\\\\'\\""\nd = "\\\\\\n\'\'\'"',
    "lines": 'a = "x\\ny"\nb = "\\n"\nc = "\\n\\n"\nd = ["x\\ny", "z"]\ne = ["x\\ny"]',
    "lines with quotes": 'a = "\'\'\'\\n\\"\\"\\"\\\\"\nb = "x\\n\\"\\"\\"\\"\\"\\""\nc = \'\'\'a"""b\'\'\'',
    "control characters": 'a = "\\u0000\\u0007\\b\\f\\u001f\\u007f"\nb = "\\r\\n"\nc = "\\u001b\\n\\"\\"\\"\\"\\""',
    "beyond ASCII": 'a = "\\u0080\\u2028é\\U0001F600\\ufeff"\n"é" = 1',
    "continued lines": 'a = """\\\n   x \\\n\n y"""',
}
NUMBERS = {
    "integers": "a = 1_000\nb = 0xff\nc = 0o17\nd = 0b11\ne = +5\nf = -0\ng = 9223372036854775807",
    "floats": "a = 1e10\nb = 1e-7\nc = 1.5e300\nd = 5e-324\ne = 0.1\nf = 1e22\ng = 123456789012345680.0",
    "odd floats": "a = inf\nb = -inf\nc = nan\nd = -nan\ne = -0.0\nf = +0.0",
    "booleans": "a = true\nb = false",
}
TIMES = {
    "date and time": "a = 1979-05-27T07:32:00Z\nb = 1979-05-27 07:32:00\nc = 1979-05-27t07:32z\nd = 1979-05-27T07:32",
    "offsets": "a = 1979-05-27T07:32:00-00:00\nb = 1979-05-27T07:32:00+00:00\nc = 1979-05-27T07:32:00-07:30",
    "fractions": "a = 07:32:00.000\nb = 07:32:00.120\nc = 07:32:00.1234567899\nd = 1979-05-27T07:32:00.0000000001Z",
    "one of the two": "a = 1979-05-27\nb = 07:32:00\nc = 07:32",
}
CONTAINERS = {
    "arrays": "a = []\nb = [1]\nc = [1, 2]\nd = [\n1, # c\n2,\n]",
    "arrays of arrays": "a = [[1, 2], [3]]\nb = [[1, 2]]\nc = [[[1, 2], []], [[]]]\nd = [[1, [2, 3]], 'x']",
    "arrays of tables": "a = [{}]\nb = [{}, {c = 1}]\nd = [{e = {f = 1}}]\ng = [{h = [{i = 1}, {j = 2}]}]",
    "mixed arrays": "a = [1, {b = 1, c = {}}, {}]\nd = [[], {}]\ne = [{}, []]\nf = [[{g = 1}], [{h = [{i = 1}]}]]",
    "inline tables": "a = {}\nb = {c = {}}\nd = {e = {f = {}}, g = 1}\nh = {\n i = 1, # c\n j = 2,\n}",
    "dotted keys": "a.b.c = 1\na.d = 2\n'x y'.\"z\\nw\" = 3",
    "values after tables": "a = {b = 1}\nc = 2\nd = {e = 3}\nf = [{g = 1}]\nh = 4",
    "quoted keys": '"a b" = 1\n\'q"\' = 2\n"x\'\\"y" = 3\n"\\\\" = 4\n"" = 5\n"\'\\n" = 6\n"tab\\t" = 7\n1-_ = 8',
}
HEADERS = {
    "out of order": "[x]\n[x.y]\n[z]\nq = 1\n[x.w]",
    "below an array of tables": "[[x]]\n[[x]]\na = 1\n[[x.y]]\n[x.y.z]\nb = 2\n[[x.y]]",
    "implied": "[a.b.c]\nd = 1\n[a]\ne = 2",
    "quoted": '["a b"."c\'d"]\nx = 1\n[[e.\'f g\']]',
    "mixed": "[a]\nb = 1\nc = {}\nd = [{}]\ne = 2\n[f]",
}


@pytest.mark.parametrize(
    "document",
    [pytest.param(f"{PROJECT}[tool.q]\n{lines}", id=name) for name, lines in
     {**STRINGS, **NUMBERS, **TIMES, **CONTAINERS}.items()]
    + [pytest.param(f"{lines}\n{PROJECT}", id=f"{name} at the top") for name, lines in CONTAINERS.items()]
    + [pytest.param(PROJECT + lines, id=name) for name, lines in HEADERS.items()],
)  # fmt: skip
def test_the_rewritten_document_is_uvs(document: str, same_as_uv: Same) -> None:
    same_as_uv(document)


@pytest.mark.parametrize(
    "value",
    [
        '"""x\r\ny"""',
        '"""\r\nx\r\n  y\\\r\n   z\\n\r\n"""',
        "'''\r\n\r\nx\r\n'''",
        '["""x\r\ny""", {b = """\r\n\r\nq\\\\\r\nr"""}]',
        '"""\n\r\nb"""',
    ],
)
def test_windows_line_endings_survive_in_strings_and_nowhere_else(value: str, same_as_uv: Same) -> None:
    build_system = '[build-system]\nrequires = ["uv_build>=0.13.6,<0.14"]\nbuild-backend = "uv_build"\n'
    head = f"\ufeff{build_system}{PROJECT}[tool.q]\n".replace("\n", "\r\n")
    same_as_uv(f"{head}a = {value}\r\n".encode())


def rewritten(text: str) -> str:
    return rewrite(parse_pyproject(Path("/project/pyproject.toml"), text.encode()).table)


def test_one_document_whole() -> None:
    assert rewritten(
        """\
# comment
[project] # another
name = 'foo'
urls.home = "https://example.org"
dependencies = [
    "a",  # one
    "b"
]
authors = [{ name = "A" }]
[tool]
"""
    ) == (
        '[project]\nname = "foo"\ndependencies = [\n    "a",\n    "b",\n]\n'
        '\n[project.urls]\nhome = "https://example.org"\n\n[[project.authors]]\nname = "A"\n\n[tool]\n'
    )


def test_an_empty_document_stays_empty() -> None:
    assert rewritten("# nothing\n") == ""


text = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
quoted_text = st.text(alphabet="'\"\\\n\t\r a\x00", max_size=12)
scalars = st.one_of(text, quoted_text, st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False))
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text | quoted_text, inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(text | quoted_text, values, max_size=4))
def test_what_is_written_means_the_same(table: dict[str, object]) -> None:
    written = rewrite(table)
    assert tomli.loads(written) == table
    assert rewrite(tomli.loads(written)) == written
