"""What founders' answers add to other pages; called once, when all apps are loaded."""

from contacts import registry
from referrals.feedback import mails, showing


def register() -> None:
    mails.register()
    registry.register_timeline(showing.feedback_on_timeline)
    registry.register_timeline(showing.impact_on_timeline)
    registry.register_panel(
        registry.partner_panels, "referrals/_partner_voices.html", showing.partner_voices, order=40
    )
