"""Workspaces as uv has them: which one a project belongs to, its members, and where their requirements come from."""
