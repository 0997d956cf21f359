"""``python -m atombuild``: the headless part, for machines and scripts."""

from __future__ import annotations

import sys

from atombuild.cli import main

if __name__ == "__main__":
    sys.exit(main())
