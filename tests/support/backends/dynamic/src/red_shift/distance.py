"""Hubble's law."""

LIGHT = 299_792.458
HUBBLE = 70.0


def megaparsecs(shift: float) -> float:
    return shift * LIGHT / HUBBLE
