"""Tests of the glue between Flask and the rooms."""
