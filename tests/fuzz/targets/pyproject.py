"""``pyproject.toml``: grammar-near, wrong in its types, absurd in its sizes, damaged in its bytes; read, then built.

What is native is attempted over the artifacts of a good build: afterwards each artifact that did not succeed is gone.
"""

from __future__ import annotations

import json
from typing import Final

from atombuild.errors import AtombuildError
from atombuild.native.project import NativeProject
from atombuild.publish.names import check_target
from atombuild.reading import Reader
from atombuild.status import ArtifactKind
from fuzz import material
from fuzz.built import attempt_over_old, write_base
from fuzz.choices import Choices
from fuzz.oracle import Broken, Playground, check_error
from fuzz.target import Target

KEYS: Final = {
    "project": (
        "description", "readme", "license", "license-files", "authors", "maintainers", "keywords", "classifiers",
        "urls", "scripts", "gui-scripts", "entry-points", "dependencies", "optional-dependencies", "requires-python",
        "dynamic", "import-names", "import-namespaces", "nonsense",
    ),
    "tool.uv.build-backend": (
        "module-root", "module-name", "namespace", "default-excludes", "source-include", "source-exclude",
        "wheel-exclude", "data", "nonsense",
    ),
    "tool.atombuild": (
        "silence", "on-success", "on-failure", "command-timeout", "hook-timeout", "quiet", "nonsense",
    ),
}  # fmt: skip
GOOD: Final = (
    '"src"', '"foo"', '"README.md"', '"MIT"', '["*"]', '["src/**", "README.md"]', '[{ name = "A", email = "a@b.c" }]',
    '{ text = "x", content-type = "text/plain" }', '{ file = "README.md" }', '{ run = "foo:main" }', "true", "false",
    '["numpy>=1; os_name == \'nt\'"]', '{ test = ["a"] }', '">=3.10"', '{ scripts = "src" }', '["a :: b"]', "[]", "{}",
)  # fmt: skip
BACKENDS: Final = ('"uv_build"', '"uv_build"', '"uv_build"', '"backend"', '"hatchling.build"', '"setuptools.x:y"')
ABSURD_DEPTH: Final = (50, 99, 101, 500, 3000)


def attempt(choices: Choices, playground: Playground) -> None:
    """Write a project with such a document, read it, and build it where it is native."""
    root = playground.inside / "project"
    data = document(choices)
    write_base(root, data)
    reader = Reader()
    try:
        project = reader.read(root, root / "dist")
        for kind in ArtifactKind:
            target = project.target(kind)
            if target is not None:
                check_target(target)
    except AtombuildError as error:
        check_error(error)
        _check_places(error, data)
        if choices.one_in(8):
            attempt_over_old(playground, root)
        return
    finally:
        reader.close()
    if isinstance(project, NativeProject):
        attempt_over_old(playground, root)


def _check_places(error: AtombuildError, data: bytes) -> None:
    """An editor that goes where a report points finds a line there."""
    lines = data.count(b"\n") + data.count(b"\r") + 1
    for report in error.reports():
        where = report.where
        if where is not None and where.line is not None and not 1 <= where.line <= lines:
            raise Broken(f"a place outside of the file: {where} of {lines} lines")


def document(choices: Choices) -> bytes:
    """Return a document, mostly one that parses."""
    written = "".join(_sections(choices)).encode("utf-8", "surrogatepass")
    return material.mutated(choices, written) if choices.one_in(4) else written


def _sections(choices: Choices) -> list[str]:
    parts = [_project(choices)]
    parts += [
        f"[{section}]\n" + _pairs(choices, KEYS[section])
        for section in ("tool.uv.build-backend", "tool.atombuild")
        if choices.one_in(2)
    ]
    if not choices.one_in(10):
        backend = choices.pick(BACKENDS) if not choices.one_in(12) else value(choices)
        requires = '["uv_build>=0.13,<0.14"]' if not choices.one_in(6) else value(choices)
        parts.append(f"[build-system]\nrequires = {requires}\nbuild-backend = {backend}\n")
        if choices.one_in(12):
            parts.append(f"backend-path = {value(choices)}\n")
    if choices.one_in(8):
        parts.append(f"[{key(choices)}.{key(choices)}]\n{key(choices)} = {value(choices)}\n")
    if choices.one_in(40):
        parts.append(_absurd(choices))
    return parts


