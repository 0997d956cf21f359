"""What is refused of a backend, and with which words: artifacts made by hand, each wrong in one way."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from atombuild.errors import BackendFailure
from atombuild.isolated.acceptance import Accepted, accept
from atombuild.isolated.expected import Expected
from atombuild.status import ArtifactKind

WHEEL, SDIST = "sky-1.0-py3-none-any.whl", "sky-1.0.tar.gz"
INFO = "sky-1.0.dist-info"
METADATA = b"Metadata-Version: 2.4\nName: sky\nVersion: 1.0\n"
TAGS = b"Wheel-Version: 1.0\nTag: py3-none-any\n"


def members() -> dict[str, bytes]:
    return {"sky/__init__.py": b"", "sky/stars.py": b"x = 1\n", f"{INFO}/METADATA": METADATA, f"{INFO}/WHEEL": TAGS}


def line(name: str, data: bytes, algorithm: str = "sha256") -> str:
    digest = base64.urlsafe_b64encode(hashlib.new(algorithm, data).digest()).rstrip(b"=").decode()
    return f"{name},{algorithm}={digest},{len(data)}\n"


def wheel(contents: dict[str, bytes] | None = None, record: str | None = None, *, twice: str = "") -> bytes:
    contents = contents if contents is not None else members()
    if record is None:
        record = "".join(line(name, data) for name, data in contents.items()) + f"{INFO}/RECORD,,\n"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
        if twice:
            with pytest.warns(UserWarning, match="Duplicate"):
                archive.writestr(twice, b"other")
        archive.writestr(f"{INFO}/RECORD", record)
    return file.getvalue()


def sdist(contents: dict[str, bytes] | None = None, *, tail: bytes = b"") -> bytes:
    contents = contents if contents is not None else {"sky-1.0/sky.py": b"x = 1\n", "sky-1.0/PKG-INFO": METADATA}
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, data in contents.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return gzip.compress(file.getvalue() + tail)


def judged(folder: Path, name: str, data: bytes) -> Accepted:
    (folder / name).write_bytes(data)
    kind = ArtifactKind.WHEEL if name.endswith(".whl") else ArtifactKind.SDIST
    return accept("maker", kind, folder, name, Expected(canonicalize_name("sky"), Version("1.0")))


def without(name: str) -> dict[str, bytes]:
    return {path: data for path, data in members().items() if path != name}


GOOD_RECORD = "".join(line(name, data) for name, data in members().items()) + f"{INFO}/RECORD,,\n"


def _binary_record() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members().items():
            archive.writestr(name, data)
        archive.writestr(f"{INFO}/RECORD", b"\xff\xfe")
    return file.getvalue()


def _renamed(info: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{info}/METADATA", METADATA)
    return file.getvalue()


def _spoilt(compression: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive.writestr(f"{INFO}/RECORD", b"sky" * 500)
    data = bytearray(file.getvalue())
    at = 30 + len(f"{INFO}/RECORD") + 5
    data[at : at + 12] = b"\xff" * 12
    return bytes(data)


def _before_its_begin() -> bytes:
    """Let the directory say that it is longer than it is: every member then seems to start earlier."""
    data = bytearray(wheel())
    end = data.rindex(b"PK\5\6")
    size = int.from_bytes(data[end + 16 : end + 20], "little")
    data[end + 16 : end + 20] = (size + 50).to_bytes(4, "little")
    return bytes(data)


WHEELS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a member that RECORD does not list": (
        lambda: wheel(record=GOOD_RECORD.replace(line("sky/stars.py", b"x = 1\n"), "")),
        "its RECORD does not list sky/stars.py",
    ),
    "a line of RECORD without a member": (
        lambda: wheel(record=GOOD_RECORD + line("sky/moons.py", b"")),
        "its RECORD lists sky/moons.py, which is not in it",
    ),
    "another hash": (
        lambda: wheel(record=GOOD_RECORD.replace(line("sky/stars.py", b"x = 1\n"), line("sky/stars.py", b"x = 2\n"))),
        "sky/stars.py is not what its RECORD says",
    ),
    "another size": (
        lambda: wheel(record=GOOD_RECORD.replace(",6\n", ",7\n", 1)),
        "sky/stars.py has 6 bytes, and its RECORD says 7",
    ),
    "a weak hash": (
        lambda: wheel(
            record=GOOD_RECORD.replace(line("sky/stars.py", b"x = 1\n"), line("sky/stars.py", b"x = 1\n", "md5"))
        ),
        "its RECORD has no usable hash of sky/stars.py: ",
    ),
    "a line of two fields": (
        lambda: wheel(record=GOOD_RECORD + "x,y\n"),
        "its RECORD has lines that are not of three fields, or one file twice",
    ),
    "a RECORD that is no text": (_binary_record, "its RECORD can't be read"),
    "a member twice": (lambda: wheel(twice="sky/stars.py"), "sky/stars.py is in it twice"),
    "a member that leads out": (
        lambda: wheel({**members(), "../evil.py": b""}),
        "the name of a member leads out of it: '../evil.py'",
    ),
    "no metadata folder": (
        lambda: wheel({"sky.py": b""}).replace(b"sky-1.0.dist-info", b"sky-1.0.dust-info"),
        "it has no .dist-info",
    ),
    "two metadata folders": (lambda: wheel({**members(), "moon-1.dist-info/X": b""}), "it has 2 .dist-info folders"),
    "no METADATA": (lambda: wheel(without(f"{INFO}/METADATA")), f"it lacks {INFO}/METADATA"),
    "no WHEEL": (lambda: wheel(without(f"{INFO}/WHEEL")), f"it lacks {INFO}/WHEEL"),
    "another version in METADATA": (
        lambda: wheel({**members(), f"{INFO}/METADATA": METADATA.replace(b"1.0", b"2.0")}),
        "its METADATA is of sky 2.0",
    ),
    "other tags": (
        lambda: wheel({**members(), f"{INFO}/WHEEL": TAGS.replace(b"py3", b"py2")}),
        "its file WHEEL gives other tags than its name",
    ),
    "a version of 5,000 digits in METADATA": (
        lambda: wheel({**members(), f"{INFO}/METADATA": METADATA.replace(b"1.0", b"9" * 5000)}),
        "its METADATA is of sky 999",
    ),
    "a metadata folder of 5,000 digits": (
        lambda: _renamed(f"sky-{'9' * 5000}.dist-info"),
        "no file can have the name of a member",
    ),
    "a tag that is none": (
        lambda: wheel({**members(), f"{INFO}/WHEEL": b"Wheel-Version: 1.0\nTag: x\n"}),
        "its file WHEEL gives a tag that is none",
    ),
    "a tag that is no text": (
        lambda: wheel({**members(), f"{INFO}/WHEEL": b"Wheel-Version: 1.0\nTag: py\xff-none-any\n"}),
        "its file WHEEL gives a tag that is none",
    ),
    "a spoilt member, compressed as few are": (
        lambda: _spoilt(zipfile.ZIP_LZMA),
        "it is damaged or cut off",
    ),
    "another one": (lambda: _spoilt(zipfile.ZIP_BZIP2), "it is damaged or cut off"),
    "a place before its begin": (_before_its_begin, "it is damaged or cut off"),
    "nothing": (lambda: b"", "it is damaged or cut off"),
}


def _with_member(kind: bytes, headers: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("sky-1.0/x")
        info.type, info.pax_headers = kind, headers
        archive.addfile(info)
    return gzip.compress(file.getvalue())


SDISTS: dict[str, tuple[Callable[[], bytes], str]] = {
    "no PKG-INFO": (lambda: sdist({"sky-1.0/sky.py": b""}), "it has no PKG-INFO at its root"),
    "PKG-INFO of another version": (
        lambda: sdist({"sky-1.0/PKG-INFO": METADATA.replace(b"1.0", b"0.9")}),
        "its PKG-INFO is of sky 0.9",
    ),
    "another folder": (
        lambda: sdist({"sky-1.0/PKG-INFO": METADATA, "moon-1.0/x": b""}),
        "'moon-1.0/x' is not in its one folder, sky-1.0",
    ),
    "a member that leads out": (
        lambda: sdist({"sky-1.0/PKG-INFO": METADATA, "sky-1.0/../x": b""}),
        "'sky-1.0/../x' is not in its one folder, sky-1.0",
    ),
    "a name that no file can have": (
        lambda: sdist({"sky-1.0/PKG-INFO": METADATA, f"sky-1.0/{'n' * 300}": b""}),
        "no file can have the name of ",
    ),
    "a device": (lambda: _with_member(tarfile.CHRTYPE, {}), "'sky-1.0/x' is no file that an sdist may hold"),
    "a pipe": (lambda: _with_member(tarfile.FIFOTYPE, {}), "'sky-1.0/x' is no file that an sdist may hold"),
    "a sparse file of any size": (
        lambda: _with_member(tarfile.REGTYPE, {"GNU.sparse.map": "0,0", "GNU.sparse.size": "9" * 30}),
        "'sky-1.0/x' is no file that an sdist may hold",
    ),
    "a file that says it is sparse": (
        lambda: _with_member(tarfile.REGTYPE, {"GNU.sparse.realsize": "9" * 30}),
        "'sky-1.0/x' is no file that an sdist may hold",
    ),
    "something after its end": (lambda: sdist(tail=b"more"), "something follows after its end"),
    "no archive": (lambda: b"no archive", "it is damaged or cut off"),
    "nothing": (lambda: gzip.compress(b""), "it is "),
}


def test_what_is_right_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    found = judged(tmp_path / "a", WHEEL, wheel())
    assert found.members == (*members(), f"{INFO}/RECORD")
    assert found.metadata == METADATA
    content = found.path.read_bytes()
    assert (found.sha256, found.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert judged(tmp_path / "b", SDIST, sdist()).members == ("sky.py", "PKG-INFO")


@pytest.mark.parametrize("case", WHEELS)
def test_a_wheel_is_refused(tmp_path: Path, case: str) -> None:
    make, words = WHEELS[case]
    with pytest.raises(BackendFailure) as caught:
        judged(tmp_path, WHEEL, make())
    assert caught.value.what.startswith(f"maker said that {WHEEL} is built, but {words}")


@pytest.mark.parametrize("case", SDISTS)
def test_an_sdist_is_refused(tmp_path: Path, case: str) -> None:
    make, words = SDISTS[case]
    with pytest.raises(BackendFailure) as caught:
        judged(tmp_path, SDIST, make())
    assert caught.value.what.startswith(f"maker said that {SDIST} is built, but {words}")


@pytest.mark.parametrize(("name", "data"), [(WHEEL, wheel()), (SDIST, sdist())])
def test_what_is_cut_anywhere_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    for end in range(0, len(data), 7):
        with pytest.raises(BackendFailure, match="is built, but"):
            judged(tmp_path, name, data[:end])


@pytest.mark.parametrize("swapped", [True, False])
def test_a_folder_that_the_backend_took_away_or_swapped_is_refused(tmp_path: Path, swapped: bool) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / WHEEL).write_bytes(wheel())
    if swapped:
        (tmp_path / "out").symlink_to("elsewhere")
    with pytest.raises(BackendFailure, match="the folder that it was to be written into is not there any more"):
        accept("maker", ArtifactKind.WHEEL, tmp_path / "out", WHEEL, Expected(canonicalize_name("sky"), Version("1.0")))


def test_the_lock_of_our_own_hooks_may_lie_beside_it_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / ".atombuild.lock").touch()
    judged(tmp_path, WHEEL, wheel())
    (tmp_path / ".other").touch()
    with pytest.raises(BackendFailure, match=r"it wrote more than that: \.other$"):
        judged(tmp_path, WHEEL, wheel())


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (f"sub/{WHEEL}", "maker answered with a path instead of a bare file name"),
        (f"/{WHEEL}", "maker answered with a path instead of a bare file name"),
        ("..", "maker answered with a path instead of a bare file name"),
        ("", "maker answered with a path instead of a bare file name"),
        (SDIST, "which is no file name of a wheel"),
        ("sky-2.0-py3-none-any.whl", "but the project is sky 1.0"),
        (f"sky-{'9' * 5000}-py3-none-any.whl", "which is no file name of a wheel"),
        ("sky-1.0-\ud800-none-any.whl", "which is no file name of a wheel"),
        (None, "maker named no file, but answered None"),
        (b"x", "maker named no file, but answered b'x'"),
    ],
)
def test_an_answer_is_refused_before_anything_is_looked_at(tmp_path: Path, answer: object, words: str) -> None:
    with pytest.raises(BackendFailure) as caught:
        accept("maker", ArtifactKind.WHEEL, tmp_path, answer, Expected(canonicalize_name("sky"), Version("1.0")))
    assert words in caught.value.what


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / WHEEL).mkdir()
    with pytest.raises(BackendFailure, match="it is no regular file"):
        accept("maker", ArtifactKind.WHEEL, tmp_path, WHEEL, None)
