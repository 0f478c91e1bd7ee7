"""The figures: each starts from `visible_to` and knows the list behind every number."""

from accounts.models import Role
from dashboards.figures.consultations import consultations_per_month
from dashboards.figures.events import (
    events_per_format,
    events_per_host,
    events_per_month,
    first_contacts,
    guests_voices,
)
from dashboards.figures.feedback import founders_answers, impact
from dashboards.figures.founders import founders_per_phase
from dashboards.figures.referrals import referrals_per_partner
from dashboards.figures.shapes import Cell, Figure, Row

FIGURES = {
    "phasen": founders_per_phase,
    "vermittlungen": referrals_per_partner,
    "beratungen": consultations_per_month,
    "rueckmeldungen": founders_answers,
    "wirkung": impact,
    "veranstaltungen": events_per_month,
    "formate": events_per_format,
    "gastgeber": events_per_host,
    "erstkontakte": first_contacts,
    "stimmen": guests_voices,
}
OF_PARTNERS = ("vermittlungen", "rueckmeldungen")


def figures_for(role: str) -> tuple[str, ...]:
    return OF_PARTNERS if role == Role.PARTNER else tuple(FIGURES)


__all__ = ["FIGURES", "Cell", "Figure", "Row", "figures_for"]
