"""What is said about entry points is what pip and uv do: each value is installed by both, from a wheel made of it."""

# ruff: noqa: E501 (a case is read as a row of its table)
from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import uv

from atombuild.advice.entry_points import Fault, faults

SCRIPTS = {
    # the name and value; who refuses it
    "run = x:f": "",
    "run = x:f[a]": "",
    "run = x:f [a, b]": "",
    "run = x:C.m": "",
    "run = é:f": "",
    "run.py = x:f": "",
    "run = x": "pip uv",
    "run = x:": "pip uv",
    "run = ": "pip uv",
    "run = :f": "pip uv",
    "run = uvicorn x:f": "pip uv",
    "run = x/y:f": "pip uv",
    "run = x:f:g": "pip uv",
    "run = x:f []": "pip uv",
    "run = 'x:f'": "pip uv",
    "run = x-y:f": "pip",
    "run = x : f": "pip",
    "run = .x:f": "pip",
    "run = x..y:f": "pip",
    "run = x:f()": "uv",
    "run = x:f # comment": "uv",
    "run = x:f [a] b": "uv",
}
NAMES = {
    "python": "uv",
    "Python3": "uv",
    "python3.13t": "uv",
    "pypy": "uv",
    "pythonw": "uv",
    ".": "pip uv",
    "../b": "uv",
}
CANNOT_START = ("run = 1x:f", "run = class:f", "run = x:f-g", "run = x:f.", "run = x:class")
"""Both install them, and what they install can't start."""


def wheel(folder: Path, line: str) -> Path:
    info = "x-1.0.dist-info"
    files = {
        "x/__init__.py": b"def f(): pass\n",
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: x\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{line}\n".encode(),
    }
    hashes = {
        path: base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=") for path, data in files.items()
    }
    lines = [f"{path},sha256={hashes[path].decode()},{len(files[path])}\n" for path in files]
    files[f"{info}/RECORD"] = "".join((*lines, f"{info}/RECORD,,\n")).encode()
    path = folder / "x-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def refused_by(folder: Path, line: str) -> str:
    """Return who refuses to install a script: "pip", "uv", both, or "" for none."""
    path = wheel(folder, line)
    target = ["--no-deps", "--no-index", "-q", "--target"]
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        *target,
        str(folder / "pip"),
        str(path),
    ]
    theirs = [uv.find_uv_bin(), "pip", "install", "--no-cache", "--python", sys.executable, *target, str(folder / "uv")]
    runs = {"pip": pip, "uv": [*theirs, str(path)]}
    return " ".join(
        name for name, command in runs.items() if subprocess.run(command, capture_output=True, check=False).returncode
    )


def said(line: str) -> list[Fault]:
    name, _, value = line.partition(" = ")
    return list(faults({"console_scripts": {name: value}}, "x"))


@pytest.fixture(autouse=True)
def _pip() -> None:
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        pytest.skip("this environment has no pip")


@pytest.mark.parametrize("line", SCRIPTS)
def test_who_refuses_a_value_is_said(tmp_path: Path, line: str) -> None:
    refused = refused_by(tmp_path, line)
    assert refused == SCRIPTS[line]
    words = [fault.words for fault in said(line)]
    if not refused:
        assert words == []
    else:
        (text,) = words
        end = {"pip uv": "pip and uv refuse", "pip": "pip refuses", "uv": "uv refuses"}[refused]
        assert text.endswith(f": {end} to install it")


@pytest.mark.parametrize("line", CANNOT_START)
def test_what_both_install_and_can_not_start_is_said(tmp_path: Path, line: str) -> None:
    assert refused_by(tmp_path, line) == ""
    (fault,) = said(line)
    assert "it is installed, and can't start" in fault.words


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_an_installer_refuses_is_told(tmp_path: Path, name: str) -> None:
    assert refused_by(tmp_path, f"{name} = x:f") == NAMES[name]
    (fault,) = said(f"{name} = x:f")
    assert "refuse" in fault.words


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        ({"console_scripts": {"pip": "x:f"}}, "takes the place of pip's own script"),
        ({"console_scripts": {"activate": "x:f"}}, "takes the place of a virtual environment's own script"),
        ({"gui_scripts": {"Con": "x:f"}}, "is the name of a device on Windows, where no file can bear it"),
        ({"gui_scripts": {"lpt1.py": "x:f"}}, "is the name of a device on Windows, where no file can bear it"),
        ({"console_scripts": {"Run": "x:f", "run": "x:f"}}, "and Run are one file where upper and lower case are the same (macOS, Windows)"),
        ({"console_scripts": {"run": "x:f"}, "gui_scripts": {"run": "x:f"}}, "stands in console_scripts and in gui_scripts, and installers keep one of the two"),
        ({"console_scripts": {"Tool": "x:f"}}, "and the file tool of the wheel's scripts are installed to one place: one of them is lost"),
        ({"console_scripts": {"a b": "x:f"}}, "is no name of a script: installers give it another one, or refuse to install it"),
        ({"plugins": {"a=b": "x"}}, "is no name that readers of entry_points.txt find again"),
        ({"plugins": {"#a": "x"}}, "is no name that readers of entry_points.txt find again"),
        ({"plugins": {"a": "x y:f"}}, "is `x y:f`, which no program can load"),
        ({"plugins": {"a": "x\nb = y"}}, "holds a line break: what follows it is another line of entry_points.txt"),
    ],
)  # fmt: skip
def test_other_faults(groups: dict[str, dict[str, str]], words: str) -> None:
    assert [fault.words for fault in faults(groups, "x", ["tool"])] == [words]


def test_what_is_right_is_not_told() -> None:
    groups = {"console_scripts": {"pip": "pip:main", "py-thon": "a_b.c:d.e"}, "plugins": {"a b": "x", "c": "x:y [z]"}}
    assert list(faults(groups, "pip", ["tool"])) == []
