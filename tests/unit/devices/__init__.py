"""Tests: unit of the boxes."""
