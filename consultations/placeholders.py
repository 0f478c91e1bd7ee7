"""What mails of the agency may say of consultations."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Consultation
from contacts.placeholders import Letter, register_placeholder


def last_consultation(letter: Letter) -> str:
    talks = Consultation.objects.complete().filter(person=letter.person).order_by("-held_on")
    day = talks.values_list("held_on", flat=True).first()
    return _("on %(day)s") % {"day": date_format(day, "j. F Y")} if day else _("recently")


def register() -> None:
    register_placeholder(
        "letzte_beratung",
        "beratung_am",
        "last_consultation",
        meaning=gettext_lazy("Day of the last consultation (“on 3 March”), else “recently”"),
        value=last_consultation,
    )
