"""Lets CPython run the library in tests; on the chip `micropython` is built in."""


def const(value):
    """Return the value; MicroPython's compiler puts it straight into the code."""
    return value
