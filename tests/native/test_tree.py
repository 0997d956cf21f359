from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from atombuild.errors import SourceRejected, SourceUnreadable
from atombuild.native.disk_tree import DiskTree
from atombuild.native.member_tree import MemberTree
from atombuild.native.tree import Entry, Kind, SourceFile
from support.members import HeldFile
from support.variants import executable, files, link, write_files

needs_fifo = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs on this system")


def members(*paths: str) -> MemberTree:
    return MemberTree(Path("/project"), {path: HeldFile(path, path.encode()) for path in paths})


def test_children_come_in_the_order_of_their_raw_names(tmp_path: Path) -> None:
    write_files(tmp_path, files("b/x", "b.py", "b-x", "B", "é", "a"))
    paths = [entry.path for entry in DiskTree(tmp_path).scan("")]
    assert paths == ["B", "a", "b", "b-x", "b.py", "é"]


def test_links_are_seen_as_links(tmp_path: Path) -> None:
    write_files(tmp_path, {**files("d/f"), "to-d": link("d"), "to-f": link("d/f"), "to-nothing": link("x")})
    tree = DiskTree(tmp_path)
    assert tree.scan("") == (
        Entry("d", Kind.DIRECTORY),
        Entry("to-d", Kind.SYMLINK),
        Entry("to-f", Kind.SYMLINK),
        Entry("to-nothing", Kind.SYMLINK),
    )
    assert [tree.is_file(path) for path in ("d/f", "to-f", "to-d", "to-nothing")] == [True, True, False, False]
    assert [tree.exists(path) for path in ("d/f", "to-f", "to-d", "to-nothing")] == [True, True, True, False]
    assert tree.kind("to-nothing") is Kind.SYMLINK
    assert tree.kind("nothing") is None


def test_our_own_files_and_the_output_directory_are_not_there(tmp_path: Path) -> None:
    ours = [".atombuild.lock", ".atombuild.json", ".atombuild-0123456789abcdef.tmp"]
    write_files(tmp_path, files("dist/a.whl", "distribution/a", "out/dist/b", *ours, "src/.atombuild.lock"))
    tree = DiskTree(tmp_path, hidden=("dist", "out/dist"))
    assert [entry.path for entry in tree.scan("")] == ["distribution", "out", "src"]
    assert tree.scan("out") == tree.scan("src") == ()
    for path in ("dist", "dist/a.whl", "out/dist/b", ".atombuild.json"):
        assert (tree.kind(path), tree.is_file(path), tree.exists(path)) == (None, False, False)
        with pytest.raises(SourceUnreadable):
            tree.read(path)


@pytest.mark.parametrize(("mode", "expected"), [(0o644, False), (0o700, True), (0o610, True), (0o601, True)])
def test_any_x_bit_makes_a_file_executable(mode: int, expected: bool, tmp_path: Path) -> None:
    write_files(tmp_path, {"run": executable(mode=mode)})
    assert DiskTree(tmp_path).read("run").executable is expected


def test_a_link_to_a_file_is_read_as_that_file(tmp_path: Path) -> None:
    write_files(tmp_path, {"d/run": executable("text"), "l": link("d/run")})
    assert DiskTree(tmp_path).read("l") == SourceFile("l", b"text", executable=True)


@pytest.mark.parametrize(
    ("target", "words"), [("d", "symbolic link to a folder"), ("nothing", "symbolic link to nothing")]
)
def test_other_links_are_refused(target: str, words: str, tmp_path: Path) -> None:
    write_files(tmp_path, {**files("d/f"), "l": link(target)})
    with pytest.raises(SourceRejected, match=words):
        DiskTree(tmp_path).read("l")


def test_a_file_that_is_gone_is_the_machines_word(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable) as caught:
        DiskTree(tmp_path).read("gone")
    assert "ENOENT" in caught.value.reports()[0].why[0]


@needs_fifo
@pytest.mark.parametrize("through_link", [False, True], ids=["itself", "through a link"])
def test_a_fifo_is_refused_and_never_waited_for(through_link: bool, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "l").symlink_to("pipe")
    with pytest.raises(SourceRejected, match="named pipe"):
        DiskTree(tmp_path).read("l" if through_link else "pipe")


