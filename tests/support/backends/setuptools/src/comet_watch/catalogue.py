"""The comets that are known, from the file beside this one."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class Comet:
    name: str
    years: float


def comets() -> list[Comet]:
    text = files("comet_watch").joinpath("data/comets.csv").read_text(encoding="utf-8")
    return [Comet(row["name"], float(row["years"])) for row in csv.DictReader(text.splitlines())]
