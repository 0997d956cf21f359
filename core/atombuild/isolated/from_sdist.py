"""What goes wrong where a wheel is made from an sdist, told with places that are still there afterwards.

The sdist is unpacked elsewhere, and goes with the build. What is told is about that sdist, and points at the project's
own file where there is one: only there can anybody change something.
"""

from __future__ import annotations

import os
from pathlib import Path

from atombuild.errors import AtombuildError, BackendFailure, Location, SdistRejected, SourceRejected
from atombuild.isolated.description import Description

_FROM_THE_TREE = "or build the wheel from the tree, which needs no sdist: --sdist --wheel"


def not_a_source(error: SdistRejected, description: Description, published: Path) -> AtombuildError:
    """Return the error for an sdist that the project's own backend has just made, and that can't be unpacked.

    ``published`` is where it stands now, if it does.
    """
    what = f"no wheel can be made from the sdist {published.name}, since it can't be {error.doing}"
    own = description.root / error.member if error.member is not None else None
    if own is not None and os.path.lexists(own):
        return SourceRejected(what, hint=f"{error.hint}; {_FROM_THE_TREE}", where=Location(own), why=(error.why,))
    where = Location(published) if published.exists() else description.where
    hint = f"report it to the backend's maintainers, {_FROM_THE_TREE}"
    return BackendFailure(what, hint=hint, where=where, why=(error.why,))
