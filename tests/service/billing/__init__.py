"""Tests (service) of billing."""
