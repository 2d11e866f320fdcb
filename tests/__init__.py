"""Tests of the product, sorted by what they need."""
