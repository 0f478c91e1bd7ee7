"""Pages of introductions: the advisor's, and the one behind a mail link."""
