"""Print what is installed where this runs, as JSON: each distribution's name and version."""

from __future__ import annotations

import json
import sys


def main() -> None:
    """Print it."""
    from importlib.metadata import distributions

    found = {}
    for each in distributions():
        name = each.metadata["Name"]
        if name and name not in found:  # the first on the path is the one that is imported
            found[name] = each.version
    print(json.dumps(found))


if __name__ == "__main__":
    del sys.path[0]  # the folder of this script
    main()
