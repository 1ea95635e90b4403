"""The texts of a scenario's statements: what the file gives, and a template where it gives none."""

import re
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime

from crisis.kernel.text import OptionalLine, OptionalProse
from crisis.people.queries import the_office
from crisis.replay.scenario import Happening, Told
from crisis.replay.stage import Stage
from crisis.statements.content import Content, Language, Texts, Type, paragraphs_of
from crisis.statements.lint import LintContext
from crisis.statements.subject import Subject
from crisis.statements.templates import Template, open_places, readable, template, templates

_NOT_WRITTEN: Final[Texts] = {
    "ar": "لا يتضمن سيناريو التمرين نصًا لهذا البيان.",
    "en": "The scenario of this exercise gives no text of this statement in English.",
    "fr": "Le scénario de cet exercice ne donne pas de texte de ce communiqué en français.",
}
"""What stands where the file has no words: nobody should take it for a translation."""


class Written(Told):
    """What an event may say of a text."""

    title_ar: OptionalLine = None
    title_en: OptionalLine = None
    title_fr: OptionalLine = None
    body_ar: OptionalProse = None
    body_en: OptionalProse = None
    body_fr: OptionalProse = None
    next_update_at: AwareDatetime | None = None

    @property
    def titles(self) -> Texts:
        return _given({"ar": self.title_ar, "en": self.title_en, "fr": self.title_fr})

    @property
    def bodies(self) -> Texts:
        return _given({"ar": self.body_ar, "en": self.body_en, "fr": self.body_fr})


def begun(told: Written, type: Type, code: str | None) -> Content:
    """The first draft: the file's words, else the Arabic of its template, places left open."""
    used = _template(type, code)
    bodies = told.bodies or (readable({"ar": used.body["ar"]}) if used else {})
    titles = told.titles or ({"ar": used.name["ar"]} if used else {})
    return Content(type, titles, {each: paragraphs_of(text) for each, text in bodies.items()})


def rewritten(content: Content, told: Written) -> Content:
    """The same draft with what the file says anew; what it says nothing of stays."""
    bodies = {each: paragraphs_of(text) for each, text in told.bodies.items()}
    return replace(content, titles=content.titles | told.titles, bodies=content.bodies | bodies)


def fit_to_submit(
    content: Content, stage: Stage, happening: Happening, languages: list[Language]
) -> Content:
    """Without sentences that still have a place to fill, and in every language it is to go out in.

    Told live, a promise in the words («23:45») is also given as the moment at which it falls.
    """
    bodies = {
        each: paragraphs_of(closed("\n".join(part.text for part in parts)))
        for each, parts in content.bodies.items()
    }
    for language in languages:
        bodies.setdefault(language, paragraphs_of(_NOT_WRITTEN[language]))
    ready = replace(content, bodies={each: parts for each, parts in bodies.items() if parts})
    if stage.pace.speed:
        ready = replace(ready, next_update_at=_promise(ready, stage, happening))
    return ready


def translation(type: Type, code: str | None, language: Language, told: Written) -> Content:
    """A statement in another language: the file's words, else what its template has closed."""
    used = _template(type, code)
    body = told.bodies.get(language) or (closed(used.body[language]) if code and used else "")
    title = told.titles.get(language) or (used.name[language] if used else "")
    return Content(
        type,
        {language: title} if title else {},
        {language: paragraphs_of(body or _NOT_WRITTEN[language])},
    )


def closed(text: str) -> str:
    """The text without the sentences that have a place left to fill."""
    lines = (_SENTENCE_END.split(line) for line in text.split("\n"))
    kept = (" ".join(each for each in line if not open_places(each)) for line in lines)
    return "\n".join(line for line in kept if line.strip())


_SENTENCE_END: Final = re.compile(r"(?<=[.!?؟]) ")


def _template(type: Type, code: str | None) -> Template | None:
    known = templates()
    return template(code) if code and code in known else known.get(type.value)


def _promise(content: Content, stage: Stage, happening: Happening) -> AwareDatetime | None:
    """When the text says that the next update comes."""
    zone = stage.scenario.zone
    said_at = stage.scenario.at(happening.t_min).astimezone(ZoneInfo(zone))
    context = LintContext(level=0, now=said_at, zone=zone, country=the_office().country)
    promised = Subject(replace(content, next_update_at=None), context).promised_at()
    return promised and stage.pace.of(promised)


def _given(texts: dict[Language, str | None]) -> Texts:
    return {language: text for language, text in texts.items() if text}
