"""Advice for authors of packages: what uv_build builds without a word, or with a mere warning, and should not."""
