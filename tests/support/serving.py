"""A running ``atombuild-tui --serve``."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit


class Serving:
    """The server of one project; to be ended."""

    def __init__(self, root: Path, *arguments: str) -> None:
        self.root = root
        self.process = subprocess.Popen(
            [sys.executable, "-m", "atombuild_tui", str(root), "--serve", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, (line, self.process.stderr and self.process.stderr.read())
        self.url = found.group()
        self.port = urlsplit(self.url).port or 0
        self.host = urlsplit(self.url).hostname or ""
        self.base = f"http://{self.host}:{self.port}"
        self.token = self.url.partition("token=")[2]

    def children(self) -> list[int]:
        """Return the processes that it started."""
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        return [int(word) for word in listed.stdout.split()]

    def end(self, number: int = signal.SIGINT) -> int:
        """Ask it to end; return its status."""
        if self.process.poll() is None:
            os.kill(self.process.pid, number)
        status = self.process.wait(15)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        return status
