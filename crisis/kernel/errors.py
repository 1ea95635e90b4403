"""The four ways a command can say no. Doors translate them; nobody else catches them."""

from collections.abc import Mapping

from crisis.kernel.words import Message


class Refusal(Exception):
    """Something the person asked for did not happen, and why, fit to show.

    `code` is stable: tests, the API and the replay know a refusal by it.
    """

    default_code = "refused"

    def __init__(self, message: Message, *, code: str | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.code = code or self.default_code


class NotFound(Refusal):
    """There is no such thing, or none that this person may know of."""

    default_code = "not_found"


class Forbidden(Refusal):
    """The person may see it, and has not the duty or rank that this act needs."""

    default_code = "forbidden"

    def __init__(self, message: Message, *, code: str | None = None, needs: str = "") -> None:
        """`needs` names the action that was asked for, where its right is what is missing."""
        super().__init__(message, code=code)
        self.needs = needs


class Conflict(Refusal):
    """The act makes no sense now: wrong state, stale version, already done."""

    default_code = "conflict"


class Invalid(Refusal):
    """The words or numbers given are not acceptable; `fields` says which and why."""

    default_code = "invalid"

    def __init__(
        self,
        message: Message,
        *,
        code: str | None = None,
        fields: Mapping[str, Message] | None = None,
    ) -> None:
        super().__init__(message, code=code)
        self.fields = dict(fields or {})
