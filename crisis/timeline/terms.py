"""The field's standard terms, one word per thing, ready to be said in any language."""

from collections.abc import Mapping
from typing import Final

from crisis.kernel.words import Message
from crisis.policy import Duty, Rank

LEVEL: Final[Mapping[int, Message]] = {
    0: Message("Watch"),
    1: Message("Limited"),
    2: Message("Significant"),
    3: Message("Serious"),
    4: Message("Catastrophic"),
}

STATUS: Final[Mapping[str, Message]] = {
    "reported": Message("Reported"),
    "watch": Message("On watch"),
    "open": Message("Live"),
    "standing_down": Message("Standing down"),
    "closed": Message("Closed"),
    "dismissed": Message("Dismissed"),
}

PHASE: Final[Mapping[str, Message]] = {
    "initial": Message("Initial response"),
    "maintenance": Message("Sustained response"),
    "resolution": Message("Recovery"),
    "evaluation": Message("Evaluation"),
}

CRITERION: Final[Mapping[str, Message]] = {
    "human_harm": Message("Human harm"),
    "geography": Message("Geographic reach"),
    "ministries": Message("Entities needed"),
    "services": Message("Essential services"),
    "attention": Message("Public attention"),
    "false_info": Message("False information"),
    "trust": Message("Trust, legality, security"),
    "uncertainty": Message("Uncertainty"),
    "time_pressure": Message("Time pressure"),
}

UNKNOWN: Final = Message("Not known yet")

SCORES: Final[Mapping[str, tuple[Message, ...]]] = {
    "human_harm": (
        Message("No harm"),
        Message("A few injuries"),
        Message("1–5 deaths or more than 20 injured"),
        Message("6–50 deaths or more than 20 missing"),
        Message("More than 50 deaths or missing"),
    ),
    "geography": (
        Message("One site"),
        Message("One municipality"),
        Message("Several municipalities"),
        Message("A region"),
        Message("Several regions or the whole country"),
    ),
    "ministries": (
        Message("1 entity"),
        Message("2 entities"),
        Message("3–4 entities"),
        Message("5–8 entities"),
        Message("More than 8, or the cabinet"),
    ),
    "services": (
        Message("Not affected"),
        Message("A short local outage"),
        Message("One service for more than 6 h"),
        Message("More than 24 h, or two services"),
        Message("Several services for more than 72 h"),
    ),
    "attention": (
        Message("As usual"),
        Message("3 times the usual"),
        Message("10 times the usual"),
        Message("30 times, trending nationally"),
        Message("Dominant, foreign media live"),
    ),
    "false_info": (
        Message("No false information"),
        Message("Isolated"),
        Message("Spreading on one platform"),
        Message("On several platforms, changing behaviour"),
        Message("Causing harm or panic movement"),
    ),
    "trust": (
        Message("Not in question"),
        Message("A complaint"),
        Message("A credible accusation"),
        Message("Ministerial responsibility"),
        Message("A threat to state or order"),
    ),
    "uncertainty": (
        Message("Clear"),
        Message("Minor gaps"),
        Message("Cause unknown"),
        Message("Scale unknown"),
        Message("Contact lost with the area"),
    ),
    "time_pressure": (
        Message("No time pressure"),
        Message("Days"),
        Message("Less than 24 h"),
        Message("Less than 6 h"),
        Message("Less than 1 h"),
    ),
}

HAZARD: Final[Mapping[str, Message]] = {
    "flood_weather": Message("Floods and weather"),
    "industrial": Message("Industrial accident"),
    "epidemic": Message("Epidemic"),
    "disinformation": Message("Disinformation"),
    "transport": Message("Transport accident"),
    "cyber": Message("Cyber outage"),
    "security": Message("Security event"),
    "water": Message("Water contamination"),
    "earthquake": Message("Earthquake"),
    "fire": Message("Fire"),
    "infrastructure": Message("Infrastructure failure"),
    "other": Message("Other"),
}

KIND: Final[Mapping[str, Message]] = {
    "centre": Message("Communication centre"),
    "cabinet_office": Message("Cabinet office"),
    "ministry": Message("Ministry"),
    "authority": Message("Authority"),
    "agency": Message("Agency"),
    "security": Message("Security body"),
    "municipality": Message("Municipality"),
    "utility": Message("Utility"),
    "international": Message("International organisation"),
}

CONTACT: Final[Mapping[str, Message]] = {
    "mobile": Message("Mobile"),
    "landline": Message("Landline"),
    "email": Message("E-mail"),
}

LANGUAGE: Final[Mapping[str, str]] = {"ar": "العربية", "en": "English", "fr": "Français"}
"""Each language in its own words, which are the same whoever reads them."""

RANK: Final[Mapping[Rank, Message]] = {
    Rank.ADMINISTRATOR: Message("System administrator"),
    Rank.COORDINATOR: Message("Crisis coordinator"),
    Rank.MEMBER: Message("Member"),
    Rank.AUDITOR: Message("Auditor"),
}

DUTY: Final[Mapping[Duty, Message]] = {
    Duty.DIRECTOR: Message("Crisis communication director"),
    Duty.COORDINATOR: Message("Incident coordinator"),
    Duty.LEAD_LIAISON: Message("Liaison officer of the lead entity"),
    Duty.LIAISON: Message("Entity liaison officer"),
    Duty.FACT_CHECKER: Message("Fact checker"),
    Duty.DRAFTER: Message("Statement editor"),
    Duty.LEGAL: Message("Legal adviser"),
    Duty.SPOKESPERSON: Message("Official spokesperson"),
    Duty.ALERT_OPERATOR: Message("Alert operator"),
    Duty.MEDIA_OFFICER: Message("Media officer"),
    Duty.MONITOR_LEAD: Message("Lead of media monitoring"),
    Duty.COMMUNITY_LEAD: Message("Community liaison"),
    Duty.TRANSLATOR_LEAD: Message("Lead translator"),
    Duty.LOGKEEPER: Message("Log keeper"),
    Duty.OBSERVER: Message("Viewer"),
}

