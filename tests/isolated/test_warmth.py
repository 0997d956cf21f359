"""What is imported before a hook begins: it looks at nothing but itself, and is left out where that would differ."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from build.env import DefaultIsolatedEnv

from atombuild.builder import Plan
from atombuild.events import Cause, Event, Failure, Log, Outcome
from atombuild.isolated import Options
from atombuild.isolated.inside import warmth
from atombuild.isolated.inside.warmth import ASKED_FOR, BACKENDS, STANDARD
from support.backends import need
from support.own_backend import PYPROJECT, session_of, set_before, write_project

DISTRIBUTIONS = {
    "flit_core.buildapi": "flit_core",
    "hatchling.build": "hatchling",
    "pdm.backend": "pdm-backend",
    "poetry.core.masonry.api": "poetry-core",
    "setuptools.build_meta": "setuptools",
}

PROBE = """
import atexit, importlib, json, os, signal, sys, threading
project = os.path.join(os.getcwd(), "")
found, library = [], os.path.dirname(os.__file__)

def said(what):
    if listens:
        found.append(what)

def hear(event, arguments):
    if event.startswith(("os.chdir", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "socket.")):
        said(event)
    for each in arguments[:1] if event == "open" else arguments if event.startswith("os.") else ():
        if isinstance(each, (str, bytes)) and (not os.path.isabs(each) or os.fsdecode(each).startswith(project)):
            said(event + " " + os.fsdecode(each))

def asked(name):
    real = getattr(os, name)
    def stand_in(*arguments, **named):
        path = arguments[0] if arguments else "."
        if isinstance(path, (str, bytes)) and (not os.path.isabs(path) or os.fsdecode(path).startswith(project)):
            said("os." + name + " " + os.fsdecode(path))
        return real(*arguments, **named)
    setattr(os, name, stand_in)

def register(function, *arguments, **named):
    if not sys.modules[function.__module__].__file__.startswith(library):
        said("atexit.register")
    return function

def state():
    handlers = [signal.getsignal(number) for number in sorted(signal.valid_signals())]
    strange = [path for path in sys.path if not path.startswith((sys.prefix, sys.base_prefix))]
    return [dict(os.environ), threading.active_count(), handlers, strange, real_cwd()]

real_cwd, listens = os.getcwd, False
for name in ("getcwd", "getcwdb", "stat", "lstat", "getpid"):
    asked(name)
atexit.register = register
sys.addaudithook(hear)
before, listens = state(), True
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
listens = False
for what, one, other in zip(("environment", "threads", "signals", "sys.path", "folder"), before, state()):
    if one != other:
        found.append(what)
print(json.dumps(sorted(set(found))))
"""

PREPARES = """
import runpy, sys; del sys.path[0]
warmth = runpy.run_path(sys.argv[1])["Warmth"]()
print(warmth.prepare(sys.argv[2]), sys.argv[2] in sys.modules)
"""

BAIT = {
    "pyproject.toml": "[tool.setuptools]\n[tool.hatch]\n[tool.poetry]\n[tool.pdm]\n[tool.flit]\n",
    "setup.py": "raise SystemExit('run')\n",
    "setup.cfg": "[metadata]\nname = bait\n",
    ".git/HEAD": "ref: refs/heads/main\n",
    "packaging.py": "raise SystemExit('imported')\n",
}


def probed(python: Path | str, project: Path, *names: str) -> list[str]:
    for name, text in BAIT.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    probe = project.parent / "probe.py"
    probe.write_text("import sys; del sys.path[0]\n" + PROBE)
    command = [str(python), str(probe), json.dumps(names)]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout)
    return found


@pytest.fixture
def environment() -> Iterator[DefaultIsolatedEnv]:
    with DefaultIsolatedEnv(installer="uv") as made:
        yield made


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_backend_that_is_imported_beforehand_looks_at_nothing_of_a_project(
    backend: str, environment: DefaultIsolatedEnv, tmp_path: Path
) -> None:
    need("setuptools")
    environment.install([DISTRIBUTIONS[backend]])
    told = subprocess.run(
        [environment.python_executable, "-c", PREPARES, warmth.__file__, backend],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert told.stdout.split() == ["True", "True"], "and it is imported beforehand"
    asked = [f"os.stat {ASKED_FOR}"] if backend.startswith("setuptools") else []
    assert probed(environment.python_executable, tmp_path / "project", *BACKENDS[backend]) == asked


def test_neither_does_what_is_imported_of_the_standard_library(tmp_path: Path) -> None:
    assert {name.partition(".")[0] for name in STANDARD} <= sys.stdlib_module_names | {"tomllib"}
    assert probed(sys.executable, tmp_path / "project", *STANDARD) == []


ACTS = {
    "open('setup.cfg').close()": "open setup.cfg",
    "os.path.abspath('setup.cfg')": "os.getcwd .",
    "os.path.exists('setup.cfg')": "os.stat setup.cfg",
    "os.listdir('.')": "os.listdir .",
    "os.environ['A'] = '1'": "environment",
    "sys.path.insert(0, '/nowhere')": "sys.path",
    "threading.Thread(target=threading.Event().wait, daemon=True).start()": "threads",
    "signal.signal(signal.SIGUSR1, signal.SIG_IGN)": "signals",
    "atexit.register(acts)": "atexit.register",
    "subprocess.run(['true'])": "subprocess.Popen",
    "os.getpid()": "os.getpid .",
}


@pytest.mark.parametrize("act", ACTS)
def test_the_probe_finds_what_acts(act: str, environment: DefaultIsolatedEnv, tmp_path: Path) -> None:
    text = f"import atexit, os, signal, subprocess, sys, threading\ndef acts(): pass\n{act}\n"
    (packages,) = (Path(environment.path) / "lib").glob("python*/site-packages")
    (packages / "acting.py").write_text(text)
    assert ACTS[act] in probed(environment.python_executable, tmp_path / "project", "acting")


class Built:
    """A project whose hooks do what a test says."""

    def __init__(self, root: Path, does: str, options: Options | None = None) -> None:
        self.root = write_project(root, does)
        self.events: list[Event] = []
        self.session = session_of(self.root, self.events, Plan(), options or Options())
        self.session.begin()

    def build(self) -> Outcome | None:
        return self.session.attempt(Cause.REQUEST).outcome

    @property
    def why(self) -> list[object]:
        return [each for event in self.events if isinstance(event, Failure) for each in event.reports]


@pytest.fixture
def virtual(tmp_path: Path) -> Path:
    """An environment of the user's, for builds without isolation."""
    folder = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=120)
    return folder


