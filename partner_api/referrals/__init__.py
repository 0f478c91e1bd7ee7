"""Referrals as partners' systems read, answer and send them."""
