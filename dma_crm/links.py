"""Rows that a link in a mail opens, without a login."""

import base64
import hashlib

from django.db import models

from dma_crm.crypto import keyed_digest
from dma_crm.models import Record, new_id

TOKEN_BYTES = 16


class TokenBearer(Record):
    """A row that a mail link opens without a login.

    The token is derived from the row's id under a secret key, so a mail that is sent again
    carries the same link; the table keeps its SHA-256 only.
    """

    LINK_PURPOSE: str

    token_hash = models.CharField(max_length=64, unique=True)

    class Meta:
        abstract = True

    @classmethod
    def bearing(cls, *, at, **fields):
        """An unsaved row with its token set; insert it in the transaction of what it is for."""
        row = cls(id=new_id(), created_at=at, modified_at=at, **fields)
        row.token_hash = cls.hash_of(row.token)
        return row

    @property
    def token(self) -> str:
        """128 bits, URL-safe."""
        digest = bytes.fromhex(keyed_digest(self.LINK_PURPOSE, str(self.pk)))[:TOKEN_BYTES]
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    @staticmethod
    def hash_of(token: str) -> str:
        return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()

    @classmethod
    def behind(cls, token: str):
        """The row any link ever mailed belongs to, also one that no longer opens; or None."""
        return cls._default_manager.filter(token_hash=cls.hash_of(token)).first()
