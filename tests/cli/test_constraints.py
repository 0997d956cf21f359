"""Constraints: the native builder stands in for uv_build only where they admit it, and hashes are checked."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from atombuild.project.direct_build import FOLLOWED
from cli.test_command import command
from support.backends import _why_no_index
from support.projects import visible_files
from support.telling import telling_project, told

NO_HASH = "0" * 64
NATIVE = '[build-system]\nrequires = ["uv_build>=0.11,<0.14"]\nbuild-backend = "uv_build"\n'
PROJECT = '[project]\nname = "x"\nversion = "1.0"\ndescription = "d"\n'


@pytest.fixture
def index() -> None:
    if reason := _why_no_index():
        pytest.skip(f"needs a package index: {reason}")


@pytest.fixture
def native(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ATOMBUILD_CACHE_DIR", str(tmp_path / "cache"))
    root = tmp_path / "x"
    (root / "src/x").mkdir(parents=True)
    (root / "src/x/__init__.py").write_text("")
    (root / "pyproject.toml").write_text(NATIVE + PROJECT)
    return root


def generator(root: Path) -> str:
    """Return who says to have made the wheel."""
    with zipfile.ZipFile(root / "dist/x-1.0-py3-none-any.whl") as archive:
        lines = archive.read("x-1.0.dist-info/WHEEL").decode().splitlines()
    return next(line.removeprefix("Generator: ") for line in lines if line.startswith("Generator: "))


def constrained(root: Path, text: str) -> list[str]:
    path = root.parent / "c.txt"
    path.write_text(text)
    return ["--build-constraint", str(path)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"uv_build=={FOLLOWED}",
        "uv-build>=0.13,<0.14",
        "uv_build~=0.13.0",
        "setuptools<80",
        f"setuptools==80.0 --hash=sha256:{NO_HASH}",
        "uv_build==0.11.33; python_version < '3'",
    ],
)
def test_constraints_that_admit_us_are_built_natively(native: Path, text: str) -> None:
    done = command("--once", *constrained(native, text), native)
    assert done.returncode == 0, done.stderr
    assert "uv_build, natively" in done.stdout
    assert generator(native).startswith("atombuild")


@pytest.mark.usefixtures("index")
@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("uv_build==0.11.33", "0.11.33"),
        ("uv_build<0.12", None),
        ("UV.Build===0.11.33", "0.11.33"),
        ("uv_build!=0.13.9", None),
    ],
)
def test_other_constraints_fetch_the_uv_build_that_they_ask_for(native: Path, text: str, version: str | None) -> None:
    done = command("--once", *constrained(native, text), native)
    assert done.returncode == 0, done.stderr
    assert "natively" not in done.stdout
    assert "uv_build" in done.stdout
    made_by = generator(native)
    assert made_by.startswith("uv ")
    assert made_by != f"uv {FOLLOWED}"
    assert version is None or made_by == f"uv {version}"


@pytest.mark.parametrize("place", ["pyproject.toml", "uv.toml", "UV_BUILD_CONSTRAINT", "above", "table"])
@pytest.mark.usefixtures("index")
def test_uvs_own_places_for_constraints_count_as_well(
    native: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "build-constraint-dependencies"
    if place == "pyproject.toml":
        with (native / "pyproject.toml").open("a") as file:
            file.write(f'[tool.uv]\n{key} = ["uv_build==0.11.33"]\n')
    elif place == "table":
        with (native / "pyproject.toml").open("a") as file:
            file.write(f'[tool.uv]\n{key} = [{{requirement = "uv_build==0.11.33", hashes = []}}]\n')
    elif place == "UV_BUILD_CONSTRAINT":
        (native.parent / "c.txt").write_text("uv_build==0.11.33")
        monkeypatch.setenv(place, str(native.parent / "c.txt"))
    else:
        path = native / place if place == "uv.toml" else native.parent / "uv.toml"
        path.write_text(f'{key} = ["uv_build==0.11.33"]\n')
    done = command("--once", native)
    assert done.returncode == 0, done.stderr
    assert generator(native) == "uv 0.11.33"


@pytest.fixture(params=["uv", "pip"])
def installed_by(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both installers: for pip, uv is hidden from us by a module in its place that can't be found."""
    monkeypatch.setenv("ATOMBUILD_CACHE_DIR", str(tmp_path / "cache"))
    if request.param == "pip":
        (tmp_path / "site").mkdir()
        (tmp_path / "site/sitecustomize.py").write_text(
            "import importlib.util, shutil\n"
            "find, which = importlib.util.find_spec, shutil.which\n"
            "importlib.util.find_spec = lambda name, *rest: None if name == 'uv' else find(name, *rest)\n"
            "shutil.which = lambda name, *rest, **more: None if name == 'uv' else which(name, *rest, **more)\n"
        )
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    return str(request.param)


