"""Secrets among packed files, told by what stands in them: a name alone proves nothing.

A certificate, a public key, a hash or a template are no secrets. What is looked for are blocks of private keys, tokens
of shapes that their issuers chose to be recognised by, and passwords in the files that programs read them from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

MOST: Final = 256 * 1024
"""Bytes of a file that are looked at."""

_PLACEHOLDER: Final = re.compile(
    rb"""example|change.?me|placeholder|your|x{4}|dummy|fake|todo|insert|replace|sample|redacted|secret|passw|\btest
    |\.\.\.|\*\*|[<>{}$`%]|^(none|null|true|false|admin|root|postgres|mysql|user|guest|django|flask|dev(elopment)?)$""",
    re.IGNORECASE | re.VERBOSE,
)
_FEW: Final = 6
"""Fewer characters than that are no secret, or not a good one."""

_VARIED: Final = 8
"""So many different characters are in what a generator made, at least."""


class Secret(NamedTuple):
    """One that was found."""

    what: str
    """With its article: "a private key"."""

    line: int
    """Where it begins, counted from 1."""


def secret_in(path: str, data: bytes) -> Secret | None:
    """Return the first secret in a file's content, of which :data:`MOST` bytes are enough."""
    data = data[:MOST]
    name = path.rpartition("/")[2].lower()
    for what, at in _found(name, data):
        return Secret(what, data.count(b"\n", 0, at) + 1)
    return None


def is_for_show(path: str) -> bool:
    """Whether a file belongs to a test suite, an example or the documentation: what is in it was made for that."""
    *folders, name = path.lower().split("/")
    return (
        not _SHOWN.isdisjoint(folders)
        or name.startswith(("test_", "conftest"))
        or name.endswith(("_test.py", ".md", ".rst"))
    )


_SHOWN: Final = frozenset(
    {
        *("test", "tests", "testing", "testdata", "test_data", "test-data", "fixtures", "unittests", "unit_tests"),
        *("doc", "docs", "documentation", "example", "examples", "demo", "demos", "sample", "samples", "tutorial"),
        *("integration_tests", "functional_tests", "e2e", "tutorials"),
    }
)


def _found(name: str, data: bytes) -> Iterator[tuple[str, int]]:
    """Yield what the content shows, and what it shows in a file of this name, each with its place."""
    for marker, look in _LOOKS:
        if marker in data:
            yield from look(data)
    for pattern, look in _BY_NAME:
        if pattern.fullmatch(name):
            yield from look(data)


# Private keys.

_BEGIN: Final = re.compile(rb"-----BEGIN ((?:[A-Z0-9]+ )*)PRIVATE KEY( BLOCK)?-----")
_LONGEST_KEY: Final = 64 * 1024
_SHORTEST_KEY: Final = 60
"""Characters of base64; an Ed25519 key has 64."""

_HEADER: Final = re.compile(rb"^[A-Za-z-]+:.*$", re.MULTILINE)
_NO_BODY: Final = re.compile(rb"""\\[nrt]|[\s"',+()\\]|\bb(?=["'])""")
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/]+={0,2}(=[A-Za-z0-9+/]{4})?")
_KINDS: Final = {b"OPENSSH ": "an OpenSSH private key", b"PGP ": "a PGP private key"}
_STARTS: Final = (b"M", b"b3BlbnNzaC1rZXk")
"""How DER and OpenSSH's format begin in base64."""


def _private_keys(data: bytes) -> Iterator[tuple[str, int]]:
    for found in _BEGIN.finditer(data):
        end = data.find(b"-----END " + found[1] + b"PRIVATE KEY", found.end(), found.end() + _LONGEST_KEY)
        if end < 0:
            continue
        text = data[found.end() : end].replace(b"\\r", b"").replace(b"\\n", b"\n")
        encrypted = b"ENCRYPTED" in text or found[1] in {b"ENCRYPTED ", b"PGP "}
        body = _NO_BODY.sub(b"", _HEADER.sub(b"", text))
        if not _BASE64.fullmatch(body) or len(body) < _SHORTEST_KEY or len(set(body)) < 2 * _VARIED:
            continue  # a placeholder, or code that looks for such lines
        if encrypted or body.startswith(_STARTS):
            yield _KINDS.get(found[1], "a private key"), found.start()


def _putty_keys(data: bytes) -> Iterator[tuple[str, int]]:
    if re.search(rb"^Private-Lines: [1-9]", data, re.MULTILINE):
        found = re.search(rb"^PuTTY-User-Key-File-\d: ", data, re.MULTILINE)
        if found:
            yield "a PuTTY private key", found.start()


# Tokens.


def _token(what: str, pattern: bytes) -> Callable[[bytes], Iterator[tuple[str, int]]]:
    compiled = re.compile(rb"(?<![A-Za-z0-9_-])(" + pattern + rb")(?![A-Za-z0-9_-])")

    def look(data: bytes) -> Iterator[tuple[str, int]]:
        for found in compiled.finditer(data):
            if not re.search(rb"example|x{4}|0{6}|1234567|abcdef", found[1], re.IGNORECASE):
                secret = found[1].rpartition(b"_")[2] if found[1].count(b"_") == 1 else found[1]
                if len(set(secret)) > _VARIED:
                    yield what, found.start()

    return look


_AWS: Final = re.compile(
    rb"aws_?secret_?access_?key[\"']?\s*[:=]+\s*[\"']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])", re.IGNORECASE
)


def _aws_keys(data: bytes) -> Iterator[tuple[str, int]]:
    for found in _AWS.finditer(data):
        if b"EXAMPLE" not in found[1] and len(set(found[1])) > 2 * _VARIED:
            yield "a secret access key of AWS", found.start()


_LOWER_AWS: Final = (b"aws_secret_access_key", b"AWS_SECRET_ACCESS_KEY", b"SecretAccessKey")

_LOOKS: Final[tuple[tuple[bytes, Callable[[bytes], Iterator[tuple[str, int]]]], ...]] = (
    (b"PRIVATE KEY", _private_keys),
    (b"PuTTY-User-Key-File-", _putty_keys),
    (b"pypi-AgE", _token("a PyPI token", rb"pypi-AgE[A-Za-z0-9_-]{50,}")),
    *(
        (prefix, _token("a GitHub token", prefix + rb"[A-Za-z0-9]{36,251}"))
        for prefix in (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_")
    ),
    (b"github_pat_", _token("a GitHub token", rb"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}")),
    (b"glpat-", _token("a GitLab token", rb"glpat-[A-Za-z0-9_-]{20,}")),
    (b"npm_", _token("an npm token", rb"npm_[A-Za-z0-9]{36}")),
    *(
        (prefix, _token("a Slack token", prefix + rb"\d+-[A-Za-z0-9-]{20,}"))
        for prefix in (b"xoxb-", b"xoxp-", b"xoxa-", b"xoxr-", b"xoxs-")
    ),
    (b"AIza", _token("an API key of Google", rb"AIza[A-Za-z0-9_-]{35}")),
    (b"GOCSPX-", _token("a client secret of Google", rb"GOCSPX-[A-Za-z0-9_-]{28}")),
    (b"sk_live_", _token("a secret key of Stripe", rb"sk_live_[A-Za-z0-9]{24,}")),
    (b"rk_live_", _token("a restricted key of Stripe", rb"rk_live_[A-Za-z0-9]{24,}")),
    (b"sk-ant-", _token("an API key of Anthropic", rb"sk-ant-[a-z0-9]+-[A-Za-z0-9_-]{80,}")),
    (b"sk-proj-", _token("an API key of OpenAI", rb"sk-proj-[A-Za-z0-9_-]{40,}")),
    (b"hf_", _token("a Hugging Face token", rb"hf_[A-Za-z0-9]{34}")),
    (b"SG.", _token("an API key of SendGrid", rb"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}")),
    *((marker, _aws_keys) for marker in _LOWER_AWS),
)
"""What a content must hold for a closer look, and that look."""


# Passwords, in the files that programs read them from.


def _values(what: str, pattern: bytes) -> Callable[[bytes], Iterator[tuple[str, int]]]:
    """Look for what a pattern finds as its last group, unless it stands for something else."""
    compiled = re.compile(pattern, re.MULTILINE | re.IGNORECASE)

    def look(data: bytes) -> Iterator[tuple[str, int]]:
        for found in compiled.finditer(data):
            value = found[compiled.groups].strip().strip(b"\"'")
            if len(value) >= _FEW and len(set(value)) > 2 and not _PLACEHOLDER.search(value):  # noqa: PLR2004 (aaa, ***)
                yield what, found.start()

    return look


_HASH: Final = re.compile(rb"^[^\s:#]+:(\$(apr1|2[aby]|5|6)\$|\{SHA\})\S+", re.MULTILINE)


def _password_hashes(data: bytes) -> Iterator[tuple[str, int]]:
    found = _HASH.search(data)
    if found:
        yield "hashes of passwords", found.start()


_ASSIGNED: Final = (
    rb"""^[ \t]*(?:export[ \t]+|set[ \t]+|-[ \t]+)?["']?[\w.-]*"""
    rb"""(?:key|token|secret|password|passwd|passphrase|credentials?)(?:_\w{1,8})?["']?[ \t]*"""
    rb"""[:=][ \t]*(["']?[^\s"'#,]+)"""
)
_IN_URL: Final = rb"[a-z][a-z0-9+.-]*://[^\s:/@\"']+:([^\s/@\"']+)@"


def _key_store(magics: tuple[bytes, ...]) -> Callable[[bytes], Iterator[tuple[str, int]]]:
    def look(data: bytes) -> Iterator[tuple[str, int]]:
        if data.startswith(magics):
            yield "a store of keys or passwords", 0

    return look


_ENV: Final = re.compile(r"\.env(rc)?(?!.*\.(example|sample|template|dist|defaults?)$)(\..+)?")
_DER: Final = b"\x30\x82"

_BY_NAME: Final[tuple[tuple[re.Pattern[str], Callable[[bytes], Iterator[tuple[str, int]]]], ...]] = (
    (re.compile(r"[._]netrc"), _values("a password", rb"\bpassword\s+(\S+)")),
    (re.compile(r"\.pypirc"), _values("a password", rb"^\s*password\s*[:=]\s*(\S+)")),
    (re.compile(r"\.npmrc"), _values("a password", rb"_(?:authToken|auth|password)\s*=\s*(\S+)")),
    (re.compile(r"\.pgpass"), _values("a password", rb"^[^#\n:]+:[^:\n]+:[^:\n]+:[^:\n]+:(\S+)")),
    (re.compile(r"\.htpasswd"), _password_hashes),
    (re.compile(r"\.git-credentials"), _values("a password", _IN_URL)),
    (_ENV, _values("a password or key", _ASSIGNED)),
    (_ENV, _values("a password", _IN_URL)),
    (re.compile(r"(\.?secrets?|credentials)(\.(json|ya?ml|toml|ini))?"), _values("a password or key", _ASSIGNED)),
    (re.compile(r".*\.(jks|keystore)"), _key_store((b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce", _DER))),
    (re.compile(r".*\.(p12|pfx)"), _key_store((_DER,))),
    (re.compile(r".*\.kdbx?"), _key_store((b"\x03\xd9\xa2\x9a",))),
)
"""File names that programs read secrets from, and what to look for there."""
