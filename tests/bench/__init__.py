"""How fast a rebuild is, side by side with what people would run instead: ``python -m tests.bench``."""
