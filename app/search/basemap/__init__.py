"""The built-in base map: tiles drawn from the atlas as SVG."""
