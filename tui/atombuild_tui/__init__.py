"""atombuild-tui: the screen in front of :mod:`atombuild`. It knows events and commands, never the builder."""
