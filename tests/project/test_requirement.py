"""Requirements and versions are taken and refused as uv takes and refuses them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet

from atombuild.project.requirement import Dependency, parse_dependency
from atombuild.project.versions import Refused, parse_specifiers, parse_version, specifier_text


def shown(dependency: Dependency) -> tuple[str, tuple[str, ...], str, str | None, str | None]:
    specifiers = ",".join(specifier_text(specifier) for specifier in dependency.specifiers)
    marker = str(dependency.marker) if dependency.marker else None
    return dependency.name, dependency.extras, specifiers, dependency.url, marker


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Foo_Bar.Baz--X", ("foo-bar-baz-x", (), "", None, None)),
        (" foo\t>= 1 , <2, ", ("foo", (), ">=1,<2", None, None)),
        ("foo(<2,>=1,)", ("foo", (), ">=1,<2", None, None)),
        ("foo []", ("foo", (), "", None, None)),
        ("foo [B_c , a,b-c] ==1.*", ("foo", ("b-c", "a", "b-c"), "==1.*", None, None)),
        ("foo==1.0,==1,==1.0", ("foo", (), "==1.0,==1,==1.0", None, None)),
        ("foo>=1.10,>=1.9", ("foo", (), ">=1.9,>=1.10", None, None)),
        ("foo==v1.0C1-2.DEV", ("foo", (), "==1.0rc1.post2.dev0", None, None)),
        ("foo;os.name=='nt'", ("foo", (), "", None, 'os_name == "nt"')),
        ("foo>=1 ; 'x' in extras", ("foo", (), ">=1", None, '"x" in extras')),
        ("foo@https://a/b c", ("foo", (), "", "https://a/b%20c", None)),
        ("foo[a] @ git+ssh://g@h/p ; os_name=='nt'", ("foo", ("a",), "", "git+ssh://****@h/p", 'os_name == "nt"')),
        ("foo @ https://a/b; os_name=='nt'", ("foo", (), "", "https://a/b", 'os_name == "nt"')),
        ("foo @ https://a/b;c", ("foo", (), "", "https://a/b;c", None)),
        ("foo @ https://a/b#c # comment", ("foo", (), "", "https://a/b#c", None)),
        ("foo ; os_name == extras", ("foo", (), "", None, "os_name == extras")),
        ("foo @ /a/b", ("foo", (), "", "file:///a/b", None)),
    ],
)
def test_a_requirement_is_normalised(
    text: str, expected: tuple[str, tuple[str, ...], str, str | None, str | None]
) -> None:
    assert shown(parse_dependency(text)) == expected


def test_clauses_of_one_version_are_ordered_by_operator() -> None:
    clauses = parse_specifiers("!=1.0,==1.0,~=1.0,<1.0,>1.0,<=1.0,>=1.0,===1.0,==1.0.*,!=1.0.*")
    assert "".join(clause.operator + clause.version[3:] + " " for clause in clauses) == (
        "== ==.* === != !=.* ~= < <= > >= "
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Empty field is not allowed for PEP508"),
        ("-foo", "Expected package name starting with an alphanumeric character, found `-`"),
        ("foo-", "Package name must end with an alphanumeric character, not `-`"),
        ("foo bar", "Expected one of `@`, `(`, `<`, `=`, `>`, `~`, `!`, `;`, found `b`"),
        ("https://x.y/z.whl", "URL requirement must be preceded by a package name."),
        ("./x", "URL requirement must be preceded by a package name."),
        ("foo[a,]", "Expected an alphanumeric character starting the extra name, found `]`"),
        ("foo[a b]", "Expected either `,` (separating extras) or `]` (ending the extras section), found `b`"),
        ("foo[a-]", "Extra name must end with an alphanumeric character, not `-`"),
        ("foo[a", "Missing closing bracket"),
        ("foo(>=1", "Missing closing parenthesis"),
        ("foo()", "Unexpected end of version specifier, expected operator"),
        ("foo(>=1) bar", "Expected end of input or `;`, found `b`"),
        ("foo>=1,,<2", "Unexpected end of version specifier, expected operator"),
        ("foo=1", 'no such comparison operator "=", must be one of ~= == != <= >= < > ==='),
        ("foo==", "Unexpected end of version specifier, expected version"),
        ("foo>=1 <2", "Trailing `<2` is not allowed"),
        ("foo>=1.*", "Operator >= cannot be used with a wildcard version specifier"),
        ("foo===1.*", "Operator === cannot be used with a wildcard version specifier"),
        ("foo===bar", "expected version to start with a number, but no leading ASCII digits were found"),
        ("foo==1.0a1.*", "after parsing `1.0a1`, found `.*`, which is not part of a valid version"),
        ("foo>1.0+x", "Operator > is incompatible with versions containing non-empty local segments (`+x`)"),
        ("foo~=1", "The ~= operator requires at least two segments in the release version"),
        ("foo==1.x", "after parsing `1`, found `.x`, which is not part of a valid version"),
        ("foo==1.0+", "found a `+` indicating the start of a local component in a version"),
        ("foo>=99999999999999999999", "expected number less than or equal to 18446744073709551614"),
        ("foo;", "Expected marker value, found end of dependency specification"),
        ("foo; os_name === 'nt'", "Expected a valid marker operator (such as `>=` or `not in`), found `===`"),
        ("foo; extras == 'x'", "The marker extras must be on the right hand side of the expression"),
        ("foo; 'x' == extras", "The operator == is not supported with the marker extras"),
        ("foo; unknown == 'x'", "Expected a marker variable or quoted string"),
        ("foo @ ", "Expected URL"),
        ("foo @ https://x.y; ", "Expected marker value, found end of dependency specification"),
        ("foo @ x", "relative path without a working directory: x"),
        ("foo @ ftp://x/y", "relative path without a working directory: ftp://x/y"),
        ("foo @ file:x", "relative path without a working directory: x"),
        ("foo @ https://", "empty host"),
        ("foo @ https://x:99999/", "invalid port number"),
        ("foo @ https://x y/", "invalid international domain name"),
    ],
)
def test_a_requirement_is_refused_with_uvs_words(text: str, words: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_dependency(text)
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("text", ["٢.0", "\u20031.0", "", "x", "1.0a-.1", "1..0", "1.0\n2"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        parse_version(text)


def test_blanks_around_a_version_are_no_part_of_it() -> None:
    assert str(parse_version(" \t1.0-1\n")) == "1.0.post1"


@given(st.text(alphabet="foB1.*,<>=!~[]()@;:/ '\"-_+#\n", max_size=25).map(lambda tail: f"foo{tail}"))
def test_nothing_but_a_refusal_comes_out_of_odd_text_and_packaging_agrees_on_the_rest(text: str) -> None:
    try:
        dependency = parse_dependency(text)
    except Refused:
        return
    try:
        theirs = Requirement(text)
    except InvalidRequirement:
        assert dependency.url is not None or "\n" in text, "only in URLs and line ends uv takes more than packaging"
    else:
        assert SpecifierSet(",".join(str(clause) for clause in dependency.specifiers)) == theirs.specifier
        assert str(dependency.marker) == str(theirs.marker)
