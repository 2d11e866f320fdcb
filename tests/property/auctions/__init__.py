"""Tests: property of auctions."""
