"""Places by name: offline from the atlas, or from an address service by setting."""
