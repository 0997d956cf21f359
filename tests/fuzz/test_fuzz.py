"""Every target for a moment: a fair number of inputs in each test run. ``python -m tests.fuzz`` goes on for hours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.oracle import Playground
from fuzz.target import Target
from fuzz.targets import TARGETS


@pytest.fixture(scope="module")
def playground() -> Iterator[Playground]:
    with Playground() as made:
        yield made


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_whatever_comes_from_outside_does_no_harm(playground: Playground, target: Target) -> None:
    @settings(max_examples=target.examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.integers(0, 2**48 - 1).map(target.data) | st.binary(min_size=target.size, max_size=target.size))
    def hold(data: bytes) -> None:
        target.run(data, playground)

    hold()
