"""Glue between Flask and the rooms: rendering, errors, headers, limits, files."""
