"""Pages: the list, one referral, a new one, the answer page, a partner's services."""
