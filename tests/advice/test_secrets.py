"""A secret is told by what stands in a file, and named; what only looks like one is left alone."""

from __future__ import annotations

import base64

import pytest

from atombuild.advice.secrets import MOST, is_for_show, secret_in
from support.secrets import OPENSSH, github_token, private_key, pypi_token, word

SECRETS: dict[str, tuple[str, str | bytes, str, int]] = {
    "a key of any name": ("src/foo/data.bin", "# made by us\n" + private_key(), "a private key", 2),
    "RSA": ("server.pem", private_key("RSA "), "a private key", 1),
    "EC": ("server.key", private_key("EC ", b"0w", 119), "a private key", 1),
    "Ed25519, the shortest": ("k.pem", private_key("", b"0.", 46), "a private key", 1),
    "encrypted": ("k.pem", private_key("ENCRYPTED "), "a private key", 1),
    "encrypted in the old way": (
        "k.pem",
        private_key("RSA ", b"\x91\x05").replace("-----\n", "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES,0F\n\n", 1),
        "a private key",
        1,
    ),
    "with line ends of Windows": ("k.pem", private_key("RSA ", newline="\r\n"), "a private key", 1),
    "after its certificate": (
        "both.pem",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n" + private_key(),
        "a private key",
        4,
    ),
    "OpenSSH": ("id_ed25519", private_key("OPENSSH ", OPENSSH), "an OpenSSH private key", 1),
    "PGP": (
        "key.asc",
        private_key("PGP ", b"\x95\x01")
        .replace("KEY-----", "KEY BLOCK-----")
        .replace("BLOCK-----\n", "BLOCK-----\nVersion: 1\n\n", 1)
        .replace("\n-----END", "\n=aB3d\n-----END"),
        "a PGP private key",
        1,
    ),
    "PuTTY": (
        "k.ppk",
        f"PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n{word(44)}\nPrivate-MAC: {word(64)}\n",
        "a PuTTY private key",
        1,
    ),
    "in a service account's JSON": (
        "service-account.json",
        '{"type": "service_account",\n "private_key": "' + private_key().replace("\n", "\\n") + '"}',
        "a private key",
        2,
    ),
    "in a string of Python": (
        "src/foo/keys.py",
        "\n".join(f'    "{line}\\n"' for line in private_key().splitlines()),
        "a private key",
        1,
    ),
    "PyPI": ("release.sh", f"twine upload -p {pypi_token()}\n", "a PyPI token", 1),
    "GitHub": ("src/foo/a.py", f'x = 1\nTOKEN = "{github_token()}"\n', "a GitHub token", 2),
    "GitHub, fine-grained": ("a.py", f"github_pat_{word(22)}_{word(59)}", "a GitHub token", 1),
    "GitLab": ("a.yml", f"token: glpat-{word(20)}", "a GitLab token", 1),
    "npm": ("a.js", f"npm_{word(36)}", "an npm token", 1),
    "Slack": ("a.py", f"xoxb-{word(12, '123456789')}-{word(24)}", "a Slack token", 1),
    "Google": ("a.html", f'"AIza{word(35)}"', "an API key of Google", 1),
    "Stripe": ("a.py", f"'sk_live_{word(24)}'", "a secret key of Stripe", 1),
    "AWS": ("a.ini", f"[default]\naws_secret_access_key = {word(40)}\n", "a secret access key of AWS", 2),
    ".pypirc": (".pypirc", "[pypi]\nusername = me\npassword = hunter2-9\n", "a password", 3),
    ".netrc": (".netrc", "machine example.org login me\npassword hunter2-9\n", "a password", 2),
    ".npmrc": (".npmrc", "//npm.example.org/:_authToken=8d1c4b7e\n", "a password", 1),
    ".pgpass": (".pgpass", "db:5432:main:me:hunter2-9\n", "a password", 1),
    ".git-credentials": (".git-credentials", "https://me:hunter2-9@github.com\n", "a password", 1),
    ".htpasswd": ("conf/.htpasswd", "me:$apr1$8sK2l1$qqq9sKxQ0l\n", "hashes of passwords", 1),
    ".env": ("src/foo/.env", "DEBUG=1\nAPI_KEY=8d1c4b7e90\n", "a password or key", 2),
    ".envrc": (".envrc", "use nix\nexport DB_PASSWORD='8d1c4b7e90'\n", "a password or key", 2),
    ".env.production": (".env.production", "DATABASE_URL=postgres://app:8d1c4b7e90@db/app\n", "a password", 1),
    "secrets.toml": ("secrets.toml", 'session_secret = "8d1c4b7e90"\n', "a password or key", 1),
    "secrets.yaml": ("secrets.yaml", "db:\n  password: 8d1c4b7e90\n", "a password or key", 2),
    "credentials.json": ("credentials.json", '{\n  "client_secret": "8d1c4b7e90"}\n', "a password or key", 2),
    "a key store of Java": ("release.jks", b"\xfe\xed\xfe\xed\0\0\0\2", "a store of keys or passwords", 1),
    "PKCS 12": ("me.p12", b"\x30\x82\x09\x01", "a store of keys or passwords", 1),
    "KeePass": ("team.kdbx", b"\x03\xd9\xa2\x9a\x67", "a store of keys or passwords", 1),
}

