from orrery import PLANETS


def test_after_one_year_a_planet_is_back() -> None:
    assert all(round(planet.angle(planet.year), 6) in (0.0, 360.0) for planet in PLANETS)
