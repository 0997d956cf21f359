"""The projects of other backends, and the backends that fail, are what other tests take them for."""

from __future__ import annotations

import base64
import hashlib
import os
import signal
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from build.env import DefaultIsolatedEnv
from pyproject_hooks import BuildBackendHookCaller

from support.backends import (
    BACKENDS,
    FOLDER,
    HOOKS,
    Fault,
    Hook,
    copy_of,
    elsewhere,
    members,
    need,
    pyproject,
    reference_build,
    with_fault,
)

TAILS: Mapping[Hook, str] = {"build_sdist": ".tar.gz", "build_wheel": "-py3-none-any.whl"}
FASTEST = "in-tree"
"""The project that needs nothing: every fault is tried on it."""


@dataclass(frozen=True)
class Ended:
    """How a hook ended that was given an empty folder."""

    out: Path
    result: object
    status: int
    words: str

    @property
    def left(self) -> list[str]:
        return sorted(path.name for path in self.out.iterdir())


SILENT_FAULTS: Mapping[Fault, tuple[str | None, list[str]]] = {
    Fault.WRONG_NAME: ("stranger-9.9{tail}", ["stranger-9.9{tail}"]),
    Fault.WRONG_KIND_OF_NAME: ("result.bin", ["result.bin"]),
    Fault.ABSOLUTE_NAME: ("{out}/{name}", ["{name}"]),
    Fault.WRITES_NOTHING: ("{name}", []),
    Fault.WRITES_TOO_MUCH: ("{name}", ["build.log", "{name}"]),
    Fault.LINK: ("{name}", ["{name}"]),
    Fault.TRUNCATED: ("{name}", ["{name}"]),
    Fault.BAD_RECORD: ("{name}", ["{name}"]),
    Fault.NOT_A_STRING: (None, ["{name}"]),
}
"""What a hook returns, and the names that it leaves, where it doesn't fail."""


