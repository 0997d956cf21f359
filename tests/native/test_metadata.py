"""``PKG-INFO`` and ``METADATA`` are uv's byte for byte but for markers, and what may not stand in them is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import pytest
from packaging.markers import Marker

from atombuild.errors import Report
from atombuild.native.requires_dist import requires_dist
from atombuild.native.spdx import spdx_fault
from atombuild.project.requirement import parse_dependency
from support.generated import Bench, Generated, Refusal

PROJECT = '[project]\nname = "Foo"\nversion = "1.0"\n'

Same = Callable[..., Generated]
Refused = Callable[..., Report]


@pytest.mark.parametrize(
    "lines",
    [
        "",
        'description = ""',
        'description = "a\\rb"',
        "keywords = []",
        'keywords = ["a,b", "c\\nd"]',
        'authors = [{ name = "A, B" }, { email = "x" }, { name = "C", email = "c@d" }, { name = "" }]',
        'authors = [{ name = "" }]\nmaintainers = [{ email = "" }]',
        'maintainers = [{ name = "", email = "a" }, { name = "x", email = "" }]',
        'authors = [{ name = "a\\nEvil: x" }]',
        'license = { text = "a\\n\\nb\\r\\nc\\n" }',
        'license = { text = "a\\n\\n" }',
        'license = { text = "\\n" }',
        'license = { text = "" }',
        'license = "MIT\\n"',
        "license-files = []",
        '[project.urls]\nz = "1"\na = "2"\n"b, c" = "\\n"',
        'classifiers = ["A :: \\nB", "C ::  D"]',
        'requires-python = ""',
        'requires-python = " >=3.8, >=3.8,<4 ,!=3.9.*,==3.10.1 "',
        'dependencies = ["B_c[Z,a,z] (<2,>=1,)", "d==1.0,==1", "e~=1.2.0", "f===1.0.POST"]',
        '[project.optional-dependencies]\nZ_z = ["q[x,y]>=2", "r"]\na = []',
        'import-names = ["a", "b ; private", "c;private", "d.e", "a"]\nimport-namespaces = ["z", "é.y;  private  "]',
        "import-names = []",
        'version-is-no-key = 1\nreadme = { text = "", content-type = "text/x-rst", charset = "UTF-8" }',
        'readme = { text = "a\\nb", content-type = "text/markdown", file = 3 }',
    ],
)
def test_headers_are_uvs(lines: str, same_as_uv: Same) -> None:
    same_as_uv(PROJECT + lines)


@pytest.mark.parametrize(
    "version", ["1.0-1", "v1.0", "1.0c1", "01.02", "1.0+Ubuntu_1", " 1.0\\n", "1!2.0.DEV", "1.0-PREVIEW_2-r3"]
)
def test_the_version_is_in_normal_form(version: str, same_as_uv: Same) -> None:
    same_as_uv(f'[project]\nname = "foo"\nversion = "{version}"')


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("R.md", "\ufeff# x\r\ny"),
        ("R.rst", "x\n\n"),
        ("R.txt", ""),
        ("docs.d/a.b.md", "x"),
        ("./R.md", "x"),
        ("docs/../R.md", "x"),
    ],
)
def test_the_readme_is_verbatim(name: str, content: str, same_as_uv: Same) -> None:
    same_as_uv(f'{PROJECT}readme = "{name}"', {"docs/x": "", name: content})


def test_a_readme_beside_the_project_is_read(same_as_uv: Same) -> None:
    same_as_uv(f'{PROJECT}readme = "../R.md"', {"../R.md": "x"})


def test_licence_files_are_listed_in_order(same_as_uv: Same) -> None:
    same_as_uv(f'{PROJECT}license = "MIT"\nlicense-files = ["l/*", "L*"]', {"L2": "é", "L1": "", "l/a": "", "l/B": ""})


def test_a_licence_file_becomes_a_header(same_as_uv: Same) -> None:
    same_as_uv(f'{PROJECT}license = {{ file = "L" }}', {"L": "x\r\n\r\n  y\n"})


def test_everything_at_once(same_as_uv: Same) -> None:
    same_as_uv(
        f"""{PROJECT}description = "é"
