"""What a box may say and what it may be told: parsing, signing and matching rules.

Pure values in, pure values out; the broker, the tables and the clock live elsewhere.
"""
