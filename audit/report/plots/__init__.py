"""Where the parts of a plot lie, in pixels; templates draw them as SVG."""
