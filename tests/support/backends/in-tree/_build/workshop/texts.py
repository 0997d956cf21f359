"""The files that are made up while building."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

STEM = "night_sky-1.1"

METADATA = """\
Metadata-Version: 2.4
Name: night-sky
Version: 1.1
Summary: Brings its own backend, which needs nothing.
License-Expression: MIT
License-File: LICENSE
Requires-Python: >=3.10
"""

WHEEL = """\
Wheel-Version: 1.0
Generator: workshop
Root-Is-Purelib: true
Tag: py3-none-any
"""


def record(files: Mapping[str, bytes], own: str) -> str:
    lines = [f"{path},sha256={_digest(data)},{len(data)}\n" for path, data in files.items()]
    return "".join([*lines, f"{own},,\n"])


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