HARMLESS: dict[str, tuple[str, str | bytes]] = {
    "a certificate": ("cert.pem", private_key().replace("PRIVATE KEY", "CERTIFICATE")),
    "a public key": ("key.pem", private_key().replace("PRIVATE", "PUBLIC")),
    "a public key of SSH": ("id_ed25519.pub", f"ssh-ed25519 {word(68)} me@here\n"),
    "an empty .env": (".env", ""),
    "settings that are no secrets": (".env", "DEBUG=1\nKEYBOARD=qwerty-de\nPORT=8000\n"),
    "a reference": (".env", 'TOKEN=${GITHUB_TOKEN}\nAPI_KEY="$OTHER"\nPASSWORD=<your password>\n'),
    "a placeholder": (".env", "API_KEY=changeme\nPASSWORD=password\nTOKEN=xxxxxxxx\nSECRET_KEY=your-key-here\n"),
    "a template": (".env.example", "API_KEY=8d1c4b7e90\n"),
    "another template": (".env.production.template", "API_KEY=8d1c4b7e90\n"),
    "a .netrc without a password": (".netrc", "machine example.org login me\n"),
    "an .npmrc without a token": (".npmrc", "save-exact=true\n//npm.example.org/:_authToken=${NPM_TOKEN}\n"),
    "a parser of keys": (
        "src/foo/pem.py",
        'BEGIN = "-----BEGIN PRIVATE KEY-----"\nEND = "-----END PRIVATE KEY-----"\n\ndef parse(text): ...\n',
    ),
    "a pattern for keys": (
        "a.py",
        r"re.compile('-----BEGIN (RSA )?PRIVATE KEY-----(.*?)-----END (RSA )?PRIVATE KEY-----')",
    ),
    "an explanation of keys": (
        "README.md",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA...\n-----END RSA PRIVATE KEY-----\n",
    ),
    "a key of one letter": ("a.pem", f"-----BEGIN PRIVATE KEY-----\n{'M' * 640}\n-----END PRIVATE KEY-----\n"),
    "base64 that is no key": (
        "a.pem",
        f"-----BEGIN PRIVATE KEY-----\n{base64.b64encode(bytes(range(200))).decode()}\n-----END PRIVATE KEY-----\n",
    ),
    "the beginning of a key": ("a.pem", private_key()[:400]),
    "a token of X": ("a.py", f"ghp_{'x' * 36}"),
    "a token that is an example": ("a.py", f"pypi-AgEIcHlwaS5vcmcEXAMPLE{word(80)}"),
    "Amazon's own example": ("a.ini", "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    "a word that begins like one": ("a.py", f"npm_{word(50)} and my_ghp_{word(36)}"),
    "a hash": ("a.lock", f"sha256-{word(64, '0123456789abcdef')}"),
    "a list of users": (".htpasswd", "# users\n"),
    "Keynote": ("slides.key", b"PK\x03\x04" + bytes(40)),
    "a secrets module": ("secrets.py", 'password = "8d1c4b7e90"\n'),
}


def content(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_named_with_its_line(name: str) -> None:
    path, text, what, line = SECRETS[name]
    found = secret_in(path, content(text))
    assert found is not None
    assert (found.what, found.line) == (what, line)


@pytest.mark.parametrize("name", HARMLESS)
def test_what_only_looks_like_a_secret_is_none(name: str) -> None:
    path, text = HARMLESS[name]
    assert secret_in(path, content(text)) is None


def test_a_file_is_looked_at_as_far_as_its_beginning_goes() -> None:
    key = private_key().encode()
    assert secret_in("a.bin", b"\n" * (MOST - len(key)) + key) is not None
    assert secret_in("a.bin", b"\n" * MOST + key) is None


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("tests/certs/server.key", True),
        ("src/foo/testing/key.pem", True),
        ("docs/tls/key.pem", True),
        ("examples/a.py", True),
        ("src/foo/test_tls.py", True),
        ("README.md", True),
        ("src/foo/key.pem", False),
        ("latest/key.pem", False),
    ],
)
def test_what_was_made_to_be_shown_is_told_apart(path: str, shown: bool) -> None:
    assert is_for_show(path) is shown
