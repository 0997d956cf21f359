"""What runs in a build environment and not in ours: scripts without any import of atombuild.

They are given to the environment's interpreter by their path, which may be an older Python than ours.
"""