def packages_of(folder: Path) -> Path:
    (found,) = (folder / "lib").glob("python*/site-packages")
    return found


@pytest.mark.parametrize("by", ["acts.pth", "sitecustomize.py"])
def test_what_an_environment_runs_when_python_starts_runs_for_each_hook_in_the_project(
    by: str, virtual: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (packages_of(virtual) / by).write_text("import os; os.environ['STARTED_IN'] = os.getcwd()\n")
    does = "assert os.environ['STARTED_IN'] == os.getcwd(), os.environ['STARTED_IN']"
    built = Built(tmp_path / "sky", does, Options(isolation=False, python=virtual))
    try:
        assert built.build() is Outcome.SUCCEEDED, built.why
    finally:
        built.session.end()


def test_a_line_that_is_added_to_the_environment_later_counts_from_then_on(virtual: Path, tmp_path: Path) -> None:
    built = Built(tmp_path / "sky", "assert 'ADDED' not in os.environ", Options(isolation=False, python=virtual))
    try:
        assert built.build() is Outcome.SUCCEEDED, built.why
        (packages_of(virtual) / "later.pth").write_text("import os; os.environ['ADDED'] = '1'\n")
        set_before(built.root, "assert 'ADDED' in os.environ")
        assert built.build() is Outcome.SUCCEEDED, built.why
    finally:
        built.session.end()


@pytest.mark.parametrize("where", [".", "src", "_build"])
def test_a_module_of_the_project_hides_the_one_of_its_name_that_is_loaded_here(tmp_path: Path, where: str) -> None:
    root = tmp_path / "sky"
    built = Built(root, "pass")
    try:
        assert built.build() is Outcome.SUCCEEDED
        (root / where / "csv.py").write_text("OURS = True\n")
        set_before(root, f"import sys; sys.path.insert(0, os.path.abspath({where!r})); import csv; assert csv.OURS")
        backend = root / "_build/backend.py"
        backend.write_text(backend.read_text().replace('"VERSION"}', '"VERSION", "csv.py"}'))  # it goes into the sdist
        assert built.build() is Outcome.SUCCEEDED, built.why
    finally:
        built.session.end()


def test_hooks_have_the_variables_that_python_reads_at_its_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = Built(tmp_path / "sky", "import sys; assert sys.flags.hash_randomization")
    try:
        monkeypatch.delenv("PYTHONHASHSEED", raising=False)
        assert built.build() is Outcome.SUCCEEDED, built.why
        monkeypatch.setenv("PYTHONHASHSEED", "0")
        set_before(built.root, "import sys; assert not sys.flags.hash_randomization")
        assert built.build() is Outcome.SUCCEEDED, built.why
    finally:
        built.session.end()


FOREIGN = """
    import os
    ran = os.path.join({folder!r}, "ran")
    with open(ran, "a") as file:
        file.write("x")
    def build_wheel(*_): raise RuntimeError
    build_sdist = build_wheel
"""


def test_a_backend_that_nobody_knows_is_imported_in_each_hooks_own_process(virtual: Path, tmp_path: Path) -> None:
    (packages_of(virtual) / "foreign.py").write_text(textwrap.dedent(FOREIGN).format(folder=str(tmp_path)))
    root = tmp_path / "sky"
    root.mkdir()
    text = PYPROJECT.replace('"backend"', '"foreign"').replace('backend-path = ["_build"]\n', "")
    (root / "pyproject.toml").write_text(text)
    events: list[Event] = []
    session = session_of(root, events, Plan(), Options(isolation=False, python=virtual))
    try:
        session.begin()
        for _ in range(2):
            assert session.attempt(Cause.REQUEST).outcome is Outcome.FAILED
    finally:
        session.end()
    hooks = [line for event in events if isinstance(event, Log) for line in event.lines if " get_requires" in line]
    assert len((tmp_path / "ran").read_text()) == 2 + len(hooks) == 4


FORKS = """
    import sys
    caller, names = sys._getframe(), set()
    while caller is not None:
        names.add(os.path.basename(caller.f_code.co_filename))
        caller = caller.f_back
    assert ("server.py" in names) is {forked}, names
"""


@pytest.mark.parametrize(
    ("name", "forked"),
    [("pybuilddir.txt", False), ("csv.py", False), ("csv", True), ("csv.txt", True), ("a.py", True)],
)
def test_a_process_of_its_own_for_a_project_in_which_it_would_be_another_thing(
    tmp_path: Path, name: str, forked: bool
) -> None:
    built = Built(tmp_path / "sky", "if hook == 'build_sdist':" + textwrap.indent(FORKS.format(forked=forked), "    "))
    try:
        (built.root / name).mkdir() if "." not in name else (built.root / name).write_text("")
        assert built.build() is Outcome.SUCCEEDED, built.why
    finally:
        built.session.end()
