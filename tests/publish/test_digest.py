"""The hash is that of everything that was written, whoever worked it out."""

from __future__ import annotations

import hashlib
import threading

import pytest

from atombuild.publish.digest import Digest
from support.eventually import eventually


@pytest.mark.parametrize("size", [0, 1, 1000, 300_000])
@pytest.mark.parametrize("count", [1, 7, 60])
def test_it_is_the_sha256_of_all_chunks_in_order(size: int, count: int) -> None:
    chunks = [bytes([number]) * size for number in range(count)]
    digest = Digest()
    for chunk in chunks:
        digest.update(chunk)
    assert digest.hexdigest() == hashlib.sha256(b"".join(chunks)).hexdigest()
    digest.close()


def test_no_thread_outlives_it() -> None:
    before = threading.active_count()
    digest = Digest()
    for _ in range(40):
        digest.update(bytes(200_000))
    assert threading.active_count() > before
    digest.close()
    assert threading.active_count() == before


def test_no_more_chunks_wait_in_memory_than_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()

    class Slow:
        def update(self, _chunk: bytes) -> None:
            assert gate.wait(20)

        def hexdigest(self) -> str:
            return "done"

    digest = Digest()
    monkeypatch.setattr(digest, "_digest", Slow())
    monkeypatch.setattr("atombuild.publish.digest._WORTH_A_THREAD", 0)
    chunks = 0

    def feed() -> None:
        nonlocal chunks
        for _ in range(40):
            digest.update(b"x")
            chunks += 1

    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    eventually(lambda: len(digest._waiting) == 16 and chunks == 16, "sixteen wait")
    assert feeder.is_alive(), "the seventeenth waits for the first"
    gate.set()
    feeder.join()
    assert (digest.hexdigest(), chunks) == ("done", 40)
    digest.close()
