"""The only exception that a user of dsmrforge sees."""

from typing import Any


class ForgeError(Exception):
    """What went wrong (one line) and what to do about it (one line).

    ``exit_code`` is the command's exit status: 1 failed, 2 wrong settings or usage.
    """

    def __init__(self, message: str, hint: str = "", *, exit_code: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code

    def document(self) -> dict[str, Any]:
        """What ``--json`` prints below ``error``."""
        return {"message": self.message, "hint": self.hint}
