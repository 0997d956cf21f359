"""The help explains every status that a screen can show."""

from __future__ import annotations

from itertools import product

from atombuild.status import Attempt, Standing, Status
from atombuild_tui.meanings import MEANINGS


def test_no_status_is_explained_twice() -> None:
    words = [meaning.status.words for meaning in MEANINGS]
    assert len(words) == len(set(words))


def test_every_opening_of_a_status_is_explained() -> None:
    every = {Status(*facts).words for facts in product(Attempt, Standing, (False, True))}
    explained = {meaning.status.words for meaning in MEANINGS}
    assert explained <= every
    # The endings mean the same after every opening; each opening and each ending must be there once.
    assert {words.split(", ")[0] for words in every} == {words.split(", ")[0] for words in explained}
    assert {words.partition(", ")[2] for words in every} == {words.partition(", ")[2] for words in explained}
