"""What each status means for the output directory, for the help screen and the README."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from atombuild.status import Attempt, Standing, Status


@dataclass(frozen=True, slots=True)
class Meaning:
    """A status, and what a person finds in ``dist/`` under the artifact's name."""

    status: Status
    in_dist: str


MEANINGS: Final = (
    Meaning(Status(Attempt.SUCCEEDED, Standing.THIS_BUILD), "the whole file of the latest build"),
    Meaning(Status(Attempt.SUCCEEDED, Standing.THIS_BUILD, outdated=True), "that file, but your sources moved on"),
    Meaning(Status(Attempt.SUCCEEDED, Standing.OTHER), "a file that somebody else put there"),
    Meaning(Status(Attempt.SUCCEEDED, Standing.NEVER), "nothing: somebody deleted it"),
    Meaning(Status(Attempt.SUCCEEDED, Standing.UNSEEN), "nobody knows: the system refuses a look"),
    Meaning(Status(Attempt.QUEUED, Standing.NEVER), "nothing: the old one is removed, its turn comes"),
    Meaning(Status(Attempt.BUILDING, Standing.NEVER), "nothing until it is complete"),
    Meaning(Status(Attempt.FAILED, Standing.OLD_REMOVED), "nothing: no stale file poses as the new one"),
    Meaning(Status(Attempt.FAILED, Standing.NEVER), "nothing, as before"),
    Meaning(Status(Attempt.FAILED, Standing.OLD_KEPT), "the old file: the system refused to remove it"),
    Meaning(Status(Attempt.FAILED, Standing.OTHER), "a file that this build did not make"),
    Meaning(Status(Attempt.FAILED, Standing.UNKNOWN), "what was there: the project never said the name"),
    Meaning(Status(Attempt.NOT_REACHED, Standing.OLD_REMOVED), "nothing: an earlier step failed"),
    Meaning(Status(Attempt.NOT_REACHED, Standing.NEVER), "nothing, as before: an earlier step failed"),
    Meaning(Status(Attempt.CANCELLED, Standing.OLD_REMOVED), "nothing: you stopped the build"),
    Meaning(Status(Attempt.CANCELLED, Standing.NEVER), "nothing, as before: you stopped the build"),
    Meaning(Status(Attempt.INTERRUPTED, Standing.OLD_REMOVED), "nothing: the builder died, found at the next start"),
    Meaning(Status(Attempt.NOT_ATTEMPTED, Standing.NEVER), "nothing yet"),
    Meaning(Status(Attempt.NOT_ATTEMPTED, Standing.OTHER), "a file from before, not ours"),
)
