"""From the bytes of one file to what it says, cached by content."""
