"""Times that their owner has to give, in a browser."""
