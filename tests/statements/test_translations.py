"""A translation whose original changed is named, paragraph by paragraph, until it is put right."""

from crisis.kernel.errors import Conflict
from crisis.policy import Actor, Duty
from crisis.statements.commands.writing import edit_statement
from crisis.statements.content import Content, Type, paragraphs_of
from crisis.statements.model.slots import SlotSpec
from crisis.statements.model.statement import Statement
from tests import given
from tests.parts.refusals import refused

ROLE = SlotSpec(duties=(Duty.DIRECTOR,))


def _text(ar: str, en: str, title: str = "توجيه") -> Content:
    return Content(
        Type.PRESS_RELEASE,
        titles={"ar": title, "en": "Notice"},
        bodies={"ar": paragraphs_of(ar), "en": paragraphs_of(en)},
    )


class Writing:
    """A statement in two languages, and whoever writes it."""

    def __init__(self, ar: str, en: str) -> None:
        incident = given.an_incident()
        self.by: Actor = given.someone(Duty.DRAFTER, on=incident)
        self.statement: Statement = given.a_statement(on=incident, by=self.by, text=_text(ar, en))

    def goes_on(
        self, ar: str, en: str, title: str = "توجيه", confirmed: tuple[int, ...] = ()
    ) -> None:
        edit_statement(
            self.by,
            self.statement.id,
            content=_text(ar, en, title),
            based_on=given.statement(self.statement.id).revision,
            confirmed=[("en", each) for each in confirmed],
        )

    @property
    def outdated(self) -> list[int]:
        return [each.paragraph for each in given.statement(self.statement.id).outdated]


def test_a_changed_original_outdates_only_its_own_translation(house: str) -> None:
    writing = Writing("الطريق مغلق.\nالسد مستقر.", "The road is closed.\nThe dam is stable.")
    assert writing.outdated == []

    writing.goes_on("الطريق مغلق.\nالسد تحت المراقبة.", "The road is closed.\nThe dam is stable.")
    assert writing.outdated == [2]
    [found] = given.statement(writing.statement.id).outdated
    assert [each.text for each in found.change if each.kind == "delete"] == ["مستقر"]

    writing.goes_on("الطريق مغلق.\nالسد تحت المراقبة.", "The road is closed.\nThe dam is watched.")
    assert writing.outdated == []


def test_it_still_holds_once_somebody_says_so_and_when_the_original_comes_back(house: str) -> None:
    writing = Writing("السد مستقر.", "The dam is stable.")
    writing.goes_on("إن السد مستقر.", "The dam is stable.", title="تنبيه")
    assert writing.outdated == [0, 1]

    writing.goes_on("إن السد مستقر.", "The dam is stable.", title="تنبيه", confirmed=(1,))
    assert writing.outdated == [0]
    writing.goes_on("السد مستقر.", "The dam is stable.")
    assert writing.outdated == []


def test_what_was_translated_before_there_was_an_original_is_true_to_the_one_it_was_sent_with(
    house: str,
) -> None:
    writing = Writing("", "The dam is stable.")
    writing.goes_on("السد", "The dam is stable.")
    writing.goes_on("السد مستقر.", "The dam is stable.")
    assert writing.outdated == []

    given.submitted(writing.statement, ROLE, by=writing.by)
    writing.goes_on("السد ينهار.", "The dam is stable.")
    assert writing.outdated == [1]


def test_an_outdated_translation_is_not_sent_for_signature(house: str) -> None:
    writing = Writing("الطريق مغلق.", "The road is closed.")
    writing.goes_on("الطريق مفتوح.", "The road is closed.")

    with refused(Conflict, "lint"):
        given.submitted(writing.statement, ROLE, by=writing.by)
    writing.goes_on("الطريق مفتوح.", "The road is open.")
    given.submitted(writing.statement, ROLE, by=writing.by)


def test_words_that_stand_twice_are_true_to_the_original_of_each_place(house: str) -> None:
    keep = "Keep away from the valley.\nKeep away from the valley."
    writing = Writing("ابتعدوا عن الوادي.\nلا تقتربوا من الوادي.", keep)
    assert writing.outdated == []

    writing.goes_on("ابتعدوا عن الوادي.\nلا تقتربوا من السد.", keep)
    assert writing.outdated == [2]
    writing.goes_on("ابتعدوا عن الوادي.\nلا تقتربوا من السد.", keep, confirmed=(2,))
    assert writing.outdated == []
    given.submitted(writing.statement, ROLE, by=writing.by)
