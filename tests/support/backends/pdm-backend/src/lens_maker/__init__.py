"""What a lens does to light."""

from lens_maker.equation import focal_length
from lens_maker.glass import Glass

__all__ = ["Glass", "focal_length"]
