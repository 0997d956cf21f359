"""Backends that answer, write, print and end as none should. Each is a few lines in the project's own tree."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Final

from hostile.case import Case, Door
from hostile.documents import ONCE, UNKNOWN
from hostile.grounds import Grounds
from support.own_backend import PYPROJECT

SDIST, WHEEL = "night_sky-1.0.tar.gz", "night_sky-1.0-py3-none-any.whl"
BUILT: Final = (WHEEL, SDIST)
FAILED: Final = (f"✗ sdist  failed, no old artifact  project/dist/{SDIST}", "✗ wheel  not built")
SECONDS: Final = 90.0
"""The first of them makes an environment."""


def _before(code: str) -> Callable[[Grounds], None]:
    """Every hook does this first."""
    return lambda grounds: grounds.backend(before=code)


def _after(answer: str, code: str = "") -> Callable[[Grounds], None]:
    """The hook for the sdist does this last; ``path`` is what it wrote, ``name`` how that is called."""
    body = textwrap.indent(
        f"name = _sdist(sdist_directory)\npath = pathlib.Path(sdist_directory, name)\n{code}", "    "
    )
    hook = f"def build_sdist(sdist_directory, config_settings=None):\n{body}\n    return {answer}"
    return lambda grounds: grounds.backend(f"_sdist = build_sdist\n{hook}\n")


def _sibling(grounds: Grounds) -> None:
    grounds.backend(pyproject=PYPROJECT.replace('"_build"', '"../project-evil"'))
    # Beside it, and its name begins with that of the project: no comparison of texts may take it for inside.
    grounds.root.rename(grounds.beside / "project")
    evil = grounds.beside / "project-evil"
    evil.mkdir()
    (evil / "backend.py").write_text("print('it ran')")
    grounds.root = grounds.target = grounds.beside / "project"
    grounds.dist = grounds.root / "dist"


def _answers(name: str, answer: str, words: str) -> Case:
    return Case(name, _after(answer), ONCE, 1, (f"error: backend {words}", *FAILED), seconds=SECONDS)


def _leaves(name: str, code: str, words: str) -> Case:
    said = f"error: backend said that {SDIST} is built, but {words}"
    return Case(name, _after("name", code), ONCE, 1, (said, *FAILED), seconds=SECONDS)


def _prints(name: str, code: str, *lines: str, door: Door = ONCE) -> Case:
    status = 130 if door is Door.PLAIN else 0
    return Case(name, _before(code), door, status, tuple(f"  {line}" for line in lines), BUILT, SECONDS)


def _breaks(name: str, code: str, words: str, *, quotes: bool = False) -> Case:
    said = f"error: backend {words}"
    return Case(name, _before(code), ONCE, 1, (said, *FAILED), seconds=SECONDS, quotes_a_traceback=quotes)


_KEEPS_IT_OPEN: Final = """\
import time
if os.fork() == 0:
    file = path.open("r+b")
    os.setsid()
    pathlib.Path("opened").touch()
    while True:
        file.seek(0)
        file.write(b"spoilt")
        file.flush()
while not pathlib.Path("opened").exists():
    time.sleep(0.01)
