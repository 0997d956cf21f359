"""Make a build environment with the library ``build``, in a process that can be ended at any moment.

    python make_environment.py ORDER ANSWER

ORDER holds ``path``, ``installer``, ``requirements``, ``constraints``, ``held`` (constraints that hold for what has to
be built first, too), ``wheels`` (requirements, but installed without what they depend on), ``config`` (a ``uv.toml``
for uv, or null) and ``libraries`` (where to find ``build``).
ANSWER gets ``python`` and ``scripts``: where its interpreter and its commands are. What the installer says about a
failure goes to standard output.

pip checks no hash that only a constraint has: it then demands hashes and exact versions of all that it installs. So for
pip what has a hash is fetched by itself, checked, and installed from that file. Until it is checked only a wheel of it
is looked at, since nothing of a wheel runs.
"""

from __future__ import annotations

import json
import logging
import os
import pathlib
import re
import subprocess
import sys
import tempfile

_HASH = " --hash="

TYPE_CHECKING = False
if TYPE_CHECKING:
    from build.env import DefaultIsolatedEnv


def main(order_path: str, answer_path: str) -> int:
    """Make the environment; return the exit status."""
    with open(order_path, encoding="utf-8") as file:
        order = json.load(file)
    sys.path.extend(each for each in order["libraries"] if each not in sys.path)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)

    from build.env import DefaultIsolatedEnv

    if order["config"] is not None:
        os.environ["UV_CONFIG_FILE"] = order["config"]
    environment = DefaultIsolatedEnv(installer=order["installer"], path=order["path"])
    requirements, constraints = order["requirements"], [*order["constraints"], *order["held"]]
    try:
        environment.__enter__()  # never left: it is kept
        # Every hook imports from here, and with PYTHONDONTWRITEBYTECODE none leaves bytecode for the next.
        os.environ.setdefault("UV_COMPILE_BYTECODE", "1")
        if order["held"]:
            _hold(os.path.join(os.path.dirname(os.path.abspath(order_path)), "held.txt"), order["held"])
        if order["installer"] == "pip" and requirements and any(_HASH in line for line in constraints):
            with tempfile.TemporaryDirectory(prefix="atombuild-") as folder:
                constraints = _verified(environment.python_executable, requirements, constraints, folder)
                environment.install(requirements, constraints)
        else:
            environment.install(requirements, constraints)
        _install_alone(environment, order["installer"], order["wheels"])
    except subprocess.CalledProcessError as error:
        return error.returncode or 1
    scripts = environment.make_extra_environ()["PATH"].split(os.pathsep)[0]
    with open(answer_path, "w", encoding="utf-8") as file:
        json.dump({"python": environment.python_executable, "scripts": scripts}, file)
    return 0


def _hold(path: str, lines: list[str]) -> None:
    """Have constraints hold in the environments, too, that an installer makes to build what has no wheel."""
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
    url = pathlib.Path(path).as_uri()  # these variables may name several, with blanks between them
    # Before pip 25.3 there is one variable for both.
    for name in ("UV_BUILD_CONSTRAINT", "PIP_BUILD_CONSTRAINT", "PIP_CONSTRAINT"):
        os.environ[name] = " ".join(filter(None, [os.environ.get(name), url]))


def _install_alone(environment: DefaultIsolatedEnv, installer: str, wheels: list[str]) -> None:
    """Install wheels as they are: what they depend on is there, and came from where it must."""
    if installer == "uv":
        environment.install(["--no-deps", *wheels] if wheels else [])
    else:
        os.environ["PIP_NO_DEPS"] = "1"
        environment.install(wheels)


def _verified(python: str, requirements: list[str], constraints: list[str], folder: str) -> list[str]:
    """Return constraints without hashes, which name the checked file of whatever had some and is installed.

    Raises CalledProcessError where a file has another hash, and where pip fails otherwise.
    """
    pip = _pip(python)
    hashed: dict[str, list[str]] = {}
    for line in constraints:
        if _HASH in line:
            hashed.setdefault(_name(line), []).append(line)
    files: dict[str, str] = {}
    while True:
        lines = [line.split(_HASH)[0] for line in constraints if _name(line) not in files]
        lines += [f"{name} @ {pathlib.Path(path).as_uri()}" for name, path in files.items()]
        unchecked = [name for name in hashed if name not in files]
        needed = [name for name in _chosen(pip, requirements, lines, unchecked, folder) if name in unchecked]
        if not needed:
            return lines
        for name in needed:
            files[name] = _fetched(pip, name, hashed[name], folder)


def _chosen(pip: list[str], requirements: list[str], lines: list[str], unchecked: list[str], folder: str) -> list[str]:
    """Return the names of all that pip would install, or of what must be checked before that can be told."""
    report = os.path.join(folder, "report.json")
    command = [*pip, "install", "--dry-run", "--ignore-installed", "--report", report, "--no-input", "--use-pep517"]
    command += ["-r", _written(folder, "requirements.txt", requirements), "-c", _written(folder, "lines.txt", lines)]
    if unchecked:
        command += ["--only-binary", ",".join(unchecked)]
    done = subprocess.run(
        command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    if done.returncode == 0:
        with open(report, encoding="utf-8") as file:
            return [_name(each["metadata"]["name"]) for each in json.load(file)["install"]]
    lacking = {_name(found) for found in re.findall(r"No matching distribution found for (\S+)", done.stdout)}
    without_wheel = [name for name in unchecked if name in lacking]
    if not without_wheel:
        print(done.stdout, flush=True)
        done.check_returncode()
    return without_wheel


def _fetched(pip: list[str], name: str, lines: list[str], folder: str) -> str:
    """Fetch what is allowed under a name; return the file, whose hash was checked."""
    place = os.path.join(folder, name)
    listed = _written(folder, f"{name}.txt", lines)
    subprocess.run(
        [*pip, "download", "--no-deps", "--require-hashes", "--no-input", "-r", listed, "-d", place], check=True
    )
    (found,) = os.listdir(place)
    return os.path.join(place, found)


def _pip(python: str) -> list[str]:
    """Return the command that starts the pip which installs into an environment: its own, or ours."""
    own = [python, "-Im", "pip"]
    asked = subprocess.run([*own, "--version"], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if asked.returncode == 0:
        return own
    return [sys.executable, "-m", "pip", "--python", python]


def _written(folder: str, name: str, lines: list[str]) -> str:
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return path


def _name(text: str) -> str:
    """Return the name at the start of a requirement, normalised."""
    found = re.match(r"[A-Za-z0-9._-]*", text)
    return re.sub(r"[-_.]+", "-", found.group() if found else "").lower()


if __name__ == "__main__":
    del sys.path[0]  # the folder of this script
    sys.exit(main(*sys.argv[1:]))
