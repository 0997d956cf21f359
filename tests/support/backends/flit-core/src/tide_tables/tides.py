"""Two of them a day, a little later each."""

from tide_tables.harbour import Harbour

HALF_DAY = 12.42


def high_waters(harbour: Harbour, hours: float) -> list[float]:
    count = int(max(0.0, hours - harbour.delay_hours) // HALF_DAY) + 1
    return [harbour.delay_hours + number * HALF_DAY for number in range(count)]
