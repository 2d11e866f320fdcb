"""Runs first on the chip: nothing may be switched on before main.py decides it."""

import sys

if sys.platform == "esp32":
    from board.esp32 import make_safe

    make_safe()
