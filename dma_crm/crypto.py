"""Secrets at rest: the first of ENCRYPTION_KEYS encrypts, all of them decrypt."""

import functools
import hashlib
import hmac

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])


def encrypt(text: str) -> str:
    return _fernet().encrypt(text.encode()).decode()


def decrypt(text: str) -> str:
    """Raises cryptography.fernet.InvalidToken when no key fits."""
    return _fernet().decrypt(text.encode()).decode()


def keyed_digest(purpose: str, text: str) -> str:
    """HMAC-SHA-256 in hex under a key of its own per purpose."""
    return hmac.digest(key_for(purpose, settings.SECRET_KEY), text.encode(), "sha256").hex()


@functools.lru_cache
def key_for(purpose: str, secret: str) -> bytes:
    return hashlib.sha256(f"{purpose}\0{secret}".encode()).digest()
