"""Where a partner's system is told of changes, managed by that system itself."""
