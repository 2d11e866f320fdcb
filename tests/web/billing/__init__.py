"""Tests (web) of billing."""
