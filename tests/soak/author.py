"""Somebody who works on a package for hours: edits, renames, deletes, and switches branches."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

from soak.editors import SAVES

_GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "Test"),
    **dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "test@example.com"),
}


class Author:
    """Works on one project. What it does is told by its seed alone."""

    def __init__(self, root: Path, package: str, seed: int) -> None:
        self.root = root
        self.saves = 0
        self._package = root / "src" / package
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._git("init", "--quiet", "--initial-branch=main")
        (root / ".gitignore").write_text("dist/\n")
        self._commit("The beginning")
        self._git("branch", "other")

    def work(self) -> None:
        """Do one thing; it counts as the saves that it makes."""
        kinds = (self.edit, self.rename, self.delete, self.nest, self.leave_package_and_return, self.switch_branch)
        kind = self._random.choices(kinds, weights=(80, 6, 6, 4, 2, 2))[0]
        kind()

    def edit(self) -> None:
        """Save a module as an editor does."""
        path = self._random.choice([*self._modules(), self._package / f"module{self._random.randrange(12)}.py"])
        text = f"value = {self.saves}\n" * self._random.randrange(1, 40)
        self._random.choice(SAVES)(path, text.encode())
        self.saves += 1

    def rename(self) -> None:
        """Give a module another name."""
        modules = self._modules()
        if modules:
            old = self._random.choice(modules)
            old.replace(old.with_name(f"renamed{self._random.randrange(6)}.py"))
            self.saves += 1

    def delete(self) -> None:
        """Remove a module."""
        modules = self._modules()
        if modules:
            self._random.choice(modules).unlink()
            self.saves += 1

    def nest(self) -> None:
        """Make a folder in a folder with a module in it, or remove it again."""
        folder = self._package / "deep" / f"deeper{self._random.randrange(3)}"
        if folder.exists():
            shutil.rmtree(folder)
        else:
            folder.mkdir(parents=True)
            (folder / "__init__.py").write_text("")
            (folder / "leaf.py").write_text(f"value = {self.saves}\n")
        self.saves += 1

    def leave_package_and_return(self) -> None:
        """Break the build by taking ``__init__.py`` away, and mend it."""
        init = self._package / "__init__.py"
        away = self.root / "init-taken-away"
        init.rename(away)
        self.saves += 1
        for _ in range(self._random.randrange(3)):
            self.edit()
        away.rename(init)
        self.saves += 1

    def switch_branch(self) -> None:
        """Commit what there is, and go to the other branch, where half of it is not."""
        self._commit(f"After {self.saves} saves")
        branch = self._git("rev-parse", "--abbrev-ref", "HEAD").strip()
        self._git("checkout", "--quiet", "other" if branch == "main" else "main")
        self.saves += 1

    def _modules(self) -> list[Path]:
        return sorted(path for path in self._package.glob("*.py") if path.name != "__init__.py")

    def _commit(self, message: str) -> None:
        self._git("add", "--all")
        self._git("commit", "--quiet", "--allow-empty", "--message", message)

    def _git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env={**os.environ, **_GIT},
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.stdout
