"""Any PEP 517 backend, atomically: isolated, kept warm, and checked before anything of it is published.

    description ──► interpreter ──► environment, kept ──► hooks, each in a process of its own ──► private folder
    (pyproject,      (which Python,  (requirements,          │  server: backend imported,              │
     setup.py)        its tags)       constraints, Python)   │  forks for every hook                   ▼
                                                             ▼                                     acceptance
                                                     log, cancel, timeout                               │
                                                     what it wrote into the tree                        ▼
                                                                                        the publish protocol's content

A backend's own word counts for nothing: it writes into an empty folder that nobody else reads, and what stands there
afterwards is taken over only after the checks of :mod:`.acceptance`. Sources: PEP 517, 518, 643, 660 (hooks not used
here: editable), the core metadata and binary distribution specifications.
"""

from __future__ import annotations

from atombuild.isolated.options import Options
from atombuild.isolated.project import IsolatedProject, KeptBackend, read_isolated_project

__all__ = ["IsolatedProject", "KeptBackend", "Options", "read_isolated_project"]
