"""Pages of the advisor's desk."""
