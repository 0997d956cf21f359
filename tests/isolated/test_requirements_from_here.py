"""Build requirements that lie on this disk: members of the workspace, path sources, ``file:`` URLs.

The backends of these projects stand in their own trees and need nothing, so no index is needed: the one that the
installers are given has nothing, and listens.
"""

from __future__ import annotations

import importlib.util
import tarfile
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from atombuild.builder import Plan
from atombuild.errors import Report
from atombuild.events import ArtifactStatus, Cause, ChangesSeen, Event, Failure, Log, Outcome, Preparing
from atombuild.folders import CACHE_VARIABLE
from atombuild.isolated import Options
from atombuild.isolated import project as isolated_project
from atombuild.session import Session
from atombuild.wiring import ProjectSetup
from support import tiny_backend
from support.listening_index import ListeningIndex, listening_index, only_asked

BACKEND = Path(tiny_backend.__file__)

MODULE = """
import tiny_backend
from tiny_backend import *

print("BACKEND SAYS 1")
"""


def project(
    root: Path, name: str, requires: str = "[]", backend: str = "tiny_backend", *, more: str = "", code: str = "A = 1\n"
) -> Path:
    """Lay a project whose backend stands in its own tree, unless it names another one."""
    module = name.replace("-", "_")
    (root / "src" / module).mkdir(parents=True)
    (root / "src" / module / "__init__.py").write_text(code)
    path = 'backend-path = ["_backend"]\n' if backend == "tiny_backend" else ""
    if path:
        (root / "_backend").mkdir()
        (root / "_backend/tiny_backend.py").write_bytes(BACKEND.read_bytes())
    (root / "pyproject.toml").write_text(
        f'[build-system]\nrequires = {requires}\nbuild-backend = "{backend}"\n{path}'
        f'[project]\nname = "{name}"\nversion = "1.0"\n{more}'
    )
    return root


@dataclass
class Desk:
    """Builds projects of one workspace, in one session each."""

    root: Path
    events: list[Event] = field(default_factory=list)
    setups: dict[Path, ProjectSetup] = field(default_factory=dict)
    sessions: dict[Path, Session] = field(default_factory=dict)

    def session(self, folder: str) -> Session:
        root = self.root / folder
        if root not in self.sessions:
            self.setups[root] = ProjectSetup(root, root / "dist", Plan(), Options())
            self.sessions[root] = self.setups[root].session(self.events.append)
            self.sessions[root].begin()
        return self.sessions[root]

    def inputs(self, folder: str = "packages/app") -> tuple[Path, ...]:
        """What is watched of a project beyond its root."""
        self.session(folder)
        return self.setups[self.root / folder].read_project().outer_inputs

    def build(self, folder: str = "packages/app") -> Outcome | None:
        self.events.clear()
        return self.session(folder).attempt(Cause.REQUEST).outcome

    @property
    def said(self) -> list[str]:
        return [line for event in self.events if isinstance(event, Log) for line in event.lines]

    @property
    def made(self) -> int:
        """How many environments were made."""
        return sum(isinstance(each, Preparing) and each.words.startswith("making") for each in self.events)

    @property
    def reports(self) -> tuple[Report, ...]:
        failures = [event for event in self.events if isinstance(event, Failure)]
        assert len(failures) == 1, self.said
        return failures[0].reports

    def close(self) -> None:
        for session in self.sessions.values():
            session.end()


@pytest.fixture(params=["uv", "pip"])
def installer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    name = str(request.param)
    if name == "pip" and importlib.util.find_spec("pip") is None:
        pytest.skip("pip is not installed here")
    monkeypatch.setattr(isolated_project, "installer", lambda: name)
    return name


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ListeningIndex]:
    with listening_index() as index:
        only_asked(index, monkeypatch)
        monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv-cache"))
        monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
        yield index


