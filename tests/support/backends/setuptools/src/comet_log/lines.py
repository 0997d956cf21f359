"""Lines, one for each sighting."""


class Log:
    def __init__(self) -> None:
        self._lines: list[str] = []

    def note(self, line: str) -> None:
        self._lines.append(line)

    def text(self) -> str:
        return "".join(self._lines)
