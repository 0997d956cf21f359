"""What holds for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from atombuild.folders import CACHE_VARIABLE

for _name in ("default", "ci"):  # how long an example takes says how busy the machine is, and nothing of the product
    settings.register_profile(
        _name, settings.get_profile(_name), deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
settings.load_profile(settings.get_current_profile_name())


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep build environments apart from those of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(tmp_path_factory.mktemp("cache")))
        yield
