"""Pages around accounts: own profile, team, keys, oversight."""
