"""What mails of the agency may say of consultations."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Appointment, Consultation
from contacts.placeholders import Letter, register_placeholder


def last_consultation(letter: Letter) -> str:
    talks = Consultation.objects.complete().filter(person=letter.person).order_by("-held_on")
    day = talks.values_list("held_on", flat=True).first()
    return _("on %(day)s") % {"day": date_format(day, "j. F Y")} if day else _("recently")


def next_appointment(letter: Letter) -> str:
    ahead = Appointment.objects.agreed().filter(person=letter.person, starts_at__gt=timezone.now())
    starts_at = ahead.order_by("starts_at").values_list("starts_at", flat=True).first()
    if starts_at is None:
        return _("soon")
    begin = timezone.localtime(starts_at)
    return _("on %(day)s at %(time)s") % {
        "day": date_format(begin, "j. F Y"),
        "time": date_format(begin, "H:i"),
    }


def register() -> None:
    register_placeholder(
        "termin",
        "appointment",
        meaning=gettext_lazy("Day and time of the next appointment (“on 3 March …”), else “soon”"),
        value=next_appointment,
    )
    register_placeholder(
        "letzte_beratung",
        "beratung_am",
        "last_consultation",
        meaning=gettext_lazy("Day of the last consultation (“on 3 March”), else “recently”"),
        value=last_consultation,
    )
