"""Pure shared words: money, time, slots, places, codes, errors and events.

Standard library only. Nothing here knows Flask, the database or the clock.
"""
