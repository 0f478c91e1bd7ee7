from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsultationsConfig(AppConfig):
    name = "consultations"
    verbose_name = _("Consultations")

    def ready(self):
        from accounts import navigation  # noqa: PLC0415 - needs loaded models
        from accounts.models import AGENCY_ROLES, Role  # noqa: PLC0415 - as above
        from consultations import (  # noqa: PLC0415 - as above
            digest,
            drafts,
            erasing,
            placeholders,
            timeline,
        )
        from consultations.appointments import lists, mails  # noqa: PLC0415 - as above
        from contacts import registry  # noqa: PLC0415 - as above
        from dma_crm import jobs  # noqa: PLC0415 - as above
        from outbox.registry import register_kind  # noqa: PLC0415 - as above

        navigation.main.register(
            "consultations:today", _("Today"), roles=AGENCY_ROLES, order=10, icon="house", key="h"
        )
        navigation.create.register(
            "consultations:consultation_create",
            _("Consultation"),
            roles={Role.ADVISOR},
            order=10,
            icon="chat-left-text",
            key="b",
        )
        navigation.create.register(
            "consultations:appointment_create",
            _("Appointment"),
            roles={Role.ADVISOR},
            order=35,
            icon="calendar-event",
        )
        registry.register_timeline(timeline.consultations_of)
        registry.on_erasure(erasing.erase)
        registry.register_timeline(lists.appointments_of)
        register_kind(mails.KIND, label=_("Appointment"), build=mails.build, may_go=mails.may_go)
        placeholders.register()
        jobs.register(
            "consultations.forget_discarded", every_seconds=3600, work=drafts.forget_discarded
        )
        digest.register()
