from __future__ import annotations

import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from atombuild.native import globs
from atombuild.native.glob_check import Dialect, GlobFault, check_glob
from atombuild.native.globs import Glob, GlobSet, exact, exclude_text, globset_escaped, parse

components = st.text("abé.-_*? []", min_size=1, max_size=4)
paths = st.lists(components, min_size=1, max_size=4).map("/".join)
patterns = st.lists(st.sampled_from(["a", "b", "*", "**", "?", "[ab]", "a*", "*b", "é"]), min_size=1, max_size=4).map(
    "/".join
)
plain_paths = st.lists(st.text("abé", min_size=1, max_size=2), min_size=1, max_size=4).map("/".join)


def glob(text: str, dialect: Dialect = Dialect.UV) -> GlobSet:
    parsed = parse(text, dialect)
    assert isinstance(parsed, Glob), parsed
    return GlobSet([parsed])


def fault(text: str, dialect: Dialect = Dialect.UV) -> str:
    parsed = parse(text, dialect)
    assert isinstance(parsed, GlobFault)
    assert parsed.hint
    return parsed.words


@pytest.mark.parametrize(
    ("text", "matched", "unmatched"),
    [
        ("a", ["a"], ["b", "a/b", "aa", "x/a"]),
        ("*", ["a", ".env", "a b"], ["a/b"]),
        ("a*", ["a", "ab"], ["a/b"]),
        ("a**", ["a", "ab"], ["a/b"]),
        ("**", ["a", "a/b", ".x/y"], []),
        ("**/", ["a", "a/b"], []),
        ("**/**", ["a", "a/b"], []),
        ("**/a", ["a", "b/a", "b/c/a"], ["ba", "a/b"]),
        ("a/**", ["a/b", "a/b/c"], ["a", "ab"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["ab", "a/xb"]),
        ("a/**/**/b", ["a/b", "a/x/b"], ["ab"]),
        ("?", ["a"], ["é", "", "ab", "/"]),
        ("??", ["é", "ab"], ["a"]),
        ("é", ["é"], ["e"]),
        ("[é]", [], ["é", "e"]),
        ("[é]?", ["é"], []),
        ("[a-c]", ["a", "b", "c"], ["d", "-"]),
        ("[a-]", ["a", "-"], ["b"]),
        ("[-a]", ["a", "-"], ["b"]),
        ("[a-cx]", ["b", "x"], ["-"]),
        ("a.py", ["a.py"], ["axpy"]),
        ("tests/", [], ["tests", "tests/a"]),
        ("/a", [], ["a"]),
        ("./a", [], ["a"]),
        ("a//b", [], ["a/b"]),
        (r"a\ b", ["a b"], ["a\\ b"]),
        (r"\*", ["*"], ["a"]),
        (r"\[a\]", ["[a]"], ["a"]),
        ("A", ["A"], ["a"]),
    ],
)
def test_a_glob_matches_whole_paths(text: str, matched: list[str], unmatched: list[str]) -> None:
    globs = glob(text)
    assert [path for path in matched + unmatched if globs.matches(path)] == matched


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("***", "Too many at stars at position 0 in glob `***`"),
        ("a/**b", "Too many at stars at position 2 in glob `a/**b`"),
        ("..", "The parent directory operator (`..`) at position 0 is not allowed in glob `..`"),
        ("é/../b", "The parent directory operator (`..`) at position 2 is not allowed in glob `é/../b`"),
        ("...", "The parent directory operator (`..`) at position 0 is not allowed in glob `...`"),
        ("a[!b]", "Invalid character `!` in range at position 2 in glob `a[!b]`"),
        ("a\\", "Trailing backslash at position 1 in glob `a\\`"),
        ("a\\/b", "Path separators can't be escaped, invalid character at position 2 in glob `a\\/b`"),
        ("a\\\\b", "Path separators can't be escaped, invalid character at position 2 in glob `a\\\\b`"),
        ("a b", "Invalid character ` ` at position 1 in glob `a b`"),
        ("{a,b}", "Invalid character `{` at position 0 in glob `{a,b}`"),
        ("a[", "error parsing glob 'a[': unclosed character class; missing ']'"),
        ("[]", "error parsing glob '[]': unclosed character class; missing ']'"),
        ("[z-a]", "error parsing glob '[z-a]': invalid range; 'z' > 'a'"),
    ],
)
def test_a_fault_is_told_in_uvs_words_and_with_its_position(text: str, words: str) -> None:
    assert fault(text) == words


def test_a_licence_glob_knows_no_escape() -> None:
    assert fault("a\\*", Dialect.PEP639) == (
        "Only forward slashes are allowed as path separator, invalid character at position 1 in glob `a\\*`"
    )


@pytest.mark.parametrize("text", ["a..b", "a/b..", ".a", "**/x", "a/**", "a**/b", "[a-]", "", "/"])
def test_what_only_looks_wrong_is_accepted(text: str) -> None:
    assert isinstance(parse(text, Dialect.UV), Glob)


