"""Nobody sees or steers the screen in a browser without the token, from another name, or from another page."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from atombuild_tui.serve.child import child_command, when_orphaned
from atombuild_tui.serve.server import address_for, listening
from atombuild_tui.serve.view import side
from support.eventually import soon
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
    async with visitor.request("POST" if path == "/take" else "GET", f"{serving.base}{path}") as answer:
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
        assert answer.headers["Referrer-Policy"] == "same-origin"
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


def test_a_cookie_that_is_no_text_is_no_token(tmp_path: Path) -> None:
    serving = Serving(sample_project(tmp_path))
    with socket.create_connection((serving.host, serving.port), 30) as line:
        host = f"{serving.host}:{serving.port}"
        head = f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nCookie: atombuild-{serving.port}="
        line.sendall(head.encode() + b"\xff\xfe\r\n\r\n")
        answer = line.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 403 ")
    os.kill(serving.process.pid, signal.SIGTERM)
    assert serving.process.communicate(timeout=30)[1] == "", "nothing of a stranger's request is in the terminal"


async def test_what_is_not_there_or_not_now_has_the_headers_of_all_answers(tmp_path: Path) -> None:
    serving = Serving(sample_project(tmp_path))
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as visitor:
        async with visitor.get(serving.url):
            pass
        async with visitor.get(f"{serving.base}/nothing") as answer:
            assert (answer.status, answer.headers["X-Frame-Options"]) == (404, "DENY")
        async with visitor.ws_connect(f"{serving.base}/ws", origin=serving.base):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await visitor.ws_connect(f"{serving.base}/ws", origin=serving.base)
    assert refused.value.status == 409
    assert refused.value.headers is not None
    assert refused.value.headers["X-Frame-Options"] == "DENY"
    serving.end()


def _listens(process: int) -> set[str]:
    """Return the addresses that a process listens on, as the kernel writes them."""
    sockets = {str(path.readlink()) for path in Path(f"/proc/{process}/fd").iterdir()}
    listened = set()
    for table in ("tcp", "tcp6"):
        for row in Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]:
            fields = row.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                listened.add(fields[1])
    return listened


@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="/proc tells nothing about sockets here")
def test_only_this_machine_is_listened_to(serving: Serving) -> None:
    (listened,) = _listens(serving.process.pid)
    address, port = listened.split(":")
    assert int(port, 16) == serving.port
    assert ".".join(str(byte) for byte in reversed(bytes.fromhex(address))) == serving.host
    assert serving.host.startswith("127.")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only there this machine has many addresses")
def test_a_server_has_an_address_of_its_own_so_that_its_cookie_goes_nowhere_else() -> None:
    assert len({address_for(0) for _ in range(20)}) > 1
    assert all(address_for(0).startswith("127.") for _ in range(20))
    assert address_for(8000) == "127.0.0.1", "whoever chooses the port wants to know where it is"


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://127.0.0.1:1"])
async def test_another_page_takes_nothing_over(
    serving: Serving, visitor: aiohttp.ClientSession, origin: str | None
) -> None:
    async with visitor.get(serving.url):
        pass
    headers = {} if origin is None else {"Origin": origin}
    async with visitor.post(f"{serving.base}/take", headers=headers, allow_redirects=False) as answer:
        assert answer.status == 403


@pytest.mark.parametrize(
    ("given", "cells"),
    [("120", 120), ("-1", 1), ("99999999999", 1000), ("9" * 5000, 80), ("x", 80), (None, 80), (2.5, 80), (True, 80)],
)
def test_a_terminal_has_sides_that_can_be_drawn(given: object, cells: int) -> None:
    assert side(given, 80) == cells


@pytest.mark.parametrize("said", ["x" * 100_000, "[]", "{", '["resize", {}]', '["stdin"]', "[" * 50_000])
async def test_what_is_no_message_of_ours_ends_the_view_and_its_app(
    serving: Serving, visitor: aiohttp.ClientSession, said: str
) -> None:
    async with visitor.get(serving.url):
        pass
    async with visitor.ws_connect(f"{serving.base}/ws?width=-1&height=x", origin=serving.base) as line:
        await line.send_str(said)
        while not (await line.receive(30)).type.name.startswith("CLOS"):
            pass
    await soon(lambda: serving.children() == [], "the app ends")


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no process can be frozen here")
async def test_an_app_that_hears_nothing_any_more_is_killed_and_the_next_may_begin(
    serving: Serving, visitor: aiohttp.ClientSession
) -> None:
    async with visitor.get(serving.url):
        pass
    async with visitor.ws_connect(f"{serving.base}/ws", origin=serving.base):
        await soon(lambda: len(serving.children()) == 1, "the app begins")
        (child,) = serving.children()
        os.kill(child, signal.SIGSTOP)
        async with visitor.post(f"{serving.base}/take", headers={"Origin": serving.base}, allow_redirects=False) as got:
            assert got.status == 303
        assert child not in serving.children()


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    return sample_project(tmp_path).rename(tmp_path / "caf\udcff\u202e<b>")


async def test_a_folder_that_is_no_text_is_shown_all_the_same(odd: Path, visitor: aiohttp.ClientSession) -> None:
    serving = Serving(odd)
    async with visitor.get(serving.url) as answer:
        assert answer.status == 200
        text = await answer.text()
    assert "<title>" in text
    assert "\u202e" not in text
    assert "<b>" not in text
    serving.end()


def test_the_port_that_was_found_is_held_from_then_on() -> None:
    with listening("127.0.0.1", 0) as door, pytest.raises(OSError, match="in use"):
        listening("127.0.0.1", door.getsockname()[1])


def test_where_a_loop_hears_no_signals_an_interrupt_still_ends_it_without_a_traceback(tmp_path: Path) -> None:
    """As on Windows, whose loops know no signal handlers."""
    program = f"""