@pytest.fixture
def desk(tmp_path: Path, index: ListeningIndex) -> Iterator[Desk]:
    root = tmp_path / "ws"
    root.mkdir()
    (root / "pyproject.toml").write_text('[tool.uv.workspace]\nmembers = ["packages/*"]\n')
    desk = Desk(root)
    yield desk
    desk.close()


SOURCE = "[tool.uv.sources]\nmy-backend = { workspace = true }\n"


def two_members(desk: Desk, *, app: str = SOURCE, backend: str = "", code: str = MODULE) -> None:
    tiny = BACKEND.read_text()
    project(desk.root / "packages/app", "app", '["My_Backend"]', "my_backend", more=app)
    member = project(desk.root / "packages/other-name", "my-backend", more=backend, code=code)
    (member / "src/tiny_backend.py").write_text(tiny)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_member_is_installed_from_the_tree_and_an_edit_shows_in_the_very_next_build(
    desk: Desk, index: ListeningIndex, installer: str
) -> None:
    two_members(desk)
    assert desk.build() is Outcome.SUCCEEDED, desk.reports
    assert "BACKEND SAYS 1" in desk.said
    assert desk.made == 2
    source = desk.root / "packages/other-name/src/my_backend/__init__.py"
    for number in range(2, 5):
        edit(source, f"SAYS {number - 1}", f"SAYS {number}")
        assert desk.build() is Outcome.SUCCEEDED
        assert f"BACKEND SAYS {number}" in desk.said
        assert desk.made == 0  # it leads to the tree
    assert index.asked == []


def test_what_its_build_left_in_the_tree_is_made_again_when_it_is_gone(desk: Desk, index: ListeningIndex) -> None:
    """An editable install may lead into a build folder, as meson-python's does."""
    two_members(desk)
    folder = desk.root / "packages/other-name"
    edit(
        folder / "_backend/tiny_backend.py",
        "    name, _ = _project()\n    return _wheel(directory, {f",
        "    name, _ = _project()\n    Path('build').mkdir(exist_ok=True)\n    return _wheel(directory, {f",
    )
    assert desk.build() is Outcome.SUCCEEDED, desk.reports
    (folder / "build").rmdir()
    assert desk.build() is Outcome.SUCCEEDED
    assert (folder / "build").is_dir()
    assert desk.made == 1


def test_its_own_description_makes_the_environment_again(desk: Desk, index: ListeningIndex, installer: str) -> None:
    two_members(desk, code=MODULE + "from importlib.metadata import version\nprint('VERSION', version('my-backend'))\n")
    assert desk.build() is Outcome.SUCCEEDED
    assert "VERSION 1.0" in desk.said
    edit(desk.root / "packages/other-name/pyproject.toml", '"1.0"', '"2.0"')
    assert desk.build() is Outcome.SUCCEEDED
    assert "VERSION 2.0" in desk.said
    assert desk.made == 1  # that of the member itself serves again
    assert index.asked == []


def test_without_an_entry_it_is_uvs_error_before_anything_is_fetched(desk: Desk, index: ListeningIndex) -> None:
    two_members(desk, app="")
    assert desk.build() is Outcome.FAILED
    (report,) = desk.reports
    assert report.what == (
        "`my-backend` is included as a workspace member, but is missing an entry in `tool.uv.sources` "
        "(e.g., `my-backend = { workspace = true }`)"
    )
    assert (str(report.where), desk.made) == (f"{desk.root}/packages/app/pyproject.toml:2:13", 0)
    assert index.asked == []
    # Mended in the root, which the project inherits from; and it is an input.
    assert desk.root / "pyproject.toml" in desk.inputs()
    with (desk.root / "pyproject.toml").open("a") as file:
        file.write(SOURCE)
    assert desk.build() is Outcome.SUCCEEDED, desk.reports


