from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Events")

    def ready(self):
        from contacts import registry  # noqa: PLC0415 - need loaded models
        from events import erasing, guest_mails, mail_kinds, menu, tasks, timeline  # noqa: PLC0415 - as above

        menu.register()
        mail_kinds.register()
        guest_mails.register()
        tasks.register()
        registry.on_erasure(erasing.erase)
        registry.register_timeline(timeline.registrations_of)
