"""Plan and run: what is built, in which order, and how an attempt ends.

What a distribution is made of is the business of a :class:`BuildableProject` (:mod:`atombuild.native` today); when to
build, of the session; how a file gets its name, of :mod:`atombuild.publish`. This package puts them in order.
"""

from __future__ import annotations

from atombuild.builder.attempt import UNUSABLE, run
from atombuild.builder.plan import Order, Plan, Result
from atombuild.builder.remains import UNFINISHED, was_built_here
from atombuild.builder.seams import AttemptListener, BuildableProject, Content, Records

__all__ = [
    "UNFINISHED",
    "UNUSABLE",
    "AttemptListener",
    "BuildableProject",
    "Content",
    "Order",
    "Plan",
    "Records",
    "Result",
    "run",
    "was_built_here",
]
