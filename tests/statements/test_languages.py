"""Which languages a statement speaks is chosen with one press, whatever stands in the others."""

import pytest
from flask.testing import FlaskClient

from crisis.kernel.errors import Invalid
from crisis.policy import Duty
from crisis.statements.content import Type, paragraphs_of
from crisis.statements.forms import EditForm
from tests import given

pytestmark = pytest.mark.slow

PREPARED = {
    "based_on": 1,
    "type": Type.PRESS_RELEASE,
    "title_en": "Advice",
    "ar": ["ابتعدوا عن الوادي.", "اتصلوا بنا."],
    "en": ["Stay away from the wadi.", "Call [number]."],
    "fr": ["Éloignez-vous de l’oued.", "Appelez [numéro]."],
}


def test_what_is_left_out_is_not_taken_and_the_rest_is_as_written() -> None:
    sent = EditForm.model_validate({**PREPARED, "left_out": ["en", "fr"]}).content("UTC")
    assert sent.languages == ("ar",)
    assert (sent.titles, sent.bodies["ar"]) == (
        {},
        paragraphs_of("ابتعدوا عن الوادي.\nاتصلوا بنا."),
    )
    whole = EditForm.model_validate({**PREPARED, "left_out": []}).content("UTC")
    assert whole.languages == ("ar", "en", "fr")


def test_a_statement_speaks_at_least_one_language() -> None:
    with pytest.raises(Invalid, check=lambda error: "left_out" in error.fields):
        EditForm.model_validate({**PREPARED, "left_out": ["fr", "ar", "en"]}).content("UTC")
    nothing = {"based_on": 1, "type": Type.UPDATE}
    assert EditForm.model_validate(nothing).content("UTC").languages == ()


def test_the_editor_leaves_a_language_out_and_takes_it_up_again(
    client: FlaskClient,
) -> None:
    incident = given.an_incident()
    drafter = given.someone(Duty.DRAFTER, on=incident)
    statement = given.a_statement(on=incident, by=drafter)
    address = f"/i/{incident.ref}/statements/{statement.number}"
    client.set_cookie("lang", "en")
    here = given.signed_in(client, given.actor(drafter.id))

    def save(**more: object) -> int:
        form = {**PREPARED, "based_on": given.statement(statement.id).revision, **more}
        return here.post(address, data=form).status_code

    assert save() == 303
    assert given.statement(statement.id).content.languages == ("ar", "en", "fr")
    assert save(left_out=["en", "fr"]) == 303
    assert given.statement(statement.id).content.languages == ("ar",)
    page = here.get(address).text
    assert page.count("not in this statement") == 2
    assert save(left_out=["fr"]) == 303
    assert given.statement(statement.id).content.languages == ("ar", "en")
    assert save(left_out=["ar", "en", "fr"]) == 422
    assert given.statement(statement.id).content.languages == ("ar", "en")
