"""Writing, sending for approval and correcting a statement on the pages, as a person does."""

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

from crisis.kernel import clock

TITLES = {
    "ar": "بيان حكومي موحّد بشأن سيول وادي الزهر",
    "en": "Unified government statement on the Wadi Al-Zahr floods",
    "fr": "Communiqué gouvernemental unifié sur les crues de l’oued Al-Zahr",
}
TEXTS = {
    "ar": [
        "نعلم أن هذه الساعات صعبة على الأهالي، ونتقدم بخالص مواساتنا للأسر المتضررة.",
        "ما نعرفه: أكدت وزارة الداخلية أن الطريق الساحلي مغلق، ومنسوب السد مستقر.",
        "ما لا نعرفه بعد: لم تُحدَّد مدة انقطاع الكهرباء.",
        "ما نقوم به: تعمل فرق الإنقاذ في الميدان على إخلاء الأحياء المنخفضة.",
        "ابتعدوا عن مجاري الأودية.",
        "يصدر التحديث التالي عند الساعة {time}.",
    ],
    "en": [
        "We know these hours are hard and share the sorrow of the families affected.",
        "What we know: the Ministry of Interior confirmed that the coastal road is closed, "
        "and the dam level is stable.",
        "We do not yet know how long the power outage will last.",
        "What we are doing: rescue teams are on the ground, evacuating low-lying districts.",
        "Stay away from wadi beds.",
        "The next update is at {time}.",
    ],
    "fr": [
        "Nous savons combien ces heures sont dures et partageons la peine des familles.",
        "Ce que nous savons : le ministère de l’Intérieur a confirmé que la route côtière est "
        "fermée et que le niveau du barrage est stable.",
        "Nous ignorons encore la durée de la coupure de courant.",
        "Ce que nous faisons : les équipes de secours sont sur place dans les quartiers bas.",
        "Restez loin des lits d’oueds.",
        "Prochain point à {time}.",
    ],
}
WRONG = {
    "ar": "المنسوب تحت المراقبة.",
    "en": "the level is under watch.",
    "fr": "le niveau est sous surveillance.",
}
RIGHT_AND_WHY = {
    "ar": ("والصحيح: المنسوب يرتفع.", "سبب الخطأ: قراءة قديمة."),
    "en": ("The correct information is: it rises.", "Why it happened: an old reading."),
    "fr": ("L'information exacte : il monte.", "Cause de l'erreur : un relevé ancien."),
}


def write(page: Page, ref: str, *, interior: UUID) -> None:
    """Six paragraphs in three languages, one of them a ministry's; the page keeps them itself."""
    page.goto(f"/i/{ref}/statements/new")
    page.locator("#begin button").click()
    for language, paragraphs in TEXTS.items():
        page.locator(f"#edit-title_{language}").fill(TITLES[language])
        for place, text in enumerate(paragraphs):
            cell = page.locator(f"textarea[name={language}]").nth(place)
            cell.fill(text.format(time=when_next()))
    page.locator("[name=owner]").nth(1).select_option(str(interior))
    expect(page.locator("#saved")).to_contain_text("حُفظت")


def when_next() -> str:
    """When the texts say that people hear again."""
    later = clock.now().astimezone(ZoneInfo("Africa/Tripoli")) + timedelta(minutes=55)
    return later.strftime("%H:%M")


def send_for_approval(page: Page, ministries: list[str], *, role: str) -> None:
    """Name the signatures: these ministries, and one role of the office."""
    page.locator("button[value=submit]").click()
    expect(page.locator("#submission")).to_be_visible()
    for box in page.locator("#submission-ministries .check").all():
        box.locator("input").set_checked(any(code in box.inner_text() for code in ministries))
    for box in page.locator("#submission-roles input").all():
        box.set_checked(box.get_attribute("value") == role)
    page.locator("#submission .dlg-foot button").click()
    expect(page.locator("#versions")).to_be_visible()


def correct(page: Page, ref: str) -> None:
    """Prepared in one step from what went out, its two places filled; not sent for approval yet."""
    page.goto(f"/i/{ref}/statements/1")
    page.locator("summary", has_text="تصحيحه").click()
    for language, words in WRONG.items():
        page.locator(f"#correction-wrong_{language}").fill(words)
    page.locator("#correction button").click()
    expect(page.locator("#edit")).to_be_visible()
    for language, (right, why) in RIGHT_AND_WHY.items():
        page.locator(f"textarea[name={language}]").nth(2).fill(right)
        page.locator(f"textarea[name={language}]").nth(3).fill(why)


def state(room: Page) -> Locator:
    """What the room says of its newest statement."""
    return room.locator("#statements > header .tag")


def seals(room: Page, how: str) -> Locator:
    """The signatures of it that stand like this."""
    return room.locator(f"#statements [data-seal='{how}']")