class Hooks:
    """Calls hooks, each project's in the environment of its backend, which is made once."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._environments: dict[str, DefaultIsolatedEnv] = {}

    def call(self, project: Path, hook: str, backend: str = FASTEST) -> Ended:
        environment = self._environment_of(backend)
        out = Path(tempfile.mkdtemp(dir=project.parent))
        done: list[subprocess.CompletedProcess[str]] = []

        def run(cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None) -> None:
            # Who is killed leaves things in the folder for temporary files.
            own = {**environment.make_extra_environ(), "TMPDIR": str(project.parent)}
            variables = {**os.environ, **(extra_environ or {}), **own}
            done.append(
                subprocess.run(cmd, cwd=cwd, env=variables, capture_output=True, text=True, check=False, timeout=60)
            )
            done[0].check_returncode()

        system = pyproject(project)["build-system"]
        caller = BuildBackendHookCaller(
            str(project), system["build-backend"], system.get("backend-path"), run, environment.python_executable
        )
        try:
            result = getattr(caller, hook)(*([out] if hook in HOOKS else []))
        except subprocess.CalledProcessError:
            result = None
        return Ended(out, result, done[0].returncode, done[0].stderr)

    def _environment_of(self, backend: str) -> DefaultIsolatedEnv:
        if backend not in self._environments:
            made = self._stack.enter_context(DefaultIsolatedEnv(installer="uv"))
            made.install(pyproject(BACKENDS[backend].folder)["build-system"]["requires"])
            self._environments[backend] = made
        return self._environments[backend]


@pytest.fixture(scope="session")
def hooks() -> Iterator[Hooks]:
    with ExitStack() as stack:
        yield Hooks(stack)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copy_of(FASTEST, tmp_path)


def right_name(hook: Hook) -> str:
    return BACKENDS[FASTEST].stem + TAILS[hook]


def test_every_folder_is_in_the_table() -> None:
    assert {path.name for path in FOLDER.iterdir() if (path / "pyproject.toml").is_file()} == BACKENDS.keys()


@pytest.mark.parametrize("name", BACKENDS)
def test_every_project_is_built_by_the_reference_front_end(name: str, tmp_path: Path) -> None:
    need(name)
    backend = BACKENDS[name]
    made = reference_build(copy_of(name, tmp_path), tmp_path / "dist")
    assert made.sdist.name == backend.sdist_name
    assert made.wheel.name.startswith(f"{backend.stem}-")
    assert made.wheel.name.endswith("-none-any.whl") is backend.is_pure
    packed = {path.removeprefix(f"{backend.stem}/") for path in made.sdist_members}
    assert packed >= {"LICENSE", "PKG-INFO", "README.md", "pyproject.toml"}
    assert {f"{backend.stem}.dist-info/{file}" for file in ("METADATA", "RECORD", "WHEEL", "licenses/LICENSE")} < {
        *made.wheel_members
    }
    assert sum(path.endswith(".py") for path in made.wheel_members) >= 3


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("fault", SILENT_FAULTS, ids=lambda fault: fault.value)
def test_a_hook_returns_and_leaves_what_its_fault_says(project: Path, hooks: Hooks, fault: Fault, hook: Hook) -> None:
    returned, left = SILENT_FAULTS[fault]
    with_fault(project, fault, hook=hook)
    ended = hooks.call(project, hook)
    assert ended.status == 0, ended.words
    filled = {"name": right_name(hook), "tail": TAILS[hook], "out": ended.out}
    assert ended.result == (None if returned is None else returned.format(**filled))
    assert ended.left == [name.format(**filled) for name in left]


@pytest.mark.parametrize("hook", HOOKS)
def test_a_link_leads_to_a_whole_file_elsewhere(project: Path, hooks: Hooks, hook: Hook) -> None:
    with_fault(project, Fault.LINK)
    file = hooks.call(project, hook).out / right_name(hook)
    assert file.readlink() == elsewhere(project) / file.name
    assert members(file)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_truncated_file_can_not_be_read(project: Path, hooks: Hooks, hook: Hook) -> None:
    with_fault(project, Fault.TRUNCATED)
    with pytest.raises((EOFError, zipfile.BadZipFile)):
        members(hooks.call(project, hook).out / right_name(hook))


def test_one_hash_in_a_wheel_is_wrong(project: Path, hooks: Hooks) -> None:
    with_fault(project, Fault.BAD_RECORD)
    with zipfile.ZipFile(hooks.call(project, "build_wheel").out / right_name("build_wheel")) as wheel:
        lines = wheel.read(f"{BACKENDS[FASTEST].stem}.dist-info/RECORD").decode().splitlines()
        told = dict(line.split(",")[:2] for line in lines if ",sha256=" in line)
        wrong = [path for path, told_hash in told.items() if told_hash != f"sha256={record_hash(wheel.read(path))}"]
    assert len(wrong) == 1


def record_hash(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


def test_an_sdist_lacks_its_metadata(project: Path, hooks: Hooks) -> None:
    with_fault(project, Fault.BAD_RECORD)
    packed = members(hooks.call(project, "build_sdist").out / right_name("build_sdist"))
    assert packed
    assert not [path for path in packed if path.endswith("PKG-INFO")]


@pytest.mark.parametrize("hook", HOOKS)
def test_metadata_is_refused_for_one_hook_and_not_for_the_other(project: Path, hooks: Hooks, hook: Hook) -> None:
    with_fault(project, Fault.FAILS_IN_METADATA, hook=hook)
    refused = hooks.call(project, f"get_requires_for_{hook}")
    assert refused.status == 1
    assert "the backend refuses to say what it needs" in refused.words
    (other,) = {*HOOKS} - {hook}
    assert hooks.call(project, f"get_requires_for_{other}").result == []


@pytest.mark.parametrize("hook", HOOKS)
def test_a_write_that_fails_leaves_an_archive_of_a_few_members(project: Path, hooks: Hooks, hook: Hook) -> None:
    with_fault(project, Fault.FAILS_MID_WRITE)
    failed = hooks.call(project, hook)
    assert failed.status == 1
    assert "No space left on device" in failed.words
    assert len(members(failed.out / right_name(hook))) == 3  # well-formed, which is the trap of it


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("name", ["flit-core", "hatchling", "in-tree", "pdm-backend", "poetry-core", "uv-build"])
def test_who_is_killed_leaves_a_part_under_the_final_name_if_the_table_says_so(
    tmp_path: Path, hooks: Hooks, name: str, hook: Hook
) -> None:
    need(name)
    copy = copy_of(name, tmp_path)
    with_fault(copy, Fault.KILLED_MID_WRITE)
    killed = hooks.call(copy, hook, name)
    assert killed.status == -signal.SIGKILL
    backend = BACKENDS[name]
    final = [file for file in killed.left if file == backend.stem + TAILS[hook]]
    assert bool(final) is (hook in backend.in_place), killed.left
    for file in final:
        assert (killed.out / file).stat().st_size > 0
        with pytest.raises((EOFError, zipfile.BadZipFile)):
            members(killed.out / file)


@pytest.mark.parametrize("name", ["flit-core", "in-tree"])  # neither packs folders that it wasn't asked to pack
def test_a_fault_of_the_wheel_travels_in_the_sdist(tmp_path: Path, hooks: Hooks, name: str) -> None:
    need(name)
    copy = copy_of(name, tmp_path)
    with_fault(copy, Fault.WRITES_NOTHING)
    with_fault(copy, Fault.WRONG_NAME, hook="build_wheel")  # instead
    sdist = hooks.call(copy, "build_sdist", name)
    assert sdist.result == BACKENDS[name].sdist_name
    with tarfile.open(sdist.out / BACKENDS[name].sdist_name) as archive:
        archive.extractall(tmp_path, filter="data")
    assert hooks.call(tmp_path / BACKENDS[name].stem, "build_wheel", name).left == ["stranger-9.9-py3-none-any.whl"]
