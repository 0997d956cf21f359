"""What artifacts hold, read back from their files: nobody's word is taken for it.

contents     the members, metadata and entry points of one artifact
text         one member, as text or as what it is instead
difference   what is in one artifact and not in another
keepsakes    copies of the last two successes, since the artifact itself falls before each build
"""
