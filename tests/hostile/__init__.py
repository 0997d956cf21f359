"""Everything hostile that ever came in, each with its door, its words and its exit status.

``python -m tests.hostile`` prints how many there are and how many were let through.
"""
