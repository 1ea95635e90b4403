"""The couriers of an installation, chosen by its settings: who carries SMS and who carries mail."""

from crisis.alerts.couriers import Courier
from crisis.alerts.outbox import Channel
from crisis.providers.sendgrid import SendGrid
from crisis.providers.smtp import Smtp
from crisis.providers.twilio import Twilio
from crisis.settings import Settings


def live(settings: Settings) -> dict[Channel, Courier]:
    """The couriers that reach real people. `settings` must ask for live delivery."""
    by_smtp = settings.email_courier == "smtp"
    mail: Courier = Smtp.of(settings) if by_smtp else SendGrid.of(settings)
    return {Channel.SMS: Twilio.of(settings), Channel.EMAIL: mail}
