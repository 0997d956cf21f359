"""The screen in a browser: on this machine only, behind a token, one view at a time.

guard     who may talk to the server
server    the pages, the socket, and whose turn it is
child     the app as the server starts it, and ends it
voice     what the server's libraries and the app say in the terminal
"""
