# Not in pyproject.toml, where setuptools calls the key for extensions an experiment.
from setuptools import Extension, setup

KEPLER = Extension("quick_orbit._kepler", ["src/quick_orbit/_kepler.c"], depends=["src/quick_orbit/steps.h"])

setup(ext_modules=[KEPLER])
