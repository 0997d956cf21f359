"""Where atheris can be had, it chooses the bytes: inputs that reach new code are kept and changed further.

It needs the code instrumented as it is imported, and ends the process when it is done; so each target has a process of
its own. ``pip install atheris`` is enough; it is no part of what the tests need.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
_SAMPLES: Final = 60
_DONE: Final = re.compile(r"Done (\d+) runs")


def run(names: list[str], minutes: float) -> int:
    """Fuzz the byte-level targets, each for its share of the time; return the exit status."""
    if importlib.util.find_spec("atheris") is None:
        sys.stdout.write("not coverage-guided: atheris is not installed here (pip install atheris)\n")
        return 2
    from fuzz.runs import Score, say, table  # noqa: PLC0415 (the instrumented process must not come by here)
    from fuzz.targets import TARGETS  # noqa: PLC0415

    by_name = {each.name: each for each in TARGETS}
    chosen = [each.name for each in TARGETS if each.by_bytes and (not names or each.name in names)]
    scores = {name: Score() for name in chosen}
    with tempfile.TemporaryDirectory(prefix="fuzz-guided-") as folder:
        for name in chosen:
            score = scores[name]
            score.seconds = minutes * 60 / len(chosen)
            corpus = Path(folder) / f"corpus-{name}"
            corpus.mkdir()
            for number in range(_SAMPLES):
                (corpus / str(number)).write_bytes(by_name[name].data(number))
            arguments = (
                "--under-atheris",
                "--target",
                name,
                "--input",
                str(corpus),
                "--minutes",
                str(minutes / len(chosen)),
            )
            done = subprocess.run(
                [sys.executable, str(HERE / "__main__.py"), *arguments],
                cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
            )  # fmt: skip
            output = done.stdout.decode("utf-8", "replace")
            found = _DONE.search(output)
            score.runs = int(found.group(1)) if found else 0
            if found is None:
                score.crashes = 1
                kept = [path.replace(Path(tempfile.gettempdir()) / path.name) for path in Path(folder).glob("crash-*")]
                say(f"CRASH in {name}, the input is in {', '.join(map(str, kept))}\n{output[-4000:]}")
    say(table(scores))
    return 1 if any(score.crashes for score in scores.values()) else 0


def inside(name: str, corpus: str, minutes: float) -> int:
    """Be that process."""
    import atheris  # type: ignore[import-untyped,import-not-found,unused-ignore]  # noqa: PLC0415

    with atheris.instrument_imports(include=["atombuild", "atombuild_tui", "zipfile", "tarfile", "gzip", "tomli"]):
        from fuzz.oracle import Playground  # noqa: PLC0415
        from fuzz.targets import target  # noqa: PLC0415

    with Playground() as playground:
        each = target(name)
        options = [sys.argv[0], f"-max_total_time={int(minutes * 60)}", "-max_len=8192", "-timeout=60", corpus]
        atheris.Setup(options, lambda data: each.run(data, playground))
        atheris.Fuzz()
    return 0
