"""What is said of changes."""

from __future__ import annotations

import pytest

from atombuild.changes import How, told


@pytest.mark.parametrize(
    ("paths", "how", "total", "words"),
    [
        (["a"], [How.MODIFIED], 1, "changed: a"),
        (["a", "b", "c"], [How.REMOVED, How.ADDED, How.REMOVED], 3, "deleted: a, c; new: b"),
        (["a", "b"], [], 9, "changed: a, b and 7 more"),
        (["a", "b", "c"], [How.ADDED], 3, "new: a; changed: b, c"),
        ([], [], 3, " and 3 more"),
    ],
    ids=["one", "of each way", "how is not known", "how is known of some", "no names"],
)
def test_each_way_is_told_with_its_names(paths: list[str], how: list[How], total: int, words: str) -> None:
    assert told(paths, how, total, most=5) == words


def test_of_each_way_so_many_are_named_and_the_rest_is_counted() -> None:
    assert told(list("abcdef"), [How.ADDED] * 6, 8, most=2) == "new: a, b and 6 more"
