"""Where uv's settings for builds are read, and which win: as seen with uv 0.13.9."""

from __future__ import annotations

from pathlib import Path

import pytest

from atombuild.errors import ProjectInvalid, UsageMistake
from atombuild.isolated import circumstances
from atombuild.isolated.circumstances import Circumstances, Surveyor
from atombuild.project.pyproject import parse_pyproject

KEY = "build-constraint-dependencies"
PROJECT = '[project]\nname = "x"\nversion = "1"\n'


@pytest.fixture(autouse=True)
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's uv.toml, which is not there yet."""
    for name in ("UV_NO_CONFIG", "UV_CONFIG_FILE", "PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "none"))
    (tmp_path / "config/uv").mkdir(parents=True)
    return tmp_path / "config/uv/uv.toml"


def read(root: Path, more: str = "") -> Circumstances:
    root.mkdir(parents=True, exist_ok=True)
    path = root / "pyproject.toml"
    path.write_text(PROJECT + more)
    return Surveyor().read(root, parse_pyproject(path, path.read_bytes()))


def lines(found: Circumstances) -> list[str]:
    return [each.line for each in found.constraints]


def test_the_nearest_folder_with_settings_counts(tmp_path: Path) -> None:
    (tmp_path / "up").mkdir()
    (tmp_path / "up/uv.toml").write_text(f'{KEY} = ["above"]\n')
    assert lines(read(tmp_path / "up/x")) == ["above"]
    assert lines(read(tmp_path / "up/x", "[tool.uv]\n")) == []
    assert lines(read(tmp_path / "up/x", f'[tool.uv]\n{KEY} = ["own"]\n')) == ["own"]
    (tmp_path / "up/x/uv.toml").write_text(f'{KEY} = ["beside"]\n')
    found = read(tmp_path / "up/x", f'[tool.uv]\n{KEY} = ["own"]\n')
    assert lines(found) == ["beside"]
    assert found.inputs == (tmp_path / "up/x/uv.toml",)


def test_a_member_has_the_settings_of_its_workspaces_root_and_not_its_own(tmp_path: Path) -> None:
    root = tmp_path / "ws"
    root.mkdir()
    (root / "pyproject.toml").write_text(f'[tool.uv]\n{KEY} = ["root"]\n[tool.uv.workspace]\nmembers = ["pk/*"]\n')
    own = f'[tool.uv]\n{KEY} = ["own"]\n'
    assert lines(read(root / "pk/m", own)) == ["root"]
    assert lines(read(root / "elsewhere", own)) == ["own"]
    assert lines(read(root / "elsewhere")) == ["root"]


def test_the_users_settings_are_joined_to_the_projects(tmp_path: Path, user: Path) -> None:
    user.write_text(f'{KEY} = ["a"]\nconfig-settings = {{ k = "user", u = "1" }}\nexclude-newer = "2020-01-01"\n')
    found = read(tmp_path / "x", f'[tool.uv]\n{KEY} = ["b"]\nconfig-settings = {{ k = "own" }}\n')
    assert lines(found) == ["b", "a"]
    assert found.config_settings == {"k": ["own", "user"], "u": "1"}
    assert found.uv_config == 'exclude-newer = "2020-01-01"\n'


def test_the_variables_of_uv_say_where(tmp_path: Path, user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user.write_text(f'{KEY} = ["user"]\n')
    other = tmp_path / "other.toml"
    other.write_text(f'{KEY} = ["other"]\n')
    own = f'[tool.uv]\n{KEY} = ["own"]\n'
    monkeypatch.setenv("UV_CONFIG_FILE", str(other))
    assert lines(read(tmp_path / "x", own)) == ["other"]
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    assert lines(read(tmp_path / "x", own)) == []


def test_a_mistake_in_the_users_file_is_no_fault_of_the_project(tmp_path: Path, user: Path) -> None:
    user.write_text(f"{KEY} = 3\n")
    with pytest.raises(UsageMistake) as raised:
        read(tmp_path / "x")
    assert str(raised.value.reports()[0].where) == f"{user}:1:33"
    user.unlink()
    (tmp_path / "x/uv.toml").write_text("[[[\n")
    with pytest.raises(ProjectInvalid, match=r"uv\.toml is not valid TOML"):
        read(tmp_path / "x")


def test_places_are_absolute_since_they_are_passed_on(tmp_path: Path) -> None:
    more = '[tool.uv]\nfind-links = ["wheels", "https://example.org/x"]\n[[tool.uv.index]]\nurl = "simple"\n'
    found = read(tmp_path / "x", more).settings.installing
    assert found == {
        "find-links": [str(tmp_path / "x/wheels"), "https://example.org/x"],
        "index": [{"url": str(tmp_path / "x/simple")}],
    }


def test_where_pip_installs_an_index_of_uv_is_told_as_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = read(tmp_path / "x", '[tool.uv]\nindex-url = "https://example.org/simple"\n')
    monkeypatch.setattr(circumstances, "installer", lambda: "uv")
    assert list(found.advise(installs=True)) == []
    monkeypatch.setattr(circumstances, "installer", lambda: "pip")
    (told,) = found.advise(installs=True)
    assert (told.code, told.where.line) == ("setting-not-followed", 5)
    assert "`index-url` is not followed: pip installs here" in told.words


def test_what_match_runtime_asks_for_is_refused_as_uv_does(tmp_path: Path) -> None:
    with pytest.raises(ProjectInvalid, match="match-runtime = true"):
        read(tmp_path / "x", '[tool.uv.extra-build-dependencies]\nx = [{ requirement = "a", match-runtime = true }]\n')


def test_isolation_is_given_up_where_uv_is_told_to(tmp_path: Path) -> None:
    assert read(tmp_path / "x").isolates("x")
    assert not read(tmp_path / "x", "[tool.uv]\nno-build-isolation = true\n").isolates("x")
    named = read(tmp_path / "x", '[tool.uv]\nno-build-isolation-package = ["X.y"]\n')
    assert (named.isolates("x-y"), named.isolates("x")) == (False, True)
