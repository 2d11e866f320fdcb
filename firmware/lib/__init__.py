"""The portable part of the box: protocol, journal, lock and session rules.

It knows no pin and no radio, and runs under MicroPython and CPython alike.
"""
