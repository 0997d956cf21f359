"""Colours are found in another process: what never ends there is ended, and holds up nobody here."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from atombuild_tui.colouring import Colourist

ENDLESS = "[a]\nx = " + " \t" * 8_000 + "x\n"
"""For the language of an .ini file; without a bound it takes minutes."""


@pytest.fixture
def colourist() -> Iterator[Colourist]:
    one = Colourist(patience=1.0)
    yield one
    one.close()


def worker_of(colourist: Colourist) -> int:
    assert colourist._worker is not None
    return colourist._worker._process.pid


def test_a_text_has_its_colours(colourist: Colourist) -> None:
    text = "import os  # é\n"
    found = colourist.colours("a.py", text)
    assert found is not None
    assert {text[first:last]: style for first, last, style in found} == {
        "import": "bold $busy",
        "# é": "italic $quiet",
    }


def test_a_language_that_nobody_knows_has_none(colourist: Colourist) -> None:
    assert colourist.colours("a.nobody-knows", "import os\n") is None
    assert colourist.colours("a.py", "\n") == []


def test_one_process_serves_all(colourist: Colourist) -> None:
    colourist.colours("a.py", "import os\n")
    first = worker_of(colourist)
    colourist.colours("a.toml", "a = 1\n")
    assert worker_of(colourist) == first


def test_what_never_ends_is_ended_and_others_go_on_meanwhile(colourist: Colourist) -> None:
    colourist.colours("a.py", "import os\n")
    first = worker_of(colourist)
    turns, over = [], threading.Event()

    def beside() -> None:
        while not over.is_set():
            turns.append(time.monotonic())
            time.sleep(0.01)

    thread = threading.Thread(target=beside)
    thread.start()
    found = colourist.colours("a.ini", ENDLESS)
    over.set()
    thread.join()
    assert found is not None, "the language was known"
    assert len(turns) > 10, "the interpreter was free meanwhile"
    assert colourist.colours("a.py", "import os\n"), "the next text has its colours again"
    assert worker_of(colourist) != first


def test_a_process_that_was_ended_from_outside_is_started_again(colourist: Colourist) -> None:
    colourist.colours("a.py", "import os\n")
    assert colourist._worker is not None
    os.kill(worker_of(colourist), signal.SIGTERM)
    colourist._worker._process.wait(20)
    assert colourist.colours("a.py", "import os\n")


def test_closing_ends_it_also_in_the_middle_of_a_text() -> None:
    colourist = Colourist(patience=60.0)
    colourist.colours("a.py", "import os\n")
    process = worker_of(colourist)
    thread = threading.Thread(target=colourist.colours, args=("a.ini", ENDLESS))
    thread.start()
    colourist.close()
    thread.join(20)
    assert not thread.is_alive()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
