"""The assembly: command line, window, document, commands. Widgets show, the engine knows, this package wires.

cli         the command line; imports Qt for the window and for pictures only
places      where a person's files are kept
document    the open project, undo, saving, recovery
commands    everything the menus, keys and the finder can do
window      the main window: top bar, pages, status bar
build, data, train, test, export   one presenter per page: values in, wishes out
peeking     the Sample overlay: a real item flows through, every layer shows what it makes of it
helper      the warm helper process, asked from Qt
crash       what happens to an exception that nobody expected
"""
