"""A package index that has nothing, and remembers which names it was asked for."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


@dataclass
class ListeningIndex:
    """One that runs."""

    url: str
    asked: list[str] = field(default_factory=list)
    """The names, as they stood in the address."""


def only_asked(index: ListeningIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have installers ask this index and no other, whatever is set on this machine."""
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", index.url)
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@contextmanager
def listening_index() -> Iterator[ListeningIndex]:
    """Run one on this machine."""
    index = ListeningIndex("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            index.asked.append(self.path.strip("/").rpartition("/")[2])
            self.send_error(404)

        def log_message(self, *arguments: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        index.url = f"http://127.0.0.1:{server.server_address[1]}/simple"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield index
        finally:
            server.shutdown()
            thread.join()
