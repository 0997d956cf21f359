"""Commands of the project that are run when a build is over, and only once their reader allowed them.

allowed    which commands may run for which project, as its reader said
command    the command with the paths of the artifacts in place
runner     runs it beside the builds, and ends it before the next one
"""
