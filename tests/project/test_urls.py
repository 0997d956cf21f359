"""The texts are the ones that uv publishes for the same requirement; ``tests/differential`` compares them with uv's."""

from __future__ import annotations

import pytest

from atombuild.project.urls import public_url
from atombuild.project.versions import Refused
from support.urls import PUBLIC, REFUSED


@pytest.mark.parametrize(("url", "expected"), PUBLIC.items())
def test_a_url_is_published_in_its_normal_form(url: str, expected: str) -> None:
    assert public_url(url) == expected


@pytest.mark.parametrize(("url", "words"), REFUSED.items())
def test_what_is_no_url_is_refused(url: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        public_url(url)


def test_a_variable_stays_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x")
    assert public_url("https://${SECRET}/a?${SECRET}") == "https://${secret}/a?${SECRET}"
