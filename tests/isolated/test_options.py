"""Config settings as they are given on the command line."""

from __future__ import annotations

import pytest

from atombuild.isolated.options import parse_config_settings


def test_a_key_that_is_given_again_has_all_its_values() -> None:
    items = ["a=1", "b=x=y", "a=2", "c=", "a=3"]
    assert parse_config_settings(items) == {"a": ["1", "2", "3"], "b": "x=y", "c": ""}


@pytest.mark.parametrize("item", ["a", "=1", ""])
def test_what_has_no_key_or_no_value_is_refused(item: str) -> None:
    with pytest.raises(ValueError, match=f"^{item}$"):
        parse_config_settings(["b=1", item])
