"""Advice on what an sdist and a wheel of other backends have that the other lacks."""

from __future__ import annotations

from collections.abc import Iterator

from atombuild.advice.codes import Code, found, some
from atombuild.finding import Finding
from atombuild.isolated.advice.artifact import Artifact


def advise_on_parity(sdist: Artifact, wheel: Artifact, *, from_sdist: bool) -> Iterator[Finding]:
    """Compare the modules of the wheel's packages in both, wherever the sdist keeps its sources."""
    modules = {path for path in wheel.packed if path.endswith(".py") and "/" in path}
    packages = {path.partition("/")[0] for path in modules}
    for package in sorted(packages):
        own = {path for path in modules if path.startswith(f"{package}/")}
        root = _source_root(sdist.packed, package)
        if root is None:
            continue
        start = f"{root}{package}/"
        packed = {path[len(root) :] for path in sdist.packed if path.startswith(start) and path.endswith(".py")}
        lost = sorted(path for path in packed - own if not _is_test(path))
        if lost:
            yield found(
                Code.MODULE_NOT_IN_WHEEL,
                sdist.at(root + lost[0]),
                f"the sdist has modules of {package} that the wheel lacks: {some(lost)}",
                "check the backend's list of packages: are all subpackages in it?",
            )
        extra = sorted(own - packed)
        if extra and not from_sdist:  # otherwise the build wrote them
            yield found(
                Code.WHEEL_NOT_IN_SDIST,
                wheel.at(extra[0]),
                f"the wheel holds modules that the sdist lacks: {some(extra)}",
                "fine if the build writes them; otherwise add them to the sdist, or users of the sdist lack them",
            )


def _source_root(members: tuple[str, ...], package: str) -> str | None:
    """Return the folder of the sdist, with a slash at its end, that holds a package: the one with the most of it."""
    counts: dict[str, int] = {}
    for path in members:
        if not path.endswith(".py"):
            continue
        before, inside, _ = f"/{path}".partition(f"/{package}/")
        if inside:
            root = f"{before}/".lstrip("/")
            counts[root] = counts.get(root, 0) + 1
    return max(counts, key=lambda root: (counts[root], -len(root)), default=None)


def _is_test(path: str) -> bool:
    parts = path.split("/")
    return not {"test", "tests", "testing"}.isdisjoint(parts[:-1]) or parts[-1].startswith(("test_", "conftest"))
