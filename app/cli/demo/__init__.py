"""The demo world: people, chargers, boxes and weeks of bookings, made by use cases."""
