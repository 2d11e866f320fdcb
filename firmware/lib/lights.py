"""What the two LEDs mean, as functions of the time; the README has the table."""


def network_light(online, paired, identify, mono):
    """Steady: the server hears us. Slow blink: no connection. Fast: it's me."""
    if identify:
        return mono % 200 < 100
    if online:
        # A short wink every two seconds asks for pairing.
        return paired or mono % 2000 >= 150
    return mono % 2000 < 1000


def plug_light(status, identify, mono):
    """Off: free. Steady: open or waiting. Breathing: charging. Double: fault."""
    if identify:
        return mono % 200 >= 100
    if status == "Available":
        return False
    if status == "Charging":
        return mono % 3000 < 2000
    if status == "Faulted":
        return mono % 1000 < 100 or 200 <= mono % 1000 < 300
    return True
