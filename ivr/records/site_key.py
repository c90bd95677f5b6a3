"""The site's own key: what is hashed with it cannot be recomputed elsewhere, what is sealed with it is read here only.

Rule: the file is made once, readable by its owner alone; without it old hashes mean nothing any more, which is how they end.
"""

import base64
import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

KEY_BYTES = 32


class SiteKeyError(Exception):
    """The key file is not one, or somebody else could read it."""


class SiteKey:
    """Hashes and seals, each purpose with a key derived from the site's."""

    def __init__(self, key: bytes) -> None:
        if len(key) < KEY_BYTES:
            raise SiteKeyError(f"a site key has {KEY_BYTES} bytes at least")
        self._caller = self._derived(key, "caller")
        self._identifier = self._derived(key, "identifier")
        self._seal = Fernet(base64.urlsafe_b64encode(self._derived(key, "seal")))

    def caller_hash(self, number: str) -> str:
        """A caller's number as 32 hexadecimal digits; empty for a withheld number."""
        return self._hash(self._caller, _dialable(number)) if number else ""

    def identifier_hash(self, identifier: str) -> str:
        """What a caller says she is, as 32 hexadecimal digits."""
        return self._hash(self._identifier, identifier)

    def seal(self, text: str) -> str:
        """Encrypted and authenticated, as ASCII."""
        return self._seal.encrypt(text.encode()).decode("ascii")

    def unseal(self, token: str) -> str:
        """What was sealed here. Raises SiteKeyError."""
        try:
            return self._seal.decrypt(token.encode()).decode()
        except InvalidToken:
            raise SiteKeyError("sealed with another key") from None

    @staticmethod
    def _derived(key: bytes, purpose: str) -> bytes:
        return hmac.digest(key, f"guichet/{purpose}".encode(), "sha256")

    @staticmethod
    def _hash(key: bytes, text: str) -> str:
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=key, digest_size=16).hexdigest()


def load_site_key(path: Path) -> SiteKey:
    """The key of a file that is made (mode 0600) where there is none; processes that start at once agree on one.

    Raises SiteKeyError, or OSError where the folder cannot be written.
    """
    try:
        return SiteKey(_read(path))
    except FileNotFoundError:
        _create(path)
        return SiteKey(_read(path))


def _read(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise SiteKeyError(f"{path} can be read by others: chmod 600 {path}")
    try:
        return bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError:
        raise SiteKeyError(f"{path} holds no site key") from None


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".site-key-")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A link fails where a name is taken: the first process wins, whole or not at all.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)


def _dialable(number: str) -> str:
    """One caller, however the network writes the number: 0199000001, +33199000001 and 0033199000001 are the same."""
    digits = "".join(character for character in number if character in "0123456789+")
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if digits.startswith("0"):
        digits = "+33" + digits[1:]
    return digits or number
