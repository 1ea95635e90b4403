"""While an incident is being opened its kind is suggested, and nothing is chosen for anybody."""

import pytest
from flask.testing import FlaskClient

from crisis.incidents.hazards import suggested
from crisis.incidents.queries import holders, set_up
from crisis.kernel.database import reading
from crisis.people.model import Hazard
from crisis.policy import Duty, Rank
from tests import given
from tests.parts.pages import app, client

__all__ = ["app", "client"]


@pytest.mark.parametrize(
    ("title", "hazard"),
    [
        ("سيول تغلق الطريق الساحلي عند السدر", Hazard.FLOOD_WEATHER),
        ("والسيولُ تقطعُ الطُّرق", Hazard.FLOOD_WEATHER),
        ("توقف مجدول لبوابة الخدمات", Hazard.INFRASTRUCTURE),
        ("Rumeur sur l’eau potable", Hazard.WATER),
        ("GAS LEAK at the refinery", Hazard.INDUSTRIAL),
        ("Portal outage", Hazard.INFRASTRUCTURE),
        ("Floods in the east", Hazard.FLOOD_WEATHER),
        ("Cyberattack on the registry", Hazard.CYBER),
        ("وبالفيضانات تقطعت السبل", Hazard.FLOOD_WEATHER),
        ("تسرب غاز في المصنع", Hazard.INDUSTRIAL),
        ("Incendies de forêt", Hazard.FIRE),
        ("Firearms found at port", None),
        ("Fired workers protest", Hazard.SECURITY),
        ("Stormy debate", None),
        ("أزمة السيولة", None),
        ("تسرب أسئلة الامتحانات", None),
        ("Damages to be paid", None),
        ("اجتماع دوري", None),
        ("", None),
    ],
)
def test_a_title_suggests_the_kind_most_of_its_words_speak_of(
    title: str, hazard: Hazard | None
) -> None:
    assert suggested(title) == hazard


def test_the_team_is_counted_as_it_will_be_given(house: str) -> None:
    for rank in (Rank.MEMBER, Rank.AUDITOR):  # whoever only looks on is given no other duty
        given.a_person(ministry=given.the_centre(), rank=rank, standing_duty=Duty.DRAFTER)
    before = set_up(None, None, "ar").team

    incident = given.an_incident()

    with reading() as session:
        held = holders(session, [incident.id])[incident.id]
    assert before == 1
    assert [each.duty for each in held].count(Duty.DRAFTER) == before


def test_the_form_tells_what_it_suggests_and_what_opening_brings(client: FlaskClient) -> None:
    given.a_ministry("MWR", leads=[Hazard.FLOOD_WEATHER])
    given.a_ministry("MOI", leads=[Hazard.CYBER])
    given.signed_in(client, given.a_coordinator())

    def told(**typed: str) -> str:
        return client.get("/incidents/similar", query_string=typed).text

    assert 'data-hazard=""' in told(title="اجتماع", level="9", hazard="hail")
    floods = told(title="سيول", level="3")
    assert 'data-hazard="flood_weather"' in floods
    assert "MWR" in floods
    assert "30" in floods
    chosen = told(title="سيول", hazard="cyber")
    assert "MOI" in chosen
    assert "MWR" not in chosen

    # Without JavaScript: a form sent without a kind comes back with the suggestion in its place.
    sent = {"_form": "opening", "title": "سيول", "level": "2"}
    again = client.post("/incidents/new", data=sent)
    assert again.status_code == 422
    assert '<option value="flood_weather" selected>' in again.text