CHECK: Final[Mapping[str, Message]] = {
    "standing_down": Message("The incident is standing down"),
    "level_is_low": Message("The level is 1 or below"),
    "assessed_since_stand_down": Message("The level was assessed after standing down"),
    "phase_is_resolution": Message("The phase is recovery"),
}

PART: Final[Mapping[str, Message]] = {
    "lead": Message("Lead"),
    "supporting": Message("Supporting"),
}

STATEMENT_TYPE: Final[Mapping[str, Message]] = {
    "holding": Message("Holding statement"),
    "initial": Message("First full statement"),
    "update": Message("Update"),
    "correction": Message("Correction"),
    "retraction": Message("Retraction"),
    "lines_to_take": Message("Lines to take"),
    "qa": Message("Questions and answers"),
    "social_post": Message("Short post"),
    "press_release": Message("Press release"),
    "condolence": Message("Condolence"),
    "public_instruction": Message("Instruction to the public"),
    "rumour_rebuttal": Message("Clarification"),
    "internal_brief": Message("Internal brief"),
}

STATEMENT_STATE: Final[Mapping[str, Message]] = {
    "draft": Message("Draft"),
    "in_review": Message("In review"),
    "pending_approval": Message("Awaiting approval"),
    "changes_requested": Message("Change requested"),
    "objected": Message("Objection"),
    "refused": Message("Refused"),
    "approved": Message("Approved"),
    "released": Message("Released"),
    "superseded": Message("Superseded"),
    "corrected": Message("Corrected"),
    "retracted": Message("Retracted"),
    "withdrawn": Message("Given up"),
}

SEAL: Final[Mapping[str, Message]] = {
    "asked": Message("Not opened for"),
    "later": Message("Its turn comes later"),
    "opened": Message("Opened"),
    "approve": Message("Approved it"),
    "change": Message("Asked for a change"),
    "object": Message("Objected"),
    "refuse": Message("Refused it"),
    "waived": Message("Objection overruled"),
}
"""How far a signature is."""

GROUND: Final[Mapping[str, Message]] = {
    "imminent_threat_to_life": Message("Lives are in danger now"),
    "panic_prevention": Message("Panic is spreading"),
    "official_account_compromise": Message("An official account was taken over"),
}

CHANNEL: Final[Mapping[str, Message]] = {
    "website": Message("Newsroom page"),
    "x": Message("X"),
    "facebook": Message("Facebook"),
    "press_email": Message("E-mail to the press"),
    "tv_crawl": Message("Television crawl"),
    "radio": Message("Radio"),
    "whatsapp": Message("WhatsApp channel"),
    "sms_public": Message("SMS to the public"),
}

QUICK_REASON: Final[Mapping[str, Message]] = {
    "figure": Message("A figure is wrong or out of date"),
    "wording": Message("A wording must change"),
    "not_ours": Message("This is not ours to say"),
    "timing": Message("It is too early to say this"),
}

ALERT_KIND: Final[Mapping[str, Message]] = {
    "alert": Message("Alert"),
    "update": Message("Update of an alert"),
    "all_clear": Message("All clear"),
    "correction": Message("Correction of an alert"),
}

ALERT_STATE: Final[Mapping[str, Message]] = {
    "draft": Message("Draft"),
    "awaiting_second_person": Message("Awaiting a second person"),
    "sending": Message("Being sent"),
    "paused": Message("Halted"),
    "sent": Message("Every message has left"),
    "completed": Message("Sending is over"),
    "cancelled": Message("Cancelled"),
}

PRIORITY: Final[Mapping[str, Message]] = {
    "info": Message("For information"),
    "important": Message("Important"),
    "urgent": Message("Urgent"),
    "life_safety": Message("Lives at risk"),
}

AUDIENCE_KIND: Final[Mapping[str, Message]] = {
    "internal_role": Message("Roles of the office"),
    "ministry_duty": Message("Duty officers of the entities"),
    "leadership": Message("Leadership"),
    "responders": Message("Responders"),
    "public_opt_in": Message("Public, by subscription"),
    "media": Message("Media"),
    "foreign_media": Message("Foreign media"),
    "vulnerable": Message("Vulnerable people"),
    "partners": Message("Partners"),
    "staff": Message("Staff"),
}

DELIVERY_ERROR: Final[Mapping[str, Message]] = {
    "invalid_number": Message("The number is not valid"),
    "unreachable": Message("The phone is not reachable"),
    "blocked_filter": Message("Blocked on the way"),
    "opted_out": Message("Asked not to be written to"),
    "carrier": Message("The carrier could not deliver it"),
    "provider_down": Message("The provider does not work"),
    "rate_limited": Message("The provider takes no more now"),
    "expired": Message("Its time was over"),
    "no_address": Message("No number and no address"),
    "not_allowed": Message("The provider does not allow it"),
    "unknown": Message("The reason is not known"),
}
"""Why a message did not arrive."""

WAY: Final[Mapping[str, Message]] = {
    "sms": Message("Text message"),
    "email": Message("E-mail"),
}
