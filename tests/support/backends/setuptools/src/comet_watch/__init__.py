"""Which comet comes back next."""

from comet_watch.catalogue import Comet, comets

__all__ = ["Comet", "comets"]
