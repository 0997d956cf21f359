"""The parts of the main screen. Each renders values of :mod:`atombuild_tui.state`; none knows the engine."""
