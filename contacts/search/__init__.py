"""Finding people, startups and partners by any spelling of their names."""
