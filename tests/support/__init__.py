"""What several layers of tests need: projects to build, projects that fail on purpose, listeners that remember."""
