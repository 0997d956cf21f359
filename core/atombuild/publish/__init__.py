"""The publish protocol: how a file gets, and loses, an artifact's final name.

Nothing else in the project deletes, creates or renames anything in the output directory.

    open ──► lock ──► sweep ──► ledger: attempt starts ──► remove every target ──► sync directory
                                                                │ refused                │
                                                                ▼                        ▼
                                                  old one still there, no build    stage (a hidden or
                                                                                   nameless temporary)
                                                                                         │ write all, compare the
                                                                                         │ size, sync, close
                                                                                         ▼
       temporary removed ◄──── any error, cancellation ◄─────────────────────────────  sealed
                                                                                         │ ledger: about to publish
                                                                                         ▼
                                              published ◄── sync directory ◄── link to the final name, never over
                                                  │                            something that stands there
                                                  ▼
                                          ledger: succeeded ──► only now is it said

What may stand at the final name if the process dies after each step:

    killed after                     SIGKILL               power loss
    lock, sweep                      old                   old
    removal                          absent                old or absent
    sync of the removal              absent                absent
    temporary partly written         absent (+ temporary)  absent (+ temporary)
    link                             new, whole            absent or new, whole
    last sync                        new, whole            new, whole

Never: partial bytes at a final name.

:class:`OutputDirectory` is the door; :mod:`.system` is the seam to the operating system, with :mod:`.posix` and
:mod:`.windows` behind it.
"""

from __future__ import annotations

from atombuild.publish.directory import OutputDirectory, Removal
from atombuild.publish.identity import Identity
from atombuild.publish.lock import Holder
from atombuild.publish.names import GITIGNORE, HISTORY, LEDGER, LOCK, is_ours
from atombuild.publish.staged import Published, Sealed, Staged

__all__ = [
    "GITIGNORE",
    "HISTORY",
    "LEDGER",
    "LOCK",
    "Holder",
    "Identity",
    "OutputDirectory",
    "Published",
    "Removal",
    "Sealed",
    "Staged",
    "is_ours",
]
