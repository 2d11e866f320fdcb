"""Tests: web of auctions."""
