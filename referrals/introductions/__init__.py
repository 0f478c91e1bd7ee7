"""Introductions (Kontaktvermittlung): two people agree by mail link, then one notice joins them."""
