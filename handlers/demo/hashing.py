"""Personal codes as argon2 hashes, checked with the same work whether or not there is somebody to check.

Rule: the cost is low on purpose (1 MiB, one pass: about a millisecond), because the demo fills hundreds of invented people at
once; a real information system takes its library's defaults. A stored hash names its own cost, so raising these is safe.
"""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

TIME_COST = 1
MEMORY_KIB = 1024
MAX_CODE = 64


class CodeHasher:
    """Hashes codes and checks them."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=1)
        self._nobody = self.hash("nobody has this code")

    def hash(self, code: str) -> str:
        return self._hasher.hash(code)

    def right(self, code_hash: str | None, code: str) -> bool:
        """Whether the code is right; without a hash the same work is done on nobody's, and the answer is no."""
        try:
            self._hasher.verify(self._nobody if code_hash is None else code_hash, code[:MAX_CODE])
        except (VerificationError, InvalidHashError):
            return False
        return code_hash is not None
