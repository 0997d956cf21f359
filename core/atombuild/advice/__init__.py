"""Advice: what all findings have in common, whoever builds the project.

:mod:`atombuild.native.advice` tells what it finds in a project's settings and files before anything is built,
:mod:`atombuild.isolated.advice` what it finds in artifacts that another backend made.
"""