def test_the_trees_of_all_that_is_needed_are_inputs(desk: Desk, index: ListeningIndex, installer: str) -> None:
    two_members(
        desk,
        backend='dependencies = ["deeper>=9"]\n[tool.uv.sources]\ndeeper = { workspace = true }\n',
        code=MODULE + "import deeper\n",
    )
    project(desk.root / "packages/deeper", "deeper", code="print('DEEPER 1')\n")
    assert desk.root / "packages/other-name" in desk.inputs()
    assert desk.build() is Outcome.SUCCEEDED, desk.reports  # uv asks for no version of a member either
    assert "DEEPER 1" in desk.said
    assert set(desk.inputs()) >= {
        desk.root / "packages/other-name",
        desk.root / "packages/deeper",
    }
    edit(desk.root / "packages/deeper/src/deeper/__init__.py", "DEEPER 1", "DEEPER 2")
    assert desk.build() is Outcome.SUCCEEDED
    assert "DEEPER 2" in desk.said
    assert index.asked == []


@pytest.mark.parametrize(
    ("app", "backend", "words"),
    [
        ("[tool.uv.sources]\nmy-backend = { workspace = false }\n", "", "does not use `workspace = true`"),
        ('[tool.uv.sources]\nmy-backend = { path = "../other-name" }\n', "", "references a path"),
        ('[tool.uv.sources]\nmy-backend = { index = "x" }\n', "", "references a registry"),
        ('[tool.uv.sources]\nmy-backend = { git = "https://x.invalid" }\n', "", "references a Git repository"),
        ('[tool.uv.sources]\nmy-backend = { url = "https://x.invalid" }\n', "", "references a URL"),
        (
            "[tool.uv.sources]\nmy-backend = { workspace = true, marker = \"python_version < '3'\" }\n",
            "",
            "no entry of `tool.uv.sources` for it holds here",
        ),
        ('[tool.uv.sources]\nmy-backend = { workspace = true, extra = "x" }\n', "", "no entry of `tool.uv.sources`"),
        (SOURCE, 'dependencies = ["app"]\n', "`app` is included as a workspace member, but is missing an entry"),
        (
            SOURCE,
            'dependencies = ["app"]\n[tool.uv.sources]\napp = { workspace = true }\n',
            "Cyclic build dependency detected for `app`",
        ),
        (SOURCE, "[tool.uv]\nmanaged = false\n", "but is not a workspace member"),
        ("[tool.uv]\nmanaged = false\n" + SOURCE, "", "the project is unmanaged"),
        (SOURCE, 'dependencies = ["unknown ]\n', "pyproject.toml is not valid TOML"),
        ("", 'dependencies = ["unknown ]\n', "pyproject.toml is not valid TOML"),
    ],
)
def test_what_would_ask_an_index_for_a_member_or_can_not_be_built_is_told_and_nothing_is_asked(
    desk: Desk, index: ListeningIndex, app: str, backend: str, words: str
) -> None:
    two_members(desk, app=app, backend=backend)
    assert desk.build() is Outcome.FAILED
    assert any(words in report.what for report in desk.reports), desk.reports
    for report in desk.reports:
        assert report.where is not None
        assert report.where.line is not None or "Cyclic" in report.what
    assert index.asked == []


def test_a_sibling_that_can_not_be_read_stops_nothing_that_does_not_need_it(desk: Desk, index: ListeningIndex) -> None:
    two_members(desk)
    (desk.root / "packages/zz").mkdir()
    (desk.root / "packages/zz/pyproject.toml").write_text("[project\n")
    assert desk.build() is Outcome.SUCCEEDED, desk.reports
    assert index.asked == []


def test_what_the_backend_asks_for_may_be_a_member_too(desk: Desk, index: ListeningIndex, installer: str) -> None:
    asks = "\ndef get_requires_for_build_wheel(settings=None):\n    return ['asked-for']\n"
    asks += "def build_wheel(*arguments):\n    import asked_for\n    return tiny_backend.build_wheel(*arguments)\n"
    two_members(desk, app=SOURCE + "asked-for = { workspace = true }\n", code=MODULE + asks)
    project(desk.root / "packages/asked", "asked-for", code="print('ASKED FOR')\n")
    assert desk.build() is Outcome.SUCCEEDED, desk.reports
    assert "ASKED FOR" in desk.said
    assert index.asked == []
    edit(desk.root / "packages/app/pyproject.toml", "asked-for = { workspace = true }\n", "")
    assert desk.build() is Outcome.FAILED
    assert "`asked-for` is included as a workspace member, but is missing an entry" in desk.reports[0].what
    assert index.asked == []


