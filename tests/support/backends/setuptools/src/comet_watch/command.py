"""The command."""

import sys

from comet_log import Log

from comet_watch.catalogue import comets


def main() -> None:
    log = Log()
    for comet in sorted(comets(), key=lambda comet: comet.years):
        log.note(f"{comet.name}: every {comet.years:g} years\n")
    sys.stdout.write(log.text())
