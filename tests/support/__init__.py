"""What several layers of tests need: projects to build, recipes that fail on purpose, desks that listen."""