import asyncio, pathlib, signal
from atombuild_tui.serve.command import serve

def refuse(*_given):
    raise NotImplementedError

asyncio.SelectorEventLoop.add_signal_handler = refuse
signal.signal(signal.SIGINT, signal.default_int_handler)
raise SystemExit(serve(0, (), pathlib.Path({str(tmp_path)!r})))
"""
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for _ in range(2):
        assert process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30)[1] == ""
    assert process.returncode == 130


async def test_what_a_broken_app_says_reaches_the_terminal_harmless(tmp_path: Path) -> None:
    # So much besides that it does not end before it was heard.
    says = r"printf 'it broke \033]0;owned\007\n' >&2; head -c 1000000 /dev/zero | tr '\0' x >&2; exit 1"
    program = f"""
import pathlib
from atombuild_tui.serve import command

command.child_command = lambda *_given: {says!r}
raise SystemExit(command.serve(0, (), pathlib.Path({str(tmp_path)!r})))
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    url = (await process.stdout.readline()).decode().rpartition(" ")[2].strip()
    base = url.partition("/?")[0]
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as visitor:
        async with visitor.get(url):
            pass
        async with visitor.ws_connect(f"{base}/ws", origin=base):
            said = [await asyncio.wait_for(process.stderr.readline(), 60) for _ in range(2)]
    process.send_signal(signal.SIGTERM)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert said == [b"textual-serve: Application failed to start\n", b"it broke \n"]
    assert b"\x1b" not in out + err


def test_an_app_ends_whose_server_is_gone_or_was_gone_before_it_began() -> None:
    ended = threading.Event()
    given_up = threading.Event()
    when_orphaned(os.getpid(), ended.set, give_up=given_up.set, patience=0.01)  # no parent of ours
    assert ended.wait(30)
    assert given_up.wait(30), "who hears nothing is ended all the same"
    assert f"--in-browser {os.getpid()} /x" in child_command(["/x"], os.getpid())


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
