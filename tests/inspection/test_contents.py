"""What an artifact holds is read from its file, whoever made it."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from atombuild.archive.bounds import Limits
from atombuild.errors import ArtifactUnreadable, Cancelled
from atombuild.inspection.contents import Contents, read_contents
from atombuild.inspection.difference import difference, text_difference
from atombuild.inspection.text import LARGEST, MemberText, entry_points, read_member, record_rows
from atombuild.status import ArtifactKind
from atombuild_tui.pages.texts import member_lines
from support.archives import METADATA, sdist, wheel

SDIST, WHEEL = ArtifactKind.SDIST, ArtifactKind.WHEEL


@contextmanager
def refused(why: str) -> Iterator[None]:
    with pytest.raises(ArtifactUnreadable) as error:
        yield
    (report,) = error.value.reports()
    assert why in report.why[0]


def paths(contents: Contents) -> list[str]:
    return [member.path for member in contents.members]


def test_a_wheel_tells_its_members_sizes_and_metadata(tmp_path: Path) -> None:
    contents = read_contents(wheel(tmp_path / "demo-1.0-py3-none-any.whl", {"demo/a.py": b"x = 1\n"}), WHEEL)
    assert paths(contents) == ["demo/a.py", "demo-1.0.dist-info/METADATA", "demo-1.0.dist-info/RECORD"]
    assert contents.members[0].size == 6
    assert ("Requires-Dist", "ménage") in contents.metadata
    assert contents.metadata[-1] == ("Description", "A réadme\n")
    assert contents.size == (tmp_path / "demo-1.0-py3-none-any.whl").stat().st_size


def test_an_sdist_tells_its_members_without_the_top_folder_and_where_links_lead(tmp_path: Path) -> None:
    made = sdist(tmp_path / "d.tar.gz", {"PKG-INFO": METADATA.format(version="1").encode(), "a.py": b"12"}, b="../x")
    contents = read_contents(made, SDIST)
    assert [(member.path, member.size, member.link) for member in contents.members] == [
        ("PKG-INFO", 99, ""),
        ("a.py", 2, ""),
        ("b", 0, "../x"),
    ]
    assert ("Name", "demo") in contents.metadata


def test_a_hard_link_is_a_file_and_the_text_of_a_link_is_that_of_its_file(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "d-1.tar.gz", "w:gz") as archive:
        for name, kind, target in [
            ("far.py", tarfile.SYMTYPE, "src/near.py"),
            ("src/a.py", tarfile.REGTYPE, ""),
            ("src/near.py", tarfile.SYMTYPE, "../hard.py"),
            ("hard.py", tarfile.LNKTYPE, "d-1/src/a.py"),
            ("nowhere.py", tarfile.SYMTYPE, "src/b.py"),
            ("round.py", tarfile.SYMTYPE, "round.py"),
        ]:
            info = tarfile.TarInfo(f"d-1/{name}")
            info.type, info.linkname, info.size = kind, target, 2 if kind == tarfile.REGTYPE else 0
            archive.addfile(info, io.BytesIO(b"12"))
    contents = read_contents(tmp_path / "d-1.tar.gz", SDIST)
    members = {member.path: member for member in contents.members}
    assert (members["hard.py"].size, members["hard.py"].link) == (2, "")
    assert members["hard.py"].digest == members["src/a.py"].digest
    assert members["far.py"].link == "src/near.py"
    for path in ("far.py", "src/near.py", "hard.py", "src/a.py"):
        assert read_member(tmp_path / "d-1.tar.gz", SDIST, path).text == "12"
    with refused("nowhere.py is a link to src/b.py, which is no file of it"):
        read_member(tmp_path / "d-1.tar.gz", SDIST, "nowhere.py")
    with refused("round.py leads from link to link without end"):
        read_member(tmp_path / "d-1.tar.gz", SDIST, "round.py")


@pytest.mark.parametrize("kind", ArtifactKind)
@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04" + b"\0" * 30, b"\x1f\x8b\x08" + b"\xff" * 40])
def test_what_is_no_archive_is_said_to_be_none(tmp_path: Path, kind: ArtifactKind, content: bytes) -> None:
    path = tmp_path / f"x{kind.suffix}"
    path.write_bytes(content)
    with pytest.raises(ArtifactUnreadable) as error:
        read_contents(path, kind)
    (report,) = error.value.reports()
    assert report.what == f"x{kind.suffix} can't be looked into"
    assert report.hint


@pytest.mark.parametrize("kind", ArtifactKind)
def test_what_is_gone_is_said_to_be_gone(tmp_path: Path, kind: ArtifactKind) -> None:
    with refused("No such file"):
        read_contents(tmp_path / "x", kind)


@pytest.mark.parametrize("kind", ArtifactKind)
def test_an_absurd_number_of_members_is_refused(tmp_path: Path, kind: ArtifactKind) -> None:
    make = wheel if kind is WHEEL else sdist
    made = make(tmp_path / f"x{kind.suffix}", {f"demo/{number}.py": b"" for number in range(20)})
    with refused("more than"):
        read_contents(made, kind, limits=Limits(members=10))


def test_reading_can_be_given_up(tmp_path: Path) -> None:
    def breathe() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        read_contents(sdist(tmp_path / "x.tar.gz", {"a": b"1"}), SDIST, breathe)


def test_a_member_is_read_as_text(tmp_path: Path) -> None:
    made = wheel(
        tmp_path / "x.whl", {"demo/a.py": "é = 1\n".encode(), "demo/b.bin": b"\0\1\2", "c.txt": b"\xe9t\xe9 " * 9}
    )
    assert read_member(made, WHEEL, "demo/a.py").text == "é = 1\n"
    assert read_member(made, WHEEL, "demo/b.bin").binary
    assert read_member(made, WHEEL, "c.txt").binary, "latin-1 is not to be told from bytes"
    with refused("it holds no nothing"):
        read_member(made, WHEEL, "nothing")


@pytest.mark.parametrize("kind", ArtifactKind)
def test_of_a_large_member_the_beginning_is_read_even_if_a_character_is_cut(tmp_path: Path, kind: ArtifactKind) -> None:
    make = wheel if kind is WHEEL else sdist
    large = b"x" + "é".encode() * LARGEST
    text = read_member(make(tmp_path / "x", {"demo/a.txt": large}), kind, "demo/a.txt")
    assert text.cut
    assert not text.binary
    assert text.size == len(large)
    assert set(text.text) == {"x", "é"}


def test_the_tables_of_a_wheel_are_read() -> None:
    assert record_rows('a.py,sha256=x,3\n"b,c.py",,\nodd\n') == (
        ("a.py", "sha256=x", "3"),
        ("b,c.py", "", ""),
        ("odd", "", ""),
    )
    assert entry_points("[console_scripts]\nOrrery = orrery.cli:main\n[x.y]\na=b\n") == (
        ("console_scripts", "Orrery", "orrery.cli:main"),
        ("x.y", "a", "b"),
    )
    assert entry_points("no = section") == ()


def test_a_difference_names_what_came_went_and_changed(tmp_path: Path) -> None:
    old = wheel(tmp_path / "1.whl", {"demo/a.py": b"1", "demo/b.py": b"2", "demo/c.txt": b"3"})
    new = wheel(tmp_path / "2.whl", {"demo/a.py": b"11", "demo/d.py": b"2"}, version="2.0")
    found = difference(read_contents(old, WHEEL), read_contents(new, WHEEL))
    assert [pair.path for pair in found.added] == ["demo/d.py"]
    assert [pair.path for pair in found.removed] == ["demo/b.py", "demo/c.txt"]
    assert [pair.path for pair in found.lost_modules] == ["demo/b.py"]
    assert [(pair.path, pair.growth) for pair in found.changed] == [
        ("demo-2.0.dist-info/METADATA", 0),
        ("demo/a.py", 1),
    ], "another version is no other dist-info folder, and RECORD follows from the rest"
    assert [(change.field, change.gone, change.new) for change in found.metadata] == [("Version", ("1.0",), ("2.0",))]
    assert not found.is_none
    assert difference(found.after, found.after).is_none


def test_a_text_difference_is_unified_and_bounded() -> None:
    assert text_difference("a\nb\nc\n", "a\nB\nc\n") == ("@@ -1,3 +1,3 @@", " a", "-b", "+B", " c")
    assert text_difference("same", "same") == ()
    (line,) = text_difference("\n" * 30_000, "x")
    assert line == "too long to compare line by line: 30,000 and 1 lines"


def test_a_record_that_is_no_table_can_still_be_shown_as_text() -> None:
    assert record_rows("a\rb,c\n") == (("a", "", ""), ("b", "c", "")), "lines may end in old ways"
    assert record_rows('"a\rb",,1\n') == (("a\rb", "", "1"),)
    large = f"a.py,,1\n{'x' * 140_000},,\n"
    assert record_rows(large) == ()
    (_, long) = member_lines(MemberText("demo-1.0.dist-info/RECORD", large, len(large)))
    assert "x" * 100 in long.words


@pytest.mark.parametrize("spoil", [b"\xff", b"\0"], ids=["ones", "zeros"])
@pytest.mark.parametrize("compression", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED])
def test_a_member_that_is_spoilt_is_damage_however_it_is_compressed(
    tmp_path: Path, compression: int, spoil: bytes
) -> None:
    made = tmp_path / "x.whl"
    with zipfile.ZipFile(made, "w", compression) as archive:
        archive.writestr("demo-1.0.dist-info/METADATA", b"Name: demo\n" * 50)
    data = bytearray(made.read_bytes())
    at = 30 + len("demo-1.0.dist-info/METADATA") + 5
    data[at : at + 12] = spoil * 12
    made.write_bytes(data)
    with pytest.raises(ArtifactUnreadable):
        read_contents(made, WHEEL)


@pytest.mark.parametrize(
    "headers", [{"GNU.sparse.map": "0,0", "GNU.sparse.size": "9" * 30}, {"GNU.sparse.realsize": "9" * 30}]
)
def test_the_holes_of_a_sparse_member_are_not_read(tmp_path: Path, headers: dict[str, str]) -> None:
    made = tmp_path / "x.tar.gz"
    with tarfile.open(made, "w:gz", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("demo-1.0/holes")
        info.pax_headers = headers
        archive.addfile(info)
    (member,) = read_contents(made, SDIST).members
    assert (member.path, member.size) == ("holes", 0)
    assert read_member(made, SDIST, "holes").text == ""


def test_a_member_of_absurd_size_is_refused_at_once(tmp_path: Path) -> None:
    made = tmp_path / "x.tar.gz"
    with tarfile.open(made, "w:gz", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("demo-1.0/a")
        info.type, info.pax_headers = b"Z", {"size": "9" * 30}  # of no kind that is known, so it is skipped
        archive.addfile(info)
        archive.addfile(tarfile.TarInfo("demo-1.0/b"))
    with refused("it holds more than"):
        read_contents(made, SDIST)


def test_a_member_without_a_name_is_no_crash(tmp_path: Path) -> None:
    made = tmp_path / "x.whl"
    with zipfile.ZipFile(made, "w") as archive:
        info = zipfile.ZipInfo("a")
        archive.writestr(info, b"")
        info.filename = ""  # the directory is written last
    try:
        (member,) = read_contents(made, WHEEL).members
    except ArtifactUnreadable:
        return  # Python 3.11 can't even ask whether it is a folder
    assert member.path == ""


@pytest.mark.parametrize("name", ["." * 60_000, "a/" * 3000 + "x.py", "x" * 256 + ".py"], ids=["dots", "deep", "part"])
@pytest.mark.parametrize("kind", list(ArtifactKind))
def test_a_member_that_no_file_could_be_is_refused(tmp_path: Path, kind: ArtifactKind, name: str) -> None:
    members = {name: b"", "demo-1.0.dist-info/METADATA": b""}
    artifact = (wheel if kind is ArtifactKind.WHEEL else sdist)(tmp_path / f"demo-1.0{kind.suffix}", members)
    with refused("no file can have the name of a member"):
        read_contents(artifact, kind)


def test_the_version_in_a_folders_name_is_no_difference(tmp_path: Path) -> None:
    before = wheel(tmp_path / "demo-1.0-py3-none-any.whl", {"demo-1.0.data/scripts/x": b"1", "odd.dist-info": b""})
    after = wheel(
        tmp_path / "demo-2.0-py3-none-any.whl", {"demo-2.0.data/scripts/x": b"1", "odd.dist-info": b""}, version="2.0"
    )
    found = difference(read_contents(before, ArtifactKind.WHEEL), read_contents(after, ArtifactKind.WHEEL))
    assert (found.added, found.removed) == ((), ())
