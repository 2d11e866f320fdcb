"""Tests: unit of auctions."""
