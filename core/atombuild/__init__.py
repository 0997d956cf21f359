"""atombuild: an atomic builder for Python distributions, and the watcher that drives it.

After a failed build no broken or outdated file may stand in ``dist/``. This package holds that promise; it imports
neither textual nor rich, and is usable alone: ``python -m atombuild --once``.
"""

from __future__ import annotations

__version__ = "0.1.0"