def test_what_a_single_build_first_hears_of_does_not_make_it_out_of_date(
    desk: Desk, index: ListeningIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the backend asks for is looked at from then on; it stood there before, so no save of it was missed."""
    monkeypatch.setattr("atombuild.session._COARSEST_CLOCK_SECONDS", 0.0)  # the files of a test are young
    asks = "\ndef get_requires_for_build_wheel(settings=None):\n    return ['asked-for']\n"
    two_members(desk, app=SOURCE + "asked-for = { workspace = true }\n", code=MODULE + asks)
    project(desk.root / "packages/asked", "asked-for")
    desk.session("packages/app").once = True
    assert desk.build() is Outcome.SUCCEEDED, desk.reports
    assert desk.root / "packages/asked" in desk.inputs()
    assert [event.paths for event in desk.events if isinstance(event, ChangesSeen)] == []
    shown = {event.kind: event.status.words for event in desk.events if isinstance(event, ArtifactStatus)}
    assert set(shown.values()) == {"succeeded"}


def test_what_another_distribution_depends_on_comes_from_the_tree_if_it_is_a_member(
    desk: Desk, index: ListeningIndex, installer: str, tmp_path: Path
) -> None:
    """``outside``, which an installer gets, requires ``inside``, which is a member."""
    project(tmp_path / "outside", "outside", more='dependencies = ["inside"]\n', code="import inside\n")
    outside = ProjectSetup(tmp_path / "outside", tmp_path, Plan.chosen(sdist=False, wheel=True)).session(lambda _: None)
    outside.begin()
    outside.attempt(Cause.START)
    outside.end()
    (wheel,) = tmp_path.glob("*.whl")
    requires = f'["my-backend", "outside @ {wheel.as_uri()}"]'
    two_members(desk, code=MODULE + "import outside\n")
    edit(desk.root / "packages/app/pyproject.toml", '["My_Backend"]', requires)
    project(desk.root / "packages/inside", "inside", code="print('FROM INSIDE')\n")
    assert desk.build() is Outcome.SUCCEEDED, desk.reports
    assert "FROM INSIDE" in desk.said
    assert index.asked == []


def test_what_an_installer_builds_by_itself_asks_for_no_member_either(
    desk: Desk, index: ListeningIndex, installer: str, tmp_path: Path
) -> None:
    """``outside`` is an sdist; its build requires ``inside``, which is a member."""
    outside = project(tmp_path / "outside", "outside", code="W = 1\n")
    edit(outside / "pyproject.toml", "requires = []", 'requires = ["inside"]')
    with tarfile.open(tmp_path / "outside-1.0.tar.gz", "w:gz") as tar:
        tar.add(outside, "outside-1.0")
    requires = f'["my-backend", "outside @ {(tmp_path / "outside-1.0.tar.gz").as_uri()}"]'
    two_members(desk, code=MODULE + "import outside\n")
    edit(desk.root / "packages/app/pyproject.toml", '["My_Backend"]', requires)
    project(desk.root / "packages/inside", "inside")
    assert desk.build() is Outcome.SUCCEEDED, desk.reports
    assert index.asked == []


def test_extras_of_a_member_are_followed_and_the_root_may_be_required(
    desk: Desk, index: ListeningIndex, installer: str
) -> None:
    two_members(
        desk,
        app=SOURCE + "the-root = { workspace = true }\n",
        code=MODULE + "import extra, the_root\n",
        backend="dependencies = [\"extra; extra == 'more'\"]\n[tool.uv.sources]\nextra = { workspace = true }\n",
    )
    edit(desk.root / "packages/app/pyproject.toml", '["My_Backend"]', '["My_Backend[More]", "the-root"]')
    project(desk.root / "packages/extra", "extra", code="print('EXTRA')\n")
    table = (desk.root / "pyproject.toml").read_text()
    project(desk.root, "the-root", more=table, code="print('ROOT')\n")
    assert desk.build() is Outcome.SUCCEEDED, desk.reports
    assert {"EXTRA", "ROOT"} <= set(desk.said)
    assert index.asked == []


@pytest.mark.parametrize(
    ("requires", "more"),
    [
        ('["local @ {uri}"]', ""),
        ('["local"]', '[tool.uv.sources]\nlocal = {{ path = "{path}" }}\n'),
        ('["local"]', '[tool.uv.sources]\nlocal = {{ path = "../../local", editable = true }}\n'),
        ('["local @ file://${{PROJECT_ROOT}}/../../local"]', ""),
    ],
)
def test_an_edited_local_backend_is_used_in_the_next_build(
    desk: Desk, index: ListeningIndex, installer: str, requires: str, more: str
) -> None:
    local = project(desk.root / "local", "local", code=MODULE)
    (local / "src/tiny_backend.py").write_bytes(BACKEND.read_bytes())
    words = {"uri": local.as_uri(), "path": local}
    project(desk.root / "packages/app", "app", requires.format(**words), "local", more=more.format(**words))
    assert local in desk.inputs()
    assert desk.build() is Outcome.SUCCEEDED, desk.reports
    assert "BACKEND SAYS 1" in desk.said
    edit(local / "src/local/__init__.py", "SAYS 1", "SAYS 2")
    assert desk.build() is Outcome.SUCCEEDED, desk.reports
    assert "BACKEND SAYS 2" in desk.said
    assert desk.build() is Outcome.SUCCEEDED
    assert desk.made == 0
    assert index.asked == []


def test_another_wheel_file_is_used_in_the_next_build(desk: Desk, index: ListeningIndex, installer: str) -> None:
    local = project(desk.root / "local", "local", code=MODULE)
    (local / "src/tiny_backend.py").write_bytes(BACKEND.read_bytes())
    assert desk.build("local") is Outcome.SUCCEEDED
    (wheel,) = (local / "dist").glob("*.whl")
    requires = f'["local @ {wheel.as_uri()}"]'
    project(desk.root / "packages/app", "app", requires, "local")
    assert wheel in desk.inputs()
    assert desk.build() is Outcome.SUCCEEDED, desk.reports
    assert "BACKEND SAYS 1" in desk.said
    edit(local / "src/local/__init__.py", "SAYS 1", "SAYS 2")
    assert desk.build("local") is Outcome.SUCCEEDED
    assert desk.build() is Outcome.SUCCEEDED, desk.reports
    assert "BACKEND SAYS 2" in desk.said
    assert index.asked == []


def test_a_folder_of_another_name_is_refused(desk: Desk, index: ListeningIndex) -> None:
    local = project(desk.root / "local", "other", code=MODULE)
    project(desk.root / "packages/app", "app", f'["local @ {local.as_uri()}"]', "local")
    assert desk.build() is Outcome.FAILED
    assert desk.reports[0].what == f"{local} is to be local, and its metadata says other"


def test_a_native_member_is_installed_natively(desk: Desk, index: ListeningIndex, installer: str) -> None:
    two_members(desk)
    path = desk.root / "packages/other-name/pyproject.toml"
    path.write_text(
        textwrap.dedent(
            """
            [build-system]
            requires = ["uv_build>=0.13.6,<0.14"]
            build-backend = "uv_build"
            [project]
            name = "my-backend"
            version = "1.0"
            """
        )
    )
    assert desk.build() is Outcome.SUCCEEDED, desk.reports
    assert "BACKEND SAYS 1" in desk.said
    assert desk.made == 1  # its own needs none
    assert index.asked == []
