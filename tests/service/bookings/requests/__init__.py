"""Times that their owner has to give."""
