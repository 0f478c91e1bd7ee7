"""What contacts looks at when somebody asks how the installation fares."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.models import Agency, MailTemplate, Source, Stage, Topic
from dma_crm import doctor
from dma_crm.doctor import Finding


def register() -> None:
    doctor.register("master_data", gettext_lazy("Master data"), master_data, order=25)


def master_data(at: datetime) -> Finding:
    """Without one of each, forms have nothing to choose from and pages have no name."""
    catalogues = [each.objects.filter(active=True) for each in (Stage, Topic, Source, MailTemplate)]
    empty = [rows.model for rows in (Agency.objects.all(), *catalogues) if not rows.exists()]
    if not empty:
        return Finding(_("Agency, phases, topics, sources and mail templates are there."))
    names = ", ".join(str(model._meta.verbose_name_plural) for model in empty)
    return Finding(
        _("Nothing is there of: %(what)s.") % {"what": names},
        _("Add it under Administration, or restore the backup."),
    )
