"""Every key and value of a TOML document is found where an editor shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from atombuild.project.positions import Keys, Positions

HERE = "‸"


@pytest.mark.parametrize(
    ("document", "keys"),
    [
        ("a = ‸1", ("a",)),
        ("‸[a]\nb = 1", ("a",)),
        ("[a]\nb = ‸1", ("a", "b")),
        ("[a]\r\nb = ‸1\r\n", ("a", "b")),
        ('"é" = ‸1', ("é",)),
        ("a.b . c = ‸1", ("a", "b", "c")),
        ('a."b.c".\'d"\' = ‸1', ("a", "b.c", 'd"')),
        ('"\\u0061\\tb" = ‸1', ("a\tb",)),
        ("[[a]]\nb = 1\n[[a]]\nb = ‸2", ("a", 1, "b")),
        ("[[a]]\n‸[[a]]\n", ("a", 1)),
        ("[[a]]\n[[a.b]]\n[a.b.c]\nd = ‸1", ("a", 0, "b", 0, "c", "d")),
        ("[a.b]\nx = 1\n‸[a]\ny = 2", ("a",)),
        ("a = [1, ‸2]", ("a", 1)),
        ("a = [ # ] \"\n  '''\n]''', # x\n  ‸2,\n]", ("a", 1)),
        ("a = { b = 1, c = { d = [ 0, ‸true ] } }", ("a", "c", "d", 1)),
        ("a = {\n  b = 1, # }\n  c = ‸2,\n}", ("a", "c")),
        ('a = """\n"" \\""" = "\n"""""\nb = ‸1', ("b",)),
        ("a = ''''x'''''\nb = ‸1", ("b",)),
        ('a = ""\nb = ‸1', ("b",)),
        ("a = 1979-05-27 07:32:00 # c\nb = ‸1", ("b",)),
        ("# é = 2\n[a]   # [b]\n\nb =\t‸1", ("a", "b")),
        ("‸a = 1", ()),
        ("[a]\nb = ‸{}", ("a", "b", "missing", "deeper")),
        ("‸[a]\nb = 1", ("a", "c")),
        ("\ufeffa = ‸1", ("a",)),
    ],
)
def test_a_value_is_found_where_it_begins(document: str, keys: Keys) -> None:
    line, column = place_of_mark(document)
    assert Positions.of_text(document.replace(HERE, "")).of(keys) == (line, column)


@pytest.mark.parametrize(
    ("document", "keys"),
    [
        ("‸a = 1", ("a",)),
        ("[t]\na.‸b = 1", ("t", "a", "b")),
        ("t = { a = 1, ‸'b c' = 2 }", ("t", "b c")),
        ("[a.‸b]", ("a", "b")),
        ("‸[a]\nb = 1", ("a", "missing")),
    ],
)
def test_a_key_is_found_where_it_begins(document: str, keys: Keys) -> None:
    assert Positions.of_text(document.replace(HERE, "")).of_key(keys) == place_of_mark(document)


def place_of_mark(document: str) -> tuple[int, int]:
    before = document.removeprefix("\ufeff").partition(HERE)[0]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ("a = " + "[" * 80 + "]" * 80, None),
        ("a = " + "[" * 81 + "]" * 81, (1, 85)),
        ("a = " + "{a=" * 90 + "1" + "}" * 90, (1, 4 + 80 * 3 + 1)),
        ("x = 1\n" + ".".join("a" * 80) + " = 1", None),
        ("x = 1\n" + ".".join("a" * 81) + " = 1", (2, 1)),
        ("a = " + "[" * 3000 + "']' # [ \n" + "]" * 3000 + "\nb = 1", (1, 85)),
    ],
)
def test_nesting_beyond_uvs_limit_is_noticed_and_stepped_over(document: str, place: tuple[int, int] | None) -> None:
    positions = Positions.of_text(document)
    assert positions.too_deep == place
    if "b = 1" in document:
        assert positions.of(("b",)) == (2 + document.count("\n") - 1, 5)