def _project(choices: Choices) -> str:
    name = '"foo"' if not choices.one_in(8) else value(choices)
    version = '"1.0"' if not choices.one_in(8) else value(choices)
    return f"[project]\nname = {name}\nversion = {version}\n" + _pairs(choices, KEYS["project"])


def _pairs(choices: Choices, keys: tuple[str, ...]) -> str:
    lines = {choices.pick(keys): value(choices) for _ in choices.many(4)}
    return "".join(f"{name} = {written}\n" for name, written in lines.items())


def key(choices: Choices) -> str:
    """Return a key, quoted where it has to be, and sometimes not even then."""
    if choices.one_in(3):
        return "k" + str(choices.below(5))
    text = material.text(choices, most=3)
    return text if choices.one_in(10) else json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def value(choices: Choices, depth: int = 3) -> str:
    """Return a value as TOML writes it; now and then something that is none."""
    kind = choices.below(11 if depth else 7)
    if kind < 3:
        return choices.pick(GOOD)
    if kind < 5:
        return _string(choices)
    if kind == 5:
        return str(choices.pick(material.NUMBERS))
    if kind == 6:
        return choices.pick(
            ("1e400", "-inf", "nan", "1979-05-27T07:32:00Z", "1979-05-27", "25:61:00", "0x_", "0b1", "1_0", "tru", "")
        )
    if kind == 7:
        return "{" + ", ".join(f"{key(choices)} = {value(choices, depth - 1)}" for _ in choices.many(3)) + "}"
    return "[" + ", ".join(value(choices, depth - 1) for _ in choices.many(4)) + "]"


def _string(choices: Choices) -> str:
    if choices.one_in(40):
        return '"' + "9" * 5000 + '"'
    text = material.text(choices, lone=choices.one_in(30))
    way = choices.below(6)
    if way < 3:
        return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    if way == 3:
        return f"'{text}'"
    return f'"""\n{text}"""' if way == 4 else f'"{text}"'


def _absurd(choices: Choices) -> str:
    depth = choices.pick(ABSURD_DEPTH)
    return choices.pick(
        (
            "[deep]\nx = " + "[" * depth + "]" * depth + "\n",
            "[" + ".".join("a" * depth) + "]\n",
            "[deep]\n" + ".".join("a" * depth) + " = 1\n",
            "[deep]\nx = " + "{a = " * depth + "1" + "}" * depth + "\n",
            "[long]\nx = " + "9" * (depth * 10) + "\n",
            '[long]\nx = "' + "é" * (depth * 20) + '"\n',
            "[long]\n" + "".join(f"k{number} = {number}\n" for number in range(depth)),
            '[long]\nx = """\n' + "line\r\n" * depth + '"""\n',
            "# " + "x" * (depth * 30) + "\n",
        )
    )


PYPROJECT: Final = Target("pyproject", attempt, examples=250)


def attempt_bytes(choices: Choices, playground: Playground) -> None:
    """Read a document that is these very bytes."""
    del playground
    from pathlib import Path  # noqa: PLC0415

    from atombuild.project.load import load_project  # noqa: PLC0415
    from atombuild.project.pyproject import parse_pyproject  # noqa: PLC0415

    data = choices.raw(1 << 20)
    try:
        load_project(parse_pyproject(Path("/project/pyproject.toml"), data))
    except AtombuildError as error:
        check_error(error)
        _check_places(error, data)


TOML: Final = Target("toml", attempt_bytes, examples=100, on_disk=False, sample=document, size=120)
