"""Starts the box, on the chip or on a computer, and starts it again if it fails."""

import asyncio
import gc
import sys
import time


def make_board():
    """Return the board this interpreter runs on, and the settings given to it."""
    if sys.platform == "esp32":
        from board.esp32 import Board

        return Board(), {}
    import os

    here = __file__.rpartition("/")[0] or "."
    built = here + "/../build/firmware"
    # As on the chip, compiled modules run: compiling takes more memory than a box has.
    python = sys.executable.rpartition("/")[0] + "/python "
    if os.system(python + here + "/build.py"):
        raise SystemExit("the firmware could not be compiled")
    sys.path.insert(0, built)
    from board.host import start

    return start(sys.argv[1:])


def main():
    """Boot again and again; a failure opens the contactor and is printed."""
    # Collect often: what lives long then lies low, and large pieces stay free.
    gc.threshold(2048)
    board, overrides = make_board()
    from lib.app import App

    while True:
        gc.collect()
        try:
            asyncio.run(App(board, overrides).run())
        except KeyboardInterrupt:
            board.contactor(False)
            return
        except Exception as error:
            board.contactor(False)
            sys.print_exception(error)
        board.restarted()
        time.sleep(1)
        asyncio.new_event_loop()


main()
