"""Nobody sees or steers the screen in a browser without the token, from another name, or from another page."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from support.projects import sample_project
from support.serving import Serving


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    serving = Serving(sample_project(tmp_path_factory.mktemp("a b; 'c'")))
    yield serving
    serving.end()


@pytest.fixture
async def visitor() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


@pytest.mark.parametrize(
    "path", ["/", "/static/js/textual.js", "/own/page.js", "/ws", "/download/x", "/take", "/?token="]
)
async def test_without_the_token_there_is_nothing(serving: Serving, visitor: aiohttp.ClientSession, path: str) -> None:
    async with visitor.get(f"{serving.base}{path}") as answer:
        assert answer.status == 403
        assert (await answer.text()).startswith("403: ")
        assert answer.headers["X-Frame-Options"] == "DENY"


async def test_a_wrong_token_is_none(serving: Serving, visitor: aiohttp.ClientSession) -> None:
    for wrong in (serving.token[:-1], serving.token + "x", "é", "x" * 10_000):
        async with visitor.get(f"{serving.base}/", params={"token": wrong}) as answer:
            assert answer.status in {400, 403}
        assert not list(visitor.cookie_jar)


async def test_the_token_becomes_a_cookie_and_leaves_the_address(
    serving: Serving, visitor: aiohttp.ClientSession
) -> None:
    async with visitor.get(serving.url, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/")
        cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
    async with visitor.get(f"{serving.base}/") as answer:
        text = await answer.text()
        assert answer.status == 200
        assert "textual-terminal" in text
        assert "http://" not in text.replace(serving.base, "")
        assert "https://" not in text
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
    async with visitor.get(f"{serving.base}/static/js/textual.js") as answer:
        assert answer.status == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost:1", "127.0.0.1.evil.example:80", ""])
async def test_another_name_for_this_machine_is_refused(
    serving: Serving, visitor: aiohttp.ClientSession, host: str
) -> None:
    async with visitor.get(serving.url, headers={"Host": host}, allow_redirects=False) as answer:
        assert answer.status in {400, 403}


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://127.0.0.1:1"])
async def test_another_page_gets_no_socket(
    serving: Serving, visitor: aiohttp.ClientSession, origin: str | None
) -> None:
    async with visitor.get(serving.url):
        pass
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await visitor.ws_connect(f"{serving.base}/ws", origin=origin)
    assert refused.value.status == 403
    assert serving.children() == []


def test_the_token_is_in_no_process_list(serving: Serving) -> None:
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert serving.token not in listed


def test_only_this_machine_is_listened_to(serving: Serving) -> None:
    others = {address[4][0] for address in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in others - {"127.0.0.1", "127.0.1.1"}:
        with socket.socket() as trial:
            trial.settimeout(2)
            assert trial.connect_ex((str(address), serving.port)) != 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it(tmp_path: Path, number: int) -> None:
    assert Serving(sample_project(tmp_path)).end(number) == 128 + number


def test_a_port_in_use_is_a_mistake_with_words(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "atombuild_tui", str(sample_project(tmp_path)), "--serve", str(port)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert f"error: nothing can be served on port {port}" in done.stderr


@pytest.mark.parametrize(
    "arguments", [["--serve", "70000"], ["--serve", "x"], ["--serve", "--once"], ["--serve", "--plain"]]
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "atombuild_tui", str(sample_project(tmp_path)), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
