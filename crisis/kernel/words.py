"""A sentence that can still be said in any language, and what is put into it set apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True, eq=True)
class Message:
    """An English sentence with `{name}` places, and what fills them: a plain value, a message, or
    one text in several languages (`{"ar": …, "en": …, "fr": …}`).

    The inside of the product speaks in messages; a door says them in its reader's language
    (`crisis.web.locale.say`). `str()` gives the English sentence, for logs and the command line.
    """

    msgid: str
    params: dict[str, Any] = field(default_factory=dict)
    plural_id: str | None = None

    def __init__(self, msgid: str, /, **params: Any) -> None:
        object.__setattr__(self, "msgid", msgid)
        object.__setattr__(self, "params", params)
        object.__setattr__(self, "plural_id", None)

    @classmethod
    def plural(cls, singular: str, plural: str, /, *, n: int, **params: Any) -> Self:
        """A sentence that depends on a number; `{n}` is that number."""
        message = cls(singular, n=n, **params)
        object.__setattr__(message, "plural_id", plural)
        return message

    def filled(self, **params: Any) -> Message:
        """The same sentence with these places filled as well."""
        message = Message(self.msgid, **(self.params | params))
        object.__setattr__(message, "plural_id", self.plural_id)
        return message

    def __hash__(self) -> int:
        return hash((self.msgid, self.plural_id, tuple(sorted(map(repr, self.params.items())))))

    def __str__(self) -> str:
        one = self.plural_id is None or self.params["n"] == 1
        told = {
            name: value["en"] if isinstance(value, Mapping) else value
            for name, value in self.params.items()
        }
        return (self.msgid if one else str(self.plural_id)).format_map(told)


def isolated(text: str) -> str:
    """`text` between U+2068 and U+2069, once, so that it does not reorder what stands beside it."""
    return text if "\u2068" in text else f"\u2068{text}\u2069"