gaps = st.sampled_from(["", " ", "\t", "\n", "\r\n", " # ] } \" ' = [x]\n", "\n\n  "])
spaces = st.sampled_from(["", " ", "\t "])
one_line = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=8)


def literal(text: str) -> str:
    return "'" + text.replace("'", "") + "'"


def basic(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


strings = st.one_of(
    one_line.map(basic),
    one_line.map(literal),
    st.lists(one_line).map(lambda lines: '"""' + "\n".join(basic(line)[1:-1] for line in lines) + '"""'),
    st.lists(one_line).map(lambda lines: "'''\r\n" + "\r\n".join(literal(line)[1:-1] for line in lines) + "'''"),
    st.sampled_from(['"""a"b""c"""""', "''''a''b'''''", '"\\\\"', '"""\\\n   x\\""""', '""', "''", '""""""']),
)
scalars = st.one_of(
    strings,
    st.integers(-(2**63), 2**63 - 1).map(str),
    st.sampled_from(["true", "1_000", "0xff", "-1.5e3", "inf", "1979-05-27", "07:32", "1979-05-27 07:32:00.5-01:00"]),
)


def arrays(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    laid_out = st.builds(lambda a, item, b: f"{a}{item}{b}", gaps, items, gaps)
    return st.builds(
        lambda laid, comma, gap: "[" + ",".join(laid) + (comma if laid else "") + gap + "]",
        st.lists(laid_out, max_size=4),
        st.sampled_from(["", ","]),
        gaps,
    )


def inline_tables(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def laid_out(pairs: list[tuple[str, str, str]]) -> str:
        return "{" + ",".join(f"{a}{key_text(i)} ={b}{value} " for i, (a, b, value) in enumerate(pairs)) + "}"

    return st.lists(st.tuples(gaps, spaces, values), max_size=4).map(laid_out)


def key_text(number: int) -> str:
    return [f"k{number}", f'"k {number}.x"', f"'k\"{number}'", f'k{number}.b . "c \\t d"', f"{number}"][number % 5]


values = st.recursive(scalars, lambda inner: arrays(inner) | inline_tables(inner), max_leaves=8)
headers = st.sampled_from(["[t{}]", '[ t{} . "x y" ]', "[[many]]", "[many.sub{}]", "[[many.deep]]", "[t{}.a.b]"])


@st.composite
def documents(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(["", "\ufeff", "# first\r\n"]))
    aot_open = False
    for number in range(draw(st.integers(0, 8))):
        header = draw(headers)
        if draw(st.booleans()) and (aot_open or not header.startswith(("[many.", "[[many."))):
            aot_open = aot_open or header == "[[many]]"
            text += header.format(number) + draw(spaces) + "\n"
        text += f"{draw(spaces)}{key_text(number)}{draw(spaces)}={draw(spaces)}{draw(values)}"
        text += draw(st.sampled_from(["\n", "\r\n", " # c = ]\n"]))
    return text


@given(documents())
def test_what_stands_at_a_position_is_the_value(document: str) -> None:
    document = document.removeprefix("\ufeff")
    positions = Positions.of_text(document)
    lines = document.split("\n")
    for keys, value in leaves(tomli.loads(document)):
        span = positions.span(keys)
        assert span is not None, keys
        assert tomli.loads(f"x = {document[slice(*span)]}")["x"] == value
        line, column = positions.of(keys)
        assert sum(len(text) + 1 for text in lines[: line - 1]) + column - 1 == span[0]


def leaves(value: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    if isinstance(value, (dict, list)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(item, (*keys, key))
    else:
        yield keys, value


@given(st.text(alphabet="ab.=[]{}\"'#\\,\n\r \t1é"))
def test_text_that_is_no_toml_is_survived(text: str) -> None:
    positions = Positions.of_text(text)
    line, column = positions.of(("a", "b", 0))
    assert line >= 1
    assert column >= 1
