"""Pages of people, ventures, partners and what is planned with them."""