readme = "README.md"
requires-python = ">=3.10"
license = "MIT OR (Apache-2.0 WITH LLVM-exception)"
license-files = ["LICENSE"]
authors = [{{ name = "A", email = "a@b" }}]
maintainers = [{{ name = "C" }}]
keywords = ["x", "y"]
classifiers = ["A :: B", "C :: D"]
urls = {{ home = "https://example.org" }}
dependencies = ["d>=1", "e @ https://example.org/e.whl"]
optional-dependencies = {{ f = ["g"] }}
import-names = ["foo"]
""",
        {"README.md": "# Foo\n", "LICENSE": "MIT\n"},
    )


IDENTIFIER_RULE = "expected an underscore or an alphanumeric character"
CHARSET_RULE = (
    "Charsets other than UTF-8 are not supported. "
    "Please convert your README to UTF-8 and remove `project.readme.charset`."
)
ADVICE = "Please use a support extension (`.md`, `.rst`, `.txt`) or set the content type manually."


@pytest.mark.parametrize(
    ("lines", "place", "cause"),
    [
        ('description = "a\\nb"', "4:15", "`project.description` must be a single line"),
        ('readme = "R.MD"', "4:10", f"Unknown Readme extension `MD`, can't determine content type. {ADVICE}"),
        ('readme = "R."', "4:10", f"Unknown Readme extension ``, can't determine content type. {ADVICE}"),
        ('readme = ".md"', "4:10", f"Can't infer content type because `.md` does not have an extension. {ADVICE}"),
        ('readme = "gone"', "4:10", None),
        ('readme = "src"', "4:10", None),
        ('readme = "latin.md"', None, None),
        ('license = { file = "latin.md" }', None, None),
        ('license = { file = "L*" }', "4:11", None),
        (
            'readme = { text = "x", content-type = "text/markdown; charset=UTF-8" }', "4:39",
            "Unsupported content type: text/markdown; charset=UTF-8",
        ),
        (
            'readme = { text = "x", content-type = "text/plain", charset = "utf-8" }', "4:63",
            CHARSET_RULE,
        ),
        ('import-names = [""]', "4:17", "`project.import-names` entry must not be empty"),
        ('import-names = [";private"]', "4:17", "`project.import-names` entry must not be empty"),
        (
            'import-names = ["a", "a;public"]', "4:22",
            "`project.import-names` entry `a;public` must end with `; private` or nothing, found `public`",
        ),
        (
            'import-names = ["a-b"]', "4:17",
            "Invalid character `-` at position 2 for identifier `a-b`, " + IDENTIFIER_RULE,
        ),
        ('import-namespaces = ["a.b."]', "4:22", "An identifier must not be empty"),
        ("import-namespaces = []", "4:21", "`project.import-namespaces` must not be empty"),
        (
            'import-names = ["a ; private"]\nimport-namespaces = ["b", "a"]', "5:27",
            "`project.import-names` and `project.import-namespaces` must not both contain `a`",
        ),
        (
            'license = { text = "x" }\nlicense-files = []', "4:11",
            "When `project.license-files` is defined, `project.license` must be an SPDX expression string",
        ),
        ('license = "mit"', "4:11", "mit\n^^^ unknown term"),
    ],
)  # fmt: skip
def test_what_may_not_be_said_is_refused_with_uvs_words(
    lines: str, place: str | None, cause: str | None, refused_as_uv_does: Refused
) -> None:
    files = {"R.MD": "", "R.": "", ".md": "", "latin.md": "a\nb\xe9".encode("latin-1"), "src/x": ""}
    report = refused_as_uv_does(PROJECT + lines, files)
    if cause is not None:
        assert report.why[-1] == cause
    where = str(report.where)
    assert where.endswith(f"/pyproject.toml:{place}" if place else "/latin.md:2:2")


def test_of_several_refusals_the_first_is_the_one_uv_meets_first(refused_as_uv_does: Refused) -> None:
    lines = 'description = "a\\nb"\nreadme = "gone.md"\nlicense = "bad"\nimport-names = ["-"]'
    assert refused_as_uv_does(PROJECT + lines).why == ("`project.description` must be a single line",)


VALID_LICENSES = [
    "NOASSERTION+",
    "MIT", "(MIT)", "((MIT))", "MIT+", "Apache-2.0+ WITH LLVM-exception", "MIT or Apache-2.0", "MIT and(ISC)",
    "(MIT)AND ISC", "MIT with LLVM-exception", "MIT AND (Apache-2.0 OR ISC)", "MIT OR\\nISC", "LicenseRef-x",
    "LicenseRef-", "DocumentRef-a:LicenseRef-b", "NOASSERTION OR MIT", "MIT WITH AdditionRef-x", "GPL-2.0-or-later",
    "MIT WITH DocumentRef-a:AdditionRef-b", "GPL-2.0-only WITH Classpath-exception-2.0", "LicenseRef-x AND 0BSD",
]  # fmt: skip

INVALID_LICENSES = [
    "mit", "MIT +", "MIT Or ISC", "MIT OR", "OR MIT", "MIT MIT", "(MIT", "MIT)", "()", "", "  ", "LicenseRef-a_b",
    "LicenseRef-x+", "licenseref-x", "DocumentRef-a", "DocumentRef-a:MIT", "NONE", "GPL-2.0", "GPL-2.0+",
    "GPL-2.0-only+", "Apache-2.0 WITH MIT", "MIT WITH Unknown", "MIT WITH", "WITH LLVM-exception",
    "(MIT) WITH LLVM-exception", "((MIT) ISC)", "((MIT OR ISC)", "(MIT)+", "MIT WITH LLVM-exception ISC",
    "MIT/Apache-2.0", "MIT, Apache", "BSD", "MIT License", "LLVM-exception",
    "MIT WITH LicenseRef-x", "MIT OR (ISC", "MIT) OR ISC", "MIT OR OR ISC", "(MIT OR)", "MIT++", "+",
    "MIT(ISC)", "MIT AND )", "MIT+ISC", "MIT WITH LLVM-exception+", "GPL-2.0-with-classpath-exception", "MIT|ISC",
]  # fmt: skip


@pytest.mark.parametrize("expression", VALID_LICENSES)
def test_an_spdx_expression_is_kept_verbatim(expression: str, same_as_uv: Same) -> None:
    same_as_uv(f'{PROJECT}license = "{expression}"')


@pytest.mark.parametrize("expression", INVALID_LICENSES)
def test_in_what_is_no_spdx_expression_the_bad_part_is_marked(expression: str, refused_as_uv_does: Refused) -> None:
    report = refused_as_uv_does(f'{PROJECT}license = "{expression}"')
    assert report.why[0] == f"`project.license` is not a valid SPDX expression: {expression}"
    assert str(report.where).endswith(":4:11")


def test_the_mark_counts_characters() -> None:
    fault = spdx_fault("LicenseRef-é OR MIT")
    assert fault
    assert fault.mark == "           ^^^^^^^^ invalid character(s)"


@pytest.mark.parametrize(
    ("expression", "suggestion"),
    [("mit", "MIT"), ("apache-2.0", "Apache-2.0"), ("GPL-3.0", "GPL-3.0-only or GPL-3.0-or-later")],
)
def test_a_near_miss_is_named(expression: str, suggestion: str, refused_as_uv_does: Refused) -> None:
    assert f"did you mean {suggestion}?" in refused_as_uv_does(f'{PROJECT}license = "{expression}"').hint


@pytest.mark.parametrize(
    ("text", "extra", "expected"),
    [
        ("foo", None, "foo"),
        ("foo", "x", "foo ; extra == 'x'"),
        ('foo>=1;os_name=="nt"', None, "foo>=1 ; os_name == 'nt'"),
        ("foo; os_name=='nt'", "x", "foo ; os_name == 'nt' and extra == 'x'"),
        ("foo; os_name=='nt' or os_name=='x'", "x", "foo ; (os_name == 'nt' or os_name == 'x') and extra == 'x'"),
        ("foo; os_name=='or'", "x", "foo ; os_name == 'or' and extra == 'x'"),
        ("foo; (os_name=='nt')", None, "foo ; os_name == 'nt'"),
        ('foo; os_name=="it\'s"', None, 'foo ; os_name == "it\'s"'),
        ("foo @ https://u:p@h/a b", None, "foo @ https://u:****@h/a%20b"),
        ("foo @ https://token@h/a", None, "foo @ https://****@h/a"),
        ("foo @ git+ssh://git@h/a", None, "foo @ git+ssh://git@h/a"),
        ("foo @ git+https://u:@h/a", None, "foo @ git+https://****@h/a"),
        ("foo @ https://H.Y/é", "x", "foo @ https://h.y/%C3%A9 ; extra == 'x'"),
        ("foo @ /a/é", None, "foo @ file:///a/%C3%A9"),
        ("foo @ file://localhost/a", None, "foo @ file:///a"),
    ],
)
def test_a_requirement_keeps_its_authors_marker(text: str, extra: str | None, expected: str) -> None:
    assert requires_dist(parse_dependency(text), extra) == expected


MARKERS = [
    "python_version >= '3.10'",
    "sys_platform == 'win32' or python_version < '3.11'",
    "sys_platform == 'win32' and python_version < '3.11' or os_name == 'posix'",
    "(sys_platform == 'win32' or os_name == 'posix') and implementation_name != 'pypy'",
    "python_version in '3.9 3.10'",
    "'linux' in sys_platform or platform_machine not in 'arm64 aarch64'",
    "python_full_version ~= '3.10.0'",
    "platform_system == 'Windows'",
]


def environments() -> Iterator[dict[str, str]]:
    platforms = [("nt", "win32", "Windows"), ("posix", "linux", "Linux"), ("posix", "darwin", "Darwin")]
    for (os_name, sys_platform, system), python, name, machine, extra in product(
        platforms, ["3.9", "3.10", "3.14"], ["cpython", "pypy"], ["x86_64", "arm64"], ["x", ""]
    ):
        yield {
            "os_name": os_name,
            "sys_platform": sys_platform,
            "platform_system": system,
            "platform_machine": machine,
            "implementation_name": name,
            "implementation_version": f"{python}.0",
            "platform_python_implementation": "CPython" if name == "cpython" else "PyPy",
            "python_version": python,
            "python_full_version": f"{python}.1",
            "extra": extra,
        }


@pytest.mark.parametrize("marker", MARKERS)
@pytest.mark.parametrize("extra", [None, "x"])
def test_our_marker_means_on_every_environment_what_uvs_means(marker: str, extra: str | None, bench: Bench) -> None:
    lines = f'["foo ; {marker}"]'
    bench.write(PROJECT + (f"optional-dependencies = {{ x = {lines} }}" if extra else f"dependencies = {lines}"))
    ours, theirs = marker_in(bench.ours()), marker_in(bench.uvs())
    for environment in environments():
        assert ours.evaluate(environment) == theirs.evaluate(environment), (environment, str(ours), str(theirs))


def marker_in(generated: Generated | Refusal) -> Marker:
    assert isinstance(generated, Generated)
    (line,) = [line for line in generated.metadata.decode().splitlines() if line.startswith("Requires-Dist: ")]
    return Marker(line.partition(" ; ")[2])
