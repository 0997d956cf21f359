"""Make a build environment with the library ``build``, in a process that can be ended at any moment.

    python make_environment.py ORDER ANSWER

ORDER holds ``path``, ``installer``, ``requirements``, ``constraints``, ``held`` (constraints that hold for what has to
be built first, too), ``wheels`` (requirements, but installed without what they depend on) and ``libraries`` (where to
find ``build``).
ANSWER gets ``python`` and ``scripts``: where its interpreter and its commands are. What the installer says about a
failure goes to standard output.
"""

from __future__ import annotations

import json
import logging
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from build.env import DefaultIsolatedEnv


def main(order_path: str, answer_path: str) -> int:
    """Make the environment; return the exit status."""
    with open(order_path, encoding="utf-8") as file:
        order = json.load(file)
    sys.path.extend(each for each in order["libraries"] if each not in sys.path)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    import subprocess

    from build.env import DefaultIsolatedEnv

    environment = DefaultIsolatedEnv(installer=order["installer"], path=order["path"])
    try:
        environment.__enter__()  # never left: it is kept
        if order["wheels"]:
            os.environ["UV_COMPILE_BYTECODE"] = "1"  # hooks in this environment write none
        constraints = [*order["constraints"], *order["held"]]
        if order["held"]:
            _hold(os.path.join(os.path.dirname(os.path.abspath(order_path)), "held.txt"), order["held"])
        environment.install(order["requirements"], constraints)
        _install_alone(environment, order["installer"], order["wheels"])
    except subprocess.CalledProcessError as error:
        return error.returncode or 1
    scripts = environment.make_extra_environ()["PATH"].split(os.pathsep)[0]
    with open(answer_path, "w", encoding="utf-8") as file:
        json.dump({"python": environment.python_executable, "scripts": scripts}, file)
    return 0


def _hold(path: str, lines: list[str]) -> None:
    """Have constraints hold in the environments, too, that an installer makes to build what has no wheel."""
    import pathlib

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


if __name__ == "__main__":
    del sys.path[0]  # the folder of this script
    sys.exit(main(*sys.argv[1:]))
