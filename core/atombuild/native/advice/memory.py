"""What advice remembers of files from one build to the next: a file that did not change is not read again for it."""

from __future__ import annotations

from dataclasses import dataclass, field

from atombuild.advice.secrets import Secret, secret_in
from atombuild.native.tree import Signature, SourceTree


@dataclass(slots=True)
class AdviceMemory:
    """The secrets that were found, or not found, in files."""

    _looked: dict[str, tuple[Signature, Secret | None]] = field(default_factory=dict)

    def secret_in(self, tree: SourceTree, path: str) -> Secret | None:
        """Return the secret in a file of the project, read only if it may have changed. Raises as reading does."""
        signature = tree.signature(path)
        known = self._looked.get(path)
        if known is not None and signature is not None and known[0] == signature:
            return known[1]
        file = tree.read(path)
        found = secret_in(path, file.data)
        self._looked[path] = file.signature, found
        return found
