"""The script that runs in a process of its own."""
