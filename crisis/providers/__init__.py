"""The couriers of an installation, chosen by its settings: who carries SMS and who carries mail."""

from crisis.alerts.couriers import Courier, Couriers
from crisis.alerts.outbox import Channel
from crisis.providers.local import Local
from crisis.providers.sendgrid import SendGrid
from crisis.providers.smtp import Smtp
from crisis.providers.twilio import Twilio
from crisis.settings import Settings


def couriers(settings: Settings) -> Couriers:
    """Who carries what. Exercises never leave this machine, and nothing does of an office that is
    not live."""
    local = {channel: Local(channel) for channel in Channel}
    outside = live(settings) if settings.crisis_delivery == "live" else local
    return {
        (channel, is_exercise): local[channel] if is_exercise else outside[channel]
        for channel in Channel
        for is_exercise in (True, False)
    }


def live(settings: Settings) -> dict[Channel, Courier]:
    """The couriers that reach real people. `settings` must ask for live delivery."""
    by_smtp = settings.email_courier == "smtp"
    mail: Courier = Smtp.of(settings) if by_smtp else SendGrid.of(settings)
    return {Channel.SMS: Twilio.of(settings), Channel.EMAIL: mail}
