"""An sdist from elsewhere comes out whole or not at all, and never beside the folder it was given."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import re
import stat
import tarfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atombuild.archive.bounds import USUAL, Limits
from atombuild.archive.unpack import unpack_sdist
from atombuild.errors import SdistRejected, SourceUnreadable, WriteFailed
from atombuild.native.disk_tree import DiskTree
from atombuild.native.sdist import build_sdist
from atombuild.project.load import load_project
from atombuild.project.pyproject import read_pyproject
from support.projects import sample_project

Entry = tuple[tarfile.TarInfo, bytes]


def file(name: str, data: bytes = b"data", *, mode: int = 0o644) -> Entry:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    info.mode = mode
    return info, data


def folder(name: str) -> Entry:
    return special(name, tarfile.DIRTYPE)


def special(name: str, kind: bytes, target: str = "") -> Entry:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = target
    return info, b""


def sparse(name: str, headers: dict[str, str]) -> Entry:
    info = tarfile.TarInfo(name)
    info.pax_headers = headers
    return info, b""


def tar(entries: Iterable[Entry], kind: int = tarfile.PAX_FORMAT) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=kind) as archive:
        for info, data in entries:
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    path = tmp_path / "out"
    path.mkdir()
    return path


def packed(out: Path, payload: bytes) -> Path:
    path = out.parent / "foo-1.0.tar.gz"
    path.write_bytes(gzip.compress(payload))
    return path


def unpacked(out: Path, *entries: Entry, kind: int = tarfile.PAX_FORMAT) -> Path:
    return unpack_sdist(packed(out, tar(entries, kind)), out)


def refusal(out: Path, *entries: Entry) -> str:
    """Return why these members are refused."""
    return why_refused(packed(out, tar(entries)), out)


def why_refused(archive: Path, out: Path, limits: Limits = USUAL) -> str:
    """Return why this archive is refused; nothing may stand beside the folder then."""
    with pytest.raises(SdistRejected) as caught:
        unpack_sdist(archive, out, limits)
    assert sorted(path.name for path in out.parent.iterdir()) == [archive.name, out.name]
    (report,) = caught.value.reports()
    assert report.where is not None
    assert report.where.path == out.parent / "foo-1.0.tar.gz"
    assert report.hint
    return caught.value.why


def contents(top: Path) -> dict[str, bytes | None]:
    return {path.relative_to(top).as_posix(): None if path.is_dir() else path.read_bytes() for path in top.rglob("*")}


def empty(out: Path) -> None:
    for path in sorted(out.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


@pytest.mark.parametrize("kind", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_files_and_folders_come_out(out: Path, kind: int) -> None:
    long = "n" * 90
    top = unpacked(
        out, folder("foo-1.0"), file("foo-1.0/PKG-INFO"), folder("foo-1.0/empty"), file(f"foo-1.0/{long}/{long}", b"x"),
        kind=kind,
    )  # fmt: skip
    assert top == out / "foo-1.0"
    assert contents(top) == {"PKG-INFO": b"data", "empty": None, long: None, f"{long}/{long}": b"x"}


def test_our_own_sdist_comes_out_as_the_tree_that_its_wheel_is_made_from(tmp_path: Path, out: Path) -> None:
    root = sample_project(tmp_path)
    sdist = build_sdist(load_project(read_pyproject(root)), DiskTree(root), lambda _done, _total: None)
    archive = tmp_path / sdist.filename
    archive.write_bytes(b"".join(sdist.chunks()))
    top = unpack_sdist(archive, out)
    files = {path: data for path, data in contents(top).items() if data is not None}
    assert {path: sdist.tree.read(path).data for path in files} == files
    assert len(files) == len(sdist.members)


def test_the_umask_rules_and_only_the_executable_bit_is_kept(out: Path) -> None:
    before = os.umask(0o027)
    try:
        top = unpacked(out, file("foo-1.0/plain", mode=0o777 & ~0o111), file("foo-1.0/script", mode=0o6711))
    finally:
        os.umask(before)
    modes = {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in (top, *top.iterdir())}
    assert modes == {"foo-1.0": "0o750", "plain": "0o640", "script": "0o750"}


def test_a_dot_before_the_top_folder_is_no_other_folder(out: Path) -> None:
    top = unpacked(out, folder("."), folder("./foo-1.0"), file("./foo-1.0/a"), file("foo-1.0/b"))
    assert set(contents(top)) == {"a", "b"}


def test_a_name_that_is_no_text_comes_out_to_the_byte(out: Path) -> None:
    top = unpacked(out, file("foo-1.0/caf\udce9"), kind=tarfile.GNU_FORMAT)
    assert [os.fsencode(path.name) for path in top.iterdir()] == [b"caf\xe9"]


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (file("/foo-1.0/a"), "has an absolute name"),
        (file("../evil"), "leads out of its folder"),
        (file("foo-1.0/../../evil"), "leads out of its folder"),
        (file("foo-1.0/x/../a"), "leads out of its folder"),
        (file("foo-1.0\\..\\..\\evil"), "leads elsewhere on some systems"),
        (special("foo-1.0/a", tarfile.SYMTYPE, "/etc/passwd"), "is a symbolic link to '/etc/passwd', an absolute path"),
        (special("foo-1.0/a", tarfile.SYMTYPE, "../../b"), "is a symbolic link to '../../b', which leads out of it"),
        (special("foo-1.0/a", tarfile.SYMTYPE, "b/../../../c"), "which leads upward from foo-1.0/b, no folder of it"),
        (special("foo-1.0/a", tarfile.SYMTYPE, "a"), "which leads from link to link without end"),
        (special("foo-1.0/a", tarfile.SYMTYPE, ""), "is a symbolic link to '', which is no path"),
        (special("foo-1.0/a", tarfile.SYMTYPE, "..\\b"), "with a character that leads elsewhere on some systems"),
        (special("foo-1.0/a", tarfile.LNKTYPE, "foo-1.0/b"), "is a hard link to foo-1.0/b, and no such file"),
        (special("foo-1.0/a", tarfile.LNKTYPE, "foo-1.0/a"), "is a hard link to foo-1.0/a, and no such file"),
        (special("foo-1.0/a", tarfile.LNKTYPE, "/etc/passwd"), "is a hard link to /etc/passwd, which leads out of it"),
        (special("foo-1.0/a", tarfile.LNKTYPE, "foo-1.0/../../b"), "which leads out of it"),
        (special("foo-1.0/a", tarfile.FIFOTYPE), "is a named pipe"),
        (special("foo-1.0/a", tarfile.CHRTYPE), "is a device"),
        (special("foo-1.0/a", tarfile.BLKTYPE), "is a device"),
        (special("foo-1.0/a", b"?"), "is no regular file"),
        (sparse("foo-1.0/a", {"GNU.sparse.map": "0,0", "GNU.sparse.size": "9"}), "is a sparse file"),
        (sparse("foo-1.0/a", {"GNU.sparse.realsize": "9"}), "is a sparse file"),
        (special("foo-1.0", tarfile.SYMTYPE, "a"), "does not stand in the top folder"),
        (file("foo-1.0"), "does not stand in the top folder"),
    ],
    ids=lambda value: value[0].name if isinstance(value, tuple) else value,
)
def test_a_member_that_could_do_harm_is_refused_with_or_without_pythons_own_filter(
    out: Path, entry: Entry, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert why in refusal(out, entry)
    monkeypatch.delattr(tarfile, "data_filter", raising=False)
    again = out / "again/out"
    again.mkdir(parents=True)
    assert why in refusal(again, entry)
    assert not [path for path in out.rglob("*") if not path.is_dir() and path.suffix != ".gz"], "nothing came out"


@pytest.mark.skipif(not hasattr(tarfile, "data_filter"), reason="this Python has no filter of its own")
def test_what_python_itself_refuses_is_refused(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(member: tarfile.TarInfo, path: str) -> tarfile.TarInfo:
        raise tarfile.OutsideDestinationError(member, path)

    monkeypatch.setattr(tarfile, "data_filter", refuse)
    assert "Python refuses one of its members: 'foo-1.0/a'" in refusal(out, file("foo-1.0/a"))


def test_nothing_is_written_through_a_link(out: Path, tmp_path: Path) -> None:
    victim = tmp_path / "out" / "victim"
    victim.mkdir()
    assert "its member 'foo-1.0/way/evil' stands behind foo-1.0/way, which is a link" in refusal(
        out, folder("foo-1.0"), special("foo-1.0/way", tarfile.SYMTYPE, "../victim"), file("foo-1.0/way/evil")
    )
    assert contents(victim) == {}


def test_links_that_stay_inside_come_out_and_lead_where_they_led(out: Path) -> None:
    top = unpacked(
        out,
        special("foo-1.0/docs/far.txt", tarfile.SYMTYPE, "../src/a.txt"),  # what it leads to comes later
        file("foo-1.0/src/a.txt", b"text", mode=0o755),
        special("foo-1.0/src/near.txt", tarfile.SYMTYPE, "a.txt"),
        special("foo-1.0/again", tarfile.SYMTYPE, "docs/far.txt"),
        special("foo-1.0/folder", tarfile.SYMTYPE, "src"),
        special("foo-1.0/inside/round", tarfile.SYMTYPE, "../folder/../src/a.txt"),
        special("foo-1.0/out/and/in", tarfile.SYMTYPE, "../../../foo-1.0/src/a.txt"),
        special("foo-1.0/nowhere", tarfile.SYMTYPE, "src/not-there"),
        special("foo-1.0/hard.txt", tarfile.LNKTYPE, "foo-1.0/src/a.txt"),
        special("foo-1.0/hard-link-to-a-link", tarfile.LNKTYPE, "./foo-1.0/folder"),
    )
    links = {"docs/far.txt", "src/near.txt", "again", "inside/round", "out/and/in"}
    assert all((top / link).is_symlink() and (top / link).read_bytes() == b"text" for link in links)
    assert (top / "docs/far.txt").readlink() == Path("../src/a.txt")
    assert (top / "folder/near.txt").read_bytes() == b"text"
    assert (top / "hard-link-to-a-link").readlink() == Path("src")
    assert (top / "nowhere").is_symlink()
    assert not (top / "nowhere").exists()
    hard = (top / "hard.txt").lstat()
    assert stat.S_ISREG(hard.st_mode)
    assert hard.st_nlink == 1, "a file of its own: who writes to one of the two names leaves the other as it is"
    assert hard.st_mode & 0o111


CHAINS = {
    "a chain that leads upward by a folder's other name": (
        folder("foo-1.0/x"),
        special("foo-1.0/x/Y", tarfile.SYMTYPE, "."),
        special("foo-1.0/e", tarfile.SYMTYPE, "x/y/../../beside"),
    ),
    "a chain that leads out step by step": (
        folder("foo-1.0/d/e"),
        special("foo-1.0/a", tarfile.SYMTYPE, "d/e"),
        special("foo-1.0/b", tarfile.SYMTYPE, "a/../../../../beside"),
    ),
    "a link that becomes another by one that comes later": (
        folder("foo-1.0/d"),
        special("foo-1.0/b", tarfile.SYMTYPE, "a/../../beside"),
        special("foo-1.0/a", tarfile.SYMTYPE, "."),
    ),
}


@pytest.mark.parametrize("case", CHAINS)
def test_no_chain_of_links_leads_out(out: Path, case: str) -> None:
    assert re.search("which leads (out of it|upward)", refusal(out, *CHAINS[case]))
    assert not [path for path in out.rglob("*") if path.is_symlink()], "none is made before all are judged"


def test_hard_links_count_as_what_they_hold(out: Path) -> None:
    first = file("foo-1.0/a", bytes(1000))
    links = [special(f"foo-1.0/{number}", tarfile.LNKTYPE, "foo-1.0/a") for number in range(5)]
    archive = packed(out, tar([first, *links]))
    with pytest.raises(SdistRejected, match=r"it holds more than 6,000 bytes|can't be unpacked") as caught:
        unpack_sdist(archive, out, Limits(size=6000))
    assert caught.value.why == "it holds more than 6,000 bytes"


@pytest.mark.parametrize("error", [PermissionError(1, "no privilege"), NotImplementedError()])
def test_where_no_links_can_be_made_what_they_lead_to_stands_in_their_place(
    out: Path, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(os, "symlink", refuse)
    monkeypatch.setattr(Path, "symlink_to", refuse)
    top = unpacked(
        out,
        file("foo-1.0/src/a.py", b"1"),
        special("foo-1.0/src/b.py", tarfile.SYMTYPE, "a.py"),
        special("foo-1.0/lib", tarfile.SYMTYPE, "src"),
        special("foo-1.0/src/up", tarfile.SYMTYPE, ".."),
        special("foo-1.0/nowhere", tarfile.SYMTYPE, "c"),
    )
    found = {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*") if path.is_file()}
    assert found == {"src/a.py": b"1", "src/b.py": b"1", "lib/a.py": b"1", "lib/b.py": b"1"}
    assert not [path for path in top.rglob("*") if path.is_symlink()]


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["foo-1.0/a", "bar-1.0/a"], "more than one top folder: 'foo-1.0' and 'bar-1.0'"),
        (["foo-1.0/a", "._foo-1.0"], "more than one top folder"),
        (["repository/a"], "'repository' is not called NAME-VERSION"),
        (["foo-main/a"], "not called NAME-VERSION"),
        (["-1.0/a"], "not called NAME-VERSION"),
        ([], "it is empty"),
        (["foo-1.0/a", "foo-1.0/a"], "'foo-1.0/a' is in it twice"),
        (["foo-1.0/a", "foo-1.0//a"], "'foo-1.0/a' is in it twice"),
        (["foo-1.0/a", "foo-1.0/a/b"], "'foo-1.0/a' is in it twice"),
        (["foo-1.0/a/b", "foo-1.0/a"], "'foo-1.0/a' is in it twice"),
    ],
)
def test_an_odd_layout_is_refused(out: Path, names: list[str], why: str) -> None:
    assert why in refusal(out, *map(file, names))


def test_two_names_that_the_file_system_takes_for_one_are_never_written_over_each_other(out: Path) -> None:
    names = ("foo-1.0/readme", "foo-1.0/README")
    knows_case = not (Path(__file__).with_name(Path(__file__).name.upper())).exists()
    if knows_case:
        assert set(contents(unpacked(out, *map(file, names)))) == {"readme", "README"}
        # What a file system without case does to the second name: it finds the first one's file there.
        (out / "bar-1.0").mkdir()
        assert "differs only by case" in refusal(out, file("bar-1.0/a"))
    else:
        assert "differs only by case" in refusal(out, *map(file, names))


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (Limits(members=2), "more than 2 files and folders"),
        (Limits(size=20_000), "more than 20,000 bytes"),
    ],
)
def test_too_much_is_refused_before_it_is_written(out: Path, limits: Limits, why: str) -> None:
    archive = packed(out, tar([file("foo-1.0/a"), file("foo-1.0/b/c"), file("foo-1.0/d", bytes(30_000))]))
    assert re.search(why, why_refused(archive, out, limits))
    assert not (out / "foo-1.0/d").exists()


def test_folders_that_are_only_implied_count_too(out: Path) -> None:
    archive = packed(out, tar([file("foo-1.0/" + "a/" * 50 + "b")]))
    assert re.search("more than 20 files and folders", why_refused(archive, out, Limits(members=20)))


def test_a_bomb_in_the_padding_or_in_a_header_is_no_way_round_the_limit(out: Path) -> None:
    whole = tar([file("foo-1.0/a")])
    assert re.search(
        "more than 100,000 bytes", why_refused(packed(out, whole + bytes(200_000)), out, Limits(size=100_000))
    )
    info, data = file("bar-1.0/a")
    info.pax_headers = {"comment": "x" * (2 << 20)}
    assert re.search("absurd size", why_refused(packed(out, tar([(info, data)])), out))


def test_what_stops_before_its_end_is_damaged_wherever_it_stops(out: Path) -> None:
    whole = tar([file("foo-1.0/a", b"a" * 600), file("foo-1.0/b", b"b" * 600)])
    end = len(whole.rstrip(b"\0")) + 511 & ~511
    for size in range(0, end + 1, 512):
        assert re.search(r"damaged|cut off|ends in the middle", why_refused(packed(out, whole[:size]), out))
        empty(out)
    squeezed = gzip.compress(whole)
    for size in range(len(squeezed)):
        (out.parent / "foo-1.0.tar.gz").write_bytes(squeezed[:size])
        assert re.search("damaged", why_refused(out.parent / "foo-1.0.tar.gz", out))
        empty(out)


def test_a_damaged_header_in_the_middle_is_not_taken_for_the_end(out: Path) -> None:
    whole = bytearray(tar([file("foo-1.0/a"), file("foo-1.0/b")], tarfile.USTAR_FORMAT))
    whole[1024] ^= 1
    assert re.search("cut off, or damaged in the middle", why_refused(packed(out, bytes(whole)), out))


@pytest.mark.parametrize("kind", [b"x", b"L", b"K"])
def test_headers_that_are_about_the_next_header_without_end_are_damage(out: Path, kind: bytes) -> None:
    header = special("x", kind)[0].tobuf(tarfile.USTAR_FORMAT)
    archive = packed(out, header * 3000 + tar([file("foo-1.0/a")]))
    assert why_refused(archive, out).startswith("it is damaged, or no .tar.gz")


def test_a_second_archive_behind_the_first_is_refused(out: Path) -> None:
    assert re.search(
        "something follows after its end",
        why_refused(packed(out, tar([file("foo-1.0/a")]) + tar([file("foo-1.0/b")])), out),
    )


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\3\4", bytes(5000), gzip.compress(b"no tar" * 500), gzip.compress(b"")],
    ids=["nothing", "a zip", "zeros", "no tar in it", "nothing in it"],  # by themselves they would tell the time
)
def test_another_kind_of_file_is_refused(out: Path, data: bytes) -> None:
    path = out.parent / "foo-1.0.tar.gz"
    path.write_bytes(data)
    assert re.search(r"damaged, or no \.tar\.gz|it is empty", why_refused(path, out))


def test_a_fifo_holds_nobody(out: Path) -> None:
    path = out.parent / "foo-1.0.tar.gz"
    os.mkfifo(path)
    assert re.search("no regular file", why_refused(path, out))


def test_an_archive_that_is_not_there_is_the_machines_word(out: Path) -> None:
    with pytest.raises(SourceUnreadable):
        unpack_sdist(out / "foo-1.0.tar.gz", out)


def test_a_folder_that_takes_nothing_is_the_machines_word(out: Path) -> None:
    with pytest.raises(WriteFailed) as caught:
        unpacked(out, file(f"foo-1.0/{'n' * 300}"))
    assert re.search("ENAMETOOLONG", str(caught.value.reports()[0].why))


_PARTS = st.sampled_from(["foo-1.0", "..", ".", "", "a", "b", "A", "/", "\\", "\0", "é", "n" * 130])
_TARGETS = st.lists(st.sampled_from(["..", "..", "a", "b", "A", ".", "foo-1.0", "evil"]), max_size=6).map("/".join)
_KINDS = st.sampled_from([tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CONTTYPE, b"S"])


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(
    members=st.lists(
        st.tuples(st.lists(_PARTS, min_size=1, max_size=4), _KINDS, st.binary(max_size=700), _TARGETS), max_size=5
    ),
    flips=st.lists(st.tuples(st.integers(0, 1 << 14), st.integers(1, 255)), max_size=3),
)
def test_whatever_it_holds_nothing_comes_out_beside_the_folder(
    tmp_path_factory: pytest.TempPathFactory,
    members: list[tuple[list[str], bytes, bytes, str]],
    flips: list[tuple[int, int]],
) -> None:
    out = tmp_path_factory.mktemp("unpack") / "out"
    out.mkdir()
    entries = []
    for parts, kind, data, target in members:
        info, content = file("/".join(["foo-1.0", *parts]), data)
        info.type = kind
        info.linkname = target
        if kind not in {tarfile.REGTYPE, tarfile.CONTTYPE}:
            info.size, content = 0, b""
        entries.append((info, content))
    payload = bytearray(tar(entries, tarfile.GNU_FORMAT))
    for at, bits in flips:
        payload[at % len(payload)] ^= bits
    archive = packed(out, bytes(payload))
    with contextlib.suppress(SdistRejected, WriteFailed):
        top = unpack_sdist(archive, out)
        assert [path.name for path in out.iterdir()] == [top.name]
    assert sorted(path.name for path in out.parent.iterdir()) == ["foo-1.0.tar.gz", "out"]
    for path in out.rglob("*"):
        assert path.is_symlink() or path.is_dir() or stat.S_ISREG(path.lstat().st_mode)
        assert path.resolve().is_relative_to(out.resolve())
