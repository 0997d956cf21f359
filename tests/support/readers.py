"""Somebody who uses what stands in an output directory while it is built into."""

from __future__ import annotations

import threading
from pathlib import Path

from support.wholeness import check_whole, finals


class Reader:
    """Opens every final file again and again, as an installer would that knows nothing of us."""

    def __init__(self, out_dir: Path) -> None:
        self._out_dir = out_dir
        self._over = threading.Event()
        self.read = 0
        self.broken: list[str] = []

    def run(self) -> None:
        while not self._over.is_set():
            for path in finals(self._out_dir):
                try:
                    check_whole(path)
                except FileNotFoundError:
                    continue  # removed between the look and the open
                except Exception as error:  # noqa: BLE001 (whatever is wrong with a file under a final name)
                    self.broken.append(f"{path.name}: {error!r}")
                self.read += 1

    def stop(self) -> None:
        self._over.set()
