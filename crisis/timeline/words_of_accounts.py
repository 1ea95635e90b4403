"""How the log of the office tells who signs in, and what they change of their own access."""

from collections.abc import Mapping
from typing import Final

from crisis.kernel.words import Message, isolated
from crisis.timeline import terms
from crisis.timeline.naming import Naming
from crisis.timeline.telling import Facts, Telling, named, plain


def _signed_in(facts: Facts, _names: Naming) -> Message:
    return Message("Signed in with {proof}.", proof=_PROOF[facts["proof"]])


def _signed_out(facts: Facts, _names: Naming) -> Message:
    if facts["sign_in_id"] is None and facts.get("kept_id"):
        return Message("Signed out everywhere else.")
    if facts["sign_in_id"] is None:
        return Message("Signed out everywhere.")
    return Message("Signed out.")


def _language(facts: Facts, _names: Naming) -> Message:
    language = isolated(terms.LANGUAGE[facts["language"]])
    return Message("Reads Nasaq in {language} now.", language=language)


def _account(sentence: Message, icon: str = "key-round") -> Telling:
    return Telling(icon, Message("Account"), plain(sentence), tone="system")


_PROOF: Final = {
    "password": Message("a password"),
    "code": Message("a password and a code"),
    "recovery": Message("a password and a recovery code"),
    "persona": Message("the demo entry"),
}


TOLD: Final[Mapping[str, Telling]] = {
    "person.language_chosen": Telling("languages", Message("Account"), _language, tone="system"),
    "account.signed_in": Telling("key-round", Message("Account"), _signed_in, tone="system"),
    "account.signed_out": Telling("log-out", Message("Account"), _signed_out, tone="system"),
    "account.password_changed": _account(Message("The password was changed.")),
    "account.second_step_enabled": _account(Message("The second step was switched on.")),
    "account.second_step_disabled": _account(Message("The second step was switched off.")),
    "account.recovery_codes_made": _account(Message("New recovery codes were made.")),
    "account.reset_link_made": Telling(
        "key-round",
        Message("Account"),
        named(Message("A link to set the password of {name} was made."), "person"),
        tone="system",
    ),
    "account.reset_link_used": _account(Message("The password was set by a link.")),
    "account.preferences_chosen": _account(Message("The preferences were changed."), "settings"),
}
