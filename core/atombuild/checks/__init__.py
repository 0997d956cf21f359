"""Checks that somebody asks for: do sdist and wheel agree, is the build the same again, does the wheel install.

They run beside the builds, in a thread of their own, and never touch the output directory.
"""