@needs_fifo
def test_a_fifo_that_takes_a_files_place_just_then_is_refused_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"text")
    real_open = os.open

    def swapped_open(name: Path, flags: int) -> int:
        path.unlink()
        os.mkfifo(path)
        return real_open(name, flags)

    monkeypatch.setattr(os, "open", swapped_open)
    with pytest.raises(SourceRejected, match="named pipe"):
        DiskTree(tmp_path).read("file")


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s")
        assert DiskTree(tmp_path).scan("") == (Entry("s", Kind.OTHER),)
        with pytest.raises(SourceRejected, match="a socket"):
            DiskTree(tmp_path).read("s")


class Restless:
    """Stands for ``os.fstat`` of a file that somebody keeps writing to."""

    def __init__(self, path: Path, writes: int) -> None:
        self._path = path
        self._writes = writes

    def __call__(self, descriptor: int) -> os.stat_result:
        status = os.stat(descriptor)
        if self._writes:
            self._writes -= 1
            with self._path.open("ab") as file:
                file.write(b"+")
        return status


@pytest.mark.parametrize("writes", [1, 2, 3, 4])
def test_a_file_that_changes_while_it_is_read_is_read_again(
    writes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"text")
    monkeypatch.setattr(os, "fstat", Restless(path, writes))
    assert DiskTree(tmp_path).read("file").data == b"text" + b"+" * writes


def test_a_file_that_never_holds_still_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"text")
    monkeypatch.setattr(os, "fstat", Restless(path, 1000))
    with pytest.raises(SourceUnreadable) as caught:
        DiskTree(tmp_path).read("file")
    assert caught.value.reports()[0].why == ("it kept changing while it was read",)


@pytest.fixture
def busy_writer(tmp_path: Path) -> Iterator[Path]:
    """Replace a file in one step, again and again, by a whole one."""
    path = tmp_path / "file"
    path.write_bytes(b"0" * 100_000)
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            (tmp_path / "new").write_bytes(b"%d" % (number % 10) * 100_000)
            (tmp_path / "new").replace(path)

    writer = threading.Thread(target=write)
    writer.start()
    yield path
    stop.set()
    writer.join()


def test_what_is_read_is_always_one_whole_save(busy_writer: Path) -> None:
    tree = DiskTree(busy_writer.parent)
    for _ in range(200):
        data = tree.read("file").data
        assert (len(data), len(set(data))) == (100_000, 1)


def test_members_imply_their_folders() -> None:
    tree = members("a", "s-x", "s/b/c", "s/d", "s.py")
    assert tree.scan("") == (
        Entry("a", Kind.FILE),
        Entry("s", Kind.DIRECTORY),
        Entry("s-x", Kind.FILE),
        Entry("s.py", Kind.FILE),
    )
    assert tree.scan("s") == (Entry("s/b", Kind.DIRECTORY), Entry("s/d", Kind.FILE))
    assert (tree.kind("s/b"), tree.kind("s/x"), tree.is_file("s"), tree.is_file("s/d")) == (
        Kind.DIRECTORY,
        None,
        False,
        True,
    )
    with pytest.raises(SourceUnreadable):
        tree.scan("t")


@pytest.mark.parametrize("path", ["d/f", "./d/f", "d//f", "d/../d/f", "d/./f"])
def test_a_member_is_found_by_any_path_that_leads_to_it(path: str) -> None:
    assert members("d/f").read(path).data == b"d/f"


@pytest.mark.parametrize("path", ["e/../d/f", "../d/f", "d/g", "d"])
def test_a_path_that_leads_nowhere_finds_no_member(path: str) -> None:
    with pytest.raises(SourceUnreadable):
        members("d/f").read(path)


def test_a_backslash_in_a_name_keeps_an_sdist_from_being_unpacked() -> None:
    members("a/b").require_safe_names()
    with pytest.raises(SourceRejected):
        members("a\\b").require_safe_names()
