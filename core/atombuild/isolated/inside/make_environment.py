"""Make a build environment with the library ``build``, in a process that can be ended at any moment.

    python make_environment.py ORDER ANSWER

ORDER holds ``path``, ``installer``, ``requirements``, ``constraints`` and ``libraries`` (where to find ``build``).
ANSWER gets ``python`` and ``scripts``: where its interpreter and its commands are. What the installer says about a
failure goes to standard output.
"""

from __future__ import annotations

import json
import logging
import os
import sys


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
        environment.install(order["requirements"], order["constraints"])
    except subprocess.CalledProcessError as error:
        return error.returncode or 1
    scripts = environment.make_extra_environ()["PATH"].split(os.pathsep)[0]
    with open(answer_path, "w", encoding="utf-8") as file:
        json.dump({"python": environment.python_executable, "scripts": scripts}, file)
    return 0


if __name__ == "__main__":
    del sys.path[0]  # the folder of this script
    sys.exit(main(*sys.argv[1:]))
