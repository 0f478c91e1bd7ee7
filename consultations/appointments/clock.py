"""From the clock on the wall to a moment, and back to words."""

from datetime import date, datetime, time

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _

from consultations.appointments.models import Appointment


def moment(day: date, hour: time) -> datetime:
    """Raises ValidationError for an hour that the clock change skips or has twice."""
    naive = datetime.combine(day, hour)
    first, second = (naive.replace(tzinfo=get_current_timezone(), fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    if first.utcoffset() < second.utcoffset():
        raise ValidationError(
            _("There is no such time on this day: the clocks go forward. Please take another.")
        )
    raise ValidationError(
        _("This time comes twice on this day: the clocks go back. Please take another.")
    )


def when_in_words(appointment: Appointment) -> str:
    day = date_format(timezone.localtime(appointment.starts_at), "l, j. F Y")
    return f"{day}, {hours_of(appointment)}"


def hours_of(appointment: Appointment) -> str:
    start, end = timezone.localtime(appointment.starts_at), timezone.localtime(appointment.ends_at)
    hours = f"{date_format(start, 'H:i')}–{date_format(end, 'H:i')}"
    return _("%(hours)s o'clock") % {"hours": hours}
