"""``python -m atombuild``: the headless part, for machines and scripts."""

from __future__ import annotations

import sys

from atombuild.safe_path import leave_out_this_folder

if __name__ == "__main__":
    leave_out_this_folder()
    from atombuild.cli import main

    sys.exit(main())
