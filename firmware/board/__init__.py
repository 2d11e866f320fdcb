"""The boards the firmware runs on. Only these files know pins, radio and flash."""
