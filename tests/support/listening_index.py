"""A package index that has nothing, and remembers which names it was asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class ListeningIndex:
    """One that runs."""

    url: str
    asked: list[str] = field(default_factory=list)
    """The names, as they stood in the address."""


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