"""
_LINE: Final = 'block = b"x" * 1_000_000\nfor _ in range({}):\n    os.write(1, block)'

_NO_MEMORY: Final = "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 29,) * 2); bytearray(1 << 31)"

CASES: Final = (
    Case(
        "a backend-path beside the project",
        _sibling,
        ONCE,
        1,
        ("error: `build-system.backend-path` leads out of the project: ../project-evil", *UNKNOWN),
    ),
    # Answers.
    _answers("an absolute path", "'/etc/passwd'", "answered with a path instead of a bare file name: '/etc/passwd'"),
    _answers("a path upward", "'../x.tar.gz'", "answered with a path instead of a bare file name: '../x.tar.gz'"),
    _answers("an empty name", "''", "answered with a path instead of a bare file name: ''"),
    _answers("no answer", "None", "named no file, but answered None"),
    _answers("a list", "[name]", f"named no file, but answered ['{SDIST}']"),
    _answers("a number", "7", "named no file, but answered 7"),
    _answers(
        "an escape sequence in the name",
        "'night_sky-1.0\\x1b[2J.tar.gz'",
        "answered 'night_sky-1.0\\x1b[2J.tar.gz', which is no file name of an sdist",
    ),
    _answers("a version of 5,000 digits", "'night_sky-' + '9' * 5000 + '.tar.gz'", "answered 'night_sky-999…"),
    _answers(
        "half a character in the name",
        "'night_sky-1.0\\ud800.tar.gz'",
        "answered 'night_sky-1.0\\ud800.tar.gz', which is no file name of an sdist",
    ),
    # What it wrote.
    _leaves("no file", "path.unlink()", "it wrote no file"),
    _leaves("a file of another name", "path.rename(path.with_name('x-1.tar.gz'))", "it wrote x-1.tar.gz instead"),
    _leaves("a second file", "path.with_name('extra.whl').write_bytes(b'')", "it wrote more than that: extra.whl"),
    _leaves(
        "10,000 files",
        "[path.with_name(f'x{number}').touch() for number in range(10_000)]",
        "it wrote more than that: x0, x1, x10, x100, x1000 and more",
    ),
    _leaves("a link", "path.rename('moved'); path.symlink_to('moved')", "it is a link to moved, not a file"),
    _leaves("a pipe", "path.unlink(); os.mkfifo(path)", "it is no regular file"),
    _leaves(
        "no folder any more",
        "import shutil; shutil.rmtree(sdist_directory)",
        "the folder that it was to be written into is not there any more",
    ),
    _leaves(
        "a folder swapped for a link",
        "os.rename(sdist_directory, 'elsewhere'); os.symlink(os.path.abspath('elsewhere'), sdist_directory)",
        "the folder that it was to be written into is not there any more",
    ),
    Case(
        "a file that has a second name",
        _after("name", "os.link(path, 'second')"),
        ONCE,
        0,
        ("not built: second changed, written by the build backend",),
        BUILT,
        SECONDS,
    ),
    Case("a file with every permission there is", _after("name", "path.chmod(0o6777)"), ONCE, 0, (), BUILT, SECONDS),
    Case(
        "a file that is written on after the hook returned",
        _after("name", _KEEPS_IT_OPEN),
        ONCE,
        1,
        ("  ended a process that backend left running", *FAILED),
        seconds=SECONDS,
    ),
    Case(
        "a file under the artifact's own name",
        _after("name", "os.makedirs('dist', exist_ok=True); path.rename('dist/' + name)"),
        ONCE,
        1,
        (f"✗ sdist  failed, another file there now  project/dist/{SDIST}", "✗ wheel  not built"),
        (SDIST,),
        SECONDS,
    ),
    # What it prints.
    _prints("OSC 52", "print('evil\\x1b]52;c;ZXZpbA==\\x07 end')", "evil end"),
    _prints("OSC 52, watched", "print('evil\\x1b]52;c;ZXZpbA==\\x07 end')", "evil end", door=Door.PLAIN),
    _prints("an OSC without end", "print('evil\\x1b]52;c;ZXZp'); print('after')", "evil␛]52;c;ZXZp", "after"),
    _prints("C1", "os.write(1, b'\\xc2\\x9b31mred \\x9b31m\\n')", "⟨U+009B⟩31mred \ufffd31m"),
    _prints("letters that run the other way", "print('a\\u202eb')", "a⟨U+202E⟩b"),
    _prints("bytes that are no text, and NUL", "os.write(1, b'a\\xff\\xfe\\0b\\n')", "a\ufffd\ufffd␀b"),
    _prints("sequences that clear and switch the screen", "os.write(2, b'a\\x1b[2J\\x1b[1;1H\\x1b[?1049hb\\n')", "ab"),
    _prints("markup", "print('[/] [@click=app.quit]x[/]')", "[/] [@click=app.quit]x[/]"),
    _prints("64 MB without a line end", _LINE.format(64), "… 59,740,160 bytes of output are not shown …"),
    Case(
        "1 GB without a line end",
        _before(_LINE.format(1024)),
        ONCE,
        0,
        ("  … 1,019,740,160 bytes of output are not shown …",),
        BUILT,
        900,
        at_length=True,
    ),
    # How it ends.
    _breaks("an end in mid-hook", "os._exit(3)", "ended with status 3 in build_sdist"),
    _breaks("SystemExit", "raise SystemExit(0)", "gave no answer to build_sdist"),
    _breaks("a crash", "import ctypes; ctypes.string_at(0)", "was killed in build_sdist (SIGSEGV)"),
    _breaks("a recursion", "f = lambda: f()\nf()", "broke off in build_sdist: RecursionError…", quotes=True),
    _breaks(
        "an error of 100,000 characters with sequences",
        "raise RuntimeError('a\\x1b[2J\\n' + 'b' * 100_000)",
        "broke off in build_sdist: RuntimeError: a␛[2J",
        quotes=True,
    ),
    Case("all descriptors closed", _before("os.closerange(0, 100)"), ONCE, 0, (), BUILT, SECONDS),
    _breaks("no memory", _NO_MEMORY, "broke off in build_sdist: MemoryError", quotes=True),
    _prints("an umask that leaves nothing", "os.umask(0o777)"),
    _prints("an environment that is emptied", "os.environ.clear()"),
    _prints("a read of what is typed", "import sys; print('read', repr(sys.stdin.read()))", "read ''"),
)
