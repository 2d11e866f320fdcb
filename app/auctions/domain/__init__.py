"""The rules of the auction; pure, in whole 1/1000 minor units."""
