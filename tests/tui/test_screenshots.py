"""The pictures that the README shows are what the app looks like.

python -m pytest tests/tui/test_screenshots.py --remake-screenshots
"""

from __future__ import annotations

import pytest

from support.screen.gallery import FOLDER, PICTURES, Picture, shoot
from support.screen.story import Story, tell


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return tell(tmp_path_factory.mktemp("story"))


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
async def test_picture_shows_the_app_as_it_is(picture: Picture, story: Story, request: pytest.FixtureRequest) -> None:
    svg = await shoot(picture, story)
    path = FOLDER / f"{picture.name}.svg"
    if request.config.getoption("--remake-screenshots"):
        path.write_text(svg, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == svg, "the app looks different now: look at it, and remake the pictures"


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_picture_needs_nothing_from_elsewhere(picture: Picture) -> None:
    svg = (FOLDER / f"{picture.name}.svg").read_text(encoding="utf-8")
    assert "url(http" not in svg
    assert "@font-face" not in svg


def test_no_picture_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.svg")} == {picture.name for picture in PICTURES}
