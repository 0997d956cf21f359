"""Advice on what another backend made: each kind where it is due, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from atombuild.finding import Finding
from atombuild.isolated.acceptance import Accepted
from atombuild.isolated.advice import advise
from atombuild.isolated.description import Description
from atombuild.isolated.names import parse
from atombuild.status import ArtifactKind

SDIST, WHEEL = ArtifactKind
NAMES = {SDIST: "sky-1.0.tar.gz", WHEEL: "sky-1.0-py3-none-any.whl"}
METADATA = "Metadata-Version: 2.4\nName: sky\nVersion: 1.0\n"
TEXT = "\nAll about it.\n"


@dataclass(frozen=True)
class Made:
    """How the artifacts were made."""

    wheel_from_sdist: bool = True
    other_texts: tuple[str, ...] = ()
    installed: frozenset[str] | None = None


def accepted(kind: ArtifactKind, members: tuple[str, ...], metadata: str = METADATA + TEXT) -> Accepted:
    name = parse(kind, NAMES[kind])
    assert name is not None
    return Accepted(kind, Path(NAMES[kind]), name, 1, members, metadata.encode(), "")


def advice(tmp_path: Path, *artifacts: Accepted, made: Made | None = None) -> tuple[Finding, ...]:
    description = Description(tmp_path, None, (), "maker")
    return advise(description, {each.kind: each for each in artifacts}, tmp_path / "dist", made or Made())


def codes(tmp_path: Path, *artifacts: Accepted, made: Made | None = None) -> list[str]:
    return [each.code for each in advice(tmp_path, *artifacts, made=made)]


def test_of_what_is_right_there_is_nothing_to_say(tmp_path: Path) -> None:
    sdist = accepted(SDIST, ("PKG-INFO", "src/sky/__init__.py", "src/sky/a.py", "tests/test_a.py"))
    wheel = accepted(WHEEL, ("sky/__init__.py", "sky/a.py", "sky-1.0.dist-info/RECORD"))
    assert codes(tmp_path, sdist, wheel) == []


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("", "description-missing"),
        (f"Description-Content-Type: text/nonsense\n{TEXT}", "metadata-invalid"),
        (f"Requires-Dist: a @ https://example.org/a.zip\n{TEXT}", "direct-dependency"),
        (f"License-Expression: MIT\nClassifier: License :: OSI Approved\n{TEXT}", "license-classifier"),
    ],
)
def test_what_the_metadata_says(tmp_path: Path, lines: str, code: str) -> None:
    assert codes(tmp_path, accepted(WHEEL, ("sky.py",), METADATA + lines)) == [code]


def test_a_local_version_is_refused_by_pypi(tmp_path: Path) -> None:
    metadata = METADATA.replace("Version: 1.0", "Version: 1.0+local") + TEXT
    (finding,) = advice(tmp_path, accepted(WHEEL, ("sky.py",), metadata))
    assert finding.code == "local-version"
    assert "the version 1.0+local has a local part (+local)" in finding.words


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ((), "wheel-empty"),
        (("sky/a.py", "tests/test_a.py"), "top-level-name"),
        (("sky/a.py", "sky/_fast.cpython-311-x86_64-linux-gnu.so"), "compiled-module"),
        (("sky/a.py", "sky/A.py"), "names-differ-in-case"),
    ],
)
def test_what_a_wheel_holds(tmp_path: Path, members: tuple[str, ...], code: str) -> None:
    assert codes(tmp_path, accepted(WHEEL, (*members, "sky-1.0.dist-info/RECORD"))) == [code]


def test_what_the_sdist_has_and_the_wheel_lacks(tmp_path: Path) -> None:
    sdist = accepted(SDIST, ("src/sky/a.py", "src/sky/lost.py", "src/sky/tests/test_a.py", "src/sky/readme.txt"))
    (finding,) = advice(tmp_path, sdist, accepted(WHEEL, ("sky/a.py",)))
    assert (finding.code, finding.words) == (
        "module-not-in-wheel",
        "the sdist has modules of sky that the wheel lacks: sky/lost.py",
    )


def test_what_the_wheel_has_and_the_sdist_lacks_where_the_build_did_not_write_it(tmp_path: Path) -> None:
    sdist = accepted(SDIST, ("sky/a.py",))
    wheel = accepted(WHEEL, ("sky/a.py", "sky/made.py", "moon/b.py"))
    assert codes(tmp_path, sdist, wheel) == []
    (finding,) = advice(tmp_path, sdist, wheel, made=Made(wheel_from_sdist=False))
    assert (finding.code, finding.words) == (
        "wheel-not-in-sdist",
        "the wheel holds modules that the sdist lacks: sky/made.py",
    )


def test_what_the_sdist_has_with_another_text(tmp_path: Path) -> None:
    (tmp_path / "src/sky").mkdir(parents=True)
    (tmp_path / "src/sky/a.py").write_text("")
    sdist = accepted(SDIST, ("src/sky/a.py",))
    (finding,) = advice(tmp_path, sdist, made=Made(other_texts=("src/sky/a.py",)))
    assert (finding.code, finding.where.path) == ("sdist-other-text", tmp_path / "src/sky/a.py")