@pytest.mark.parametrize(("written", "text"), [("a", "**/a"), ("/a", "a"), ("a/b", "**/a/b"), ("//a", "/a")])
def test_an_exclude_holds_at_any_depth_unless_a_slash_anchors_it(written: str, text: str) -> None:
    assert exclude_text(written) == text


@pytest.mark.parametrize("text", ["a/b/*.py", "a/**/x", "**/x", "[ab]/b?/x.py"])
def test_a_folder_on_the_way_to_a_match_may_hold_it(text: str) -> None:
    globs = glob(text)
    assert globs.may_hold("")
    assert globs.may_hold("a")
    assert globs.may_hold("a/bc") is (text != "a/b/*.py")


def test_a_folder_that_leads_nowhere_is_not_entered() -> None:
    globs = glob("src/foo/**")
    assert all(map(globs.may_hold, ["src", "src/foo", "src/foo/a"]))
    assert not any(map(globs.may_hold, ["s", "srcs", "src/fo", "a", "foo"]))


@given(patterns, plain_paths)
def test_every_folder_above_a_match_may_hold_it(text: str, path: str) -> None:
    globs = glob(text)
    if globs.matches(path):
        names = path.split("/")
        assert all(globs.may_hold("/".join(names[:depth])) for depth in range(1, len(names) + 1))


@given(paths, paths)
def test_an_exact_glob_matches_its_path_and_no_other(path: str, other: str) -> None:
    globs = GlobSet([exact(path)])
    assert globs.matches(path)
    assert globs.matches(other) is (other == path)
    assert globs.may_hold(path.rpartition("/")[0])


def test_no_globs_match_nothing() -> None:
    globs = GlobSet([])
    assert not globs.matches("")
    assert not globs.matches("a")
    assert not globs.may_hold("a")


def test_two_sets_match_what_either_does() -> None:
    both = glob("a") | glob("b/**")
    assert [path for path in ("a", "b/c", "c") if both.matches(path)] == ["a", "b/c"]


def test_names_that_are_no_text_are_matched_by_their_bytes() -> None:
    assert glob("a?").matches("a\udcff")


@given(paths.filter(lambda path: not set(path) & set(" ")))
def test_an_escaped_folder_stands_for_itself(path: str) -> None:
    escaped = parse(globset_escaped(path), Dialect.UV)
    if isinstance(escaped, Glob):
        assert GlobSet([escaped]).matches(path)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("*a" * 30 + "b", "a" * 250),
        ("?*" * 40 + "b", "a" * 250),
        ("[--9]*" * 30 + "b", "-" * 250),
        ("**/a/" * 20 + "b", "a/" * 2000 + "c"),
        ("**/*a*a*a*b", "/".join(["a" * 250] * 16)),
    ],
)
def test_no_glob_takes_longer_than_the_path_is_long(text: str, path: str) -> None:
    hard = glob(text)
    began = time.process_time()
    assert not hard.matches(path)
    assert hard.may_hold(path.rpartition("/")[0])
    assert time.process_time() - began < 1


def test_a_glob_longer_than_any_path_is_refused_in_few_words() -> None:
    assert fault("a*" * 500_000) == "the glob `a*a*a*a*a*a*a*a*a*a*…` has 1,000,000 characters"
    assert glob("a*" * 5000).matches("a" * 5000)


def test_a_path_of_any_depth_is_matched_and_found_from_above() -> None:
    path = "/".join("d" * 2000)
    for deep in (glob(path), GlobSet([exact(path)])):
        assert deep.matches(path)
        assert not deep.matches(path + "/d")
        assert deep.may_hold("/".join("d" * 700))
        assert not deep.may_hold("/".join("e" * 700))


pieces = st.sampled_from(["a", "b", "*", "?", "/", "**/", "/**", "/*/", "[a-c]", "[--9]", "[é]", "é", "."])
odd_paths = st.lists(st.sampled_from(["a", "b", "/", "-", "é", "\n", "."]), max_size=9).map("".join)


@given(text=st.lists(pieces, min_size=1, max_size=8).map("".join), path=odd_paths)
def test_an_automaton_and_an_expression_of_one_glob_match_the_same(text: str, path: str) -> None:
    tokens = globs._tokens(text) if check_glob(text, Dialect.UV) is None else None
    assume(isinstance(tokens, tuple))
    assert isinstance(tokens, tuple)
    expression = Glob(text, globs._path_pattern(tokens), globs._folder_pattern(tokens))
    by_expression, by_automaton = GlobSet([expression]), GlobSet([globs._as_automata(text, tokens)])
    assert by_automaton.matches(path) == by_expression.matches(path)
    assert by_automaton.may_hold(path) == by_expression.may_hold(path)
