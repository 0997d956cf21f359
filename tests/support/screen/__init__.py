"""What the tests of the screen share: an engine that plays a script, scenes for it, and the gallery."""
