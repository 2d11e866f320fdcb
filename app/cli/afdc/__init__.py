"""Reads the station file of the US Alternative Fuels Data Center (AFDC).

Pure: a row of text becomes a station, or a refusal with its reason. What the file
leaves open is assumed, and every assumption is named.
"""

from app.cli.afdc.rows import COLUMNS, station_of

__all__ = ["COLUMNS", "station_of"]
