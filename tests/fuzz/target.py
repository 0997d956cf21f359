"""A target: one thing that takes what comes from outside, and what must hold of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from fuzz.choices import Choices
from fuzz.material import mutated
from fuzz.oracle import Broken, Playground, TooSlow, within

Attempt = Callable[[Choices, Playground], None]
"""Makes something of the choices, gives it to the code, and raises if anything does not hold."""


@dataclass(frozen=True)
class Target:
    """One thing to be fuzzed."""

    name: str
    attempt: Attempt
    examples: int
    """In a test run; at length there is no end."""

    on_disk: bool = True
    """It writes: the playground is emptied before, and looked over after."""

    sample: Callable[[Choices], bytes] | None = None
    """Makes an input that leads far. A target that has it parses its bytes as they come: coverage leads further there
    than chance, and chance further from a sample than from nothing."""

    size: int = 400
    """Bytes that a usual input takes."""

    seconds: float = 5.0
    """Of the processor's time, for one input."""

    def run(self, data: bytes, playground: Playground) -> None:
        """Make one attempt. Raises whatever is wrong."""
        if self.on_disk:
            playground.clean()
        try:
            with within(self.seconds):
                self.attempt(Choices(data), playground)
        except TooSlow as error:
            raise Broken(f"too slow: {error}") from error
        if self.on_disk:
            playground.check()

    @property
    def by_bytes(self) -> bool:
        """Its bytes are parsed as they come."""
        return self.sample is not None

    def data(self, seed: int) -> bytes:
        """Return the input of a seed: mostly of the usual size, some short, some with long runs of simple choices."""
        chance = random.Random(seed)
        if self.sample is not None and chance.randrange(4):
            choices = Choices(chance.randbytes(3000))
            return mutated(choices, self.sample(choices), most=6)
        data = bytearray(chance.randbytes(chance.choice((self.size // 8, self.size, self.size, self.size * 3))))
        for _ in range(chance.choice((0, 0, 1, 3))):
            at = chance.randrange(len(data) + 1)
            data[at : at + 40] = bytes(len(data[at : at + 40]))
        return bytes(data)
