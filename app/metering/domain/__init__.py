"""The rules of metering: who may open a lock, what flowed, and what it costs."""