@pytest.fixture(scope="session")
def flit(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The hashes of two files of flit-core 3.9.0: the wheel's and the sdist's."""
    if reason := _why_no_index():
        pytest.skip(f"needs a package index: {reason}")
    folder = tmp_path_factory.mktemp("flit")
    for kind in ("--only-binary", "--no-binary"):
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                "download",
                "-q",
                "--no-deps",
                kind,
                ":all:",
                "flit-core==3.9.0",
                "-d",
                folder,
            ],
            check=True,
            timeout=120,
        )
    return {
        "wheel" if path.suffix == ".whl" else "sdist": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
    }


def test_a_right_hash_is_taken_and_others_need_none(tmp_path: Path, installed_by: str, flit: dict[str, str]) -> None:
    root = telling_project(tmp_path, requires='"flit-core>=3", "idna"')
    done = command("--once", *constrained(root, f"flit-core==3.9.0 --hash=sha256:{flit['wheel']}"), root)
    assert done.returncode == 0, done.stderr
    assert f"making a build environment with {installed_by}" in done.stdout + done.stderr
    assert told(root)["installed"]["flit_core"] == "3.9.0"
    assert "idna" in told(root)["installed"]


def test_a_wrong_hash_is_refused(tmp_path: Path, installed_by: str, flit: dict[str, str]) -> None:
    del flit
    root = telling_project(tmp_path, requires='"flit-core>=3", "idna"')
    done = command("--once", *constrained(root, f"flit-core==3.9.0 --hash=sha256:{NO_HASH}"), root)
    assert done.returncode == 1
    assert "another hash than the constraints demand" in done.stderr
    assert visible_files(root / "dist") == []
    assert installed_by


def test_one_right_hash_of_many_is_enough_and_may_be_the_sdists(
    tmp_path: Path, installed_by: str, flit: dict[str, str]
) -> None:
    root = telling_project(tmp_path, requires='"flit-core>=3"')
    text = f"flit-core==3.9.0 \\\n  --hash=sha256:{NO_HASH} \\\n  --hash=sha256:{flit['sdist']}\n"
    done = command("--once", *constrained(root, text), root)
    assert done.returncode == 0, done.stderr
    assert told(root)["installed"]["flit_core"] == "3.9.0"
    assert installed_by


@pytest.mark.usefixtures("index")
def test_a_hash_of_uv_build_is_checked_on_what_is_fetched(native: Path) -> None:
    done = command("--once", *constrained(native, f"uv_build==0.13.6 --hash=sha256:{NO_HASH}"), native)
    assert done.returncode == 1
    assert "another hash than the constraints demand" in done.stderr
    assert visible_files(native / "dist") == []


@pytest.mark.usefixtures("index")
def test_extra_build_dependencies_and_config_settings_are_followed(tmp_path: Path, installed_by: str) -> None:
    more = '[tool.uv]\nextra-build-dependencies = { Teller = ["idna"], other = ["no-such-thing"] }\n'
    root = telling_project(tmp_path, project=more + 'config-settings = { a = "file", b = ["1", "2"] }\n')
    done = command("--once", "-C", "a=command", root)
    assert done.returncode == 0, done.stderr
    answer = told(root)
    assert "idna" in answer["installed"]
    assert answer["settings"] == {"a": ["command", "file"], "b": ["1", "2"]}
    assert installed_by


def test_settings_that_can_not_be_read_are_mistakes_of_the_project(native: Path) -> None:
    with (native / "pyproject.toml").open("a") as file:
        file.write('[tool.uv]\nbuild-constraint-dependencies = ["a b"]\nconfig-settings = { a = 1 }\n')
    done = command("--once", native)
    assert done.returncode == 1
    assert f"{native / 'pyproject.toml'}:9:" in done.stderr
    assert f"{native / 'pyproject.toml'}:10:" in done.stderr


def test_what_is_not_followed_is_said_with_its_place(native: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (native / "pyproject.toml").open("a") as file:
        file.write('[tool.uv]\nrequired-version = "<0.1"\n')
    (native.parent / "pip.txt").write_text("uv_build<0.13\n")
    monkeypatch.setenv("PIP_CONSTRAINT", str(native.parent / "pip.txt"))
    done = command("--once", "--json", *constrained(native, "idna\n--index-url https://example.org/simple\n"), native)
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    (advised,) = [each for each in events if each["event"] == "advised"]
    found = {
        (Path(each["where"]["path"]).name, each["where"]["line"], each["words"].partition(" is not followed")[0])
        for each in advised["findings"]
        if each["code"] == "setting-not-followed"
    }
    assert found == {
        ("pyproject.toml", 9, "`required-version`"),
        ("c.txt", 2, "`--index-url`"),
        ("pip.txt", None, "PIP_CONSTRAINT"),
    }
