from django.conf import settings
from django.db import migrations, models


def into_lists(apps, schema_editor):
    """The one question an event could have becomes the first of several."""
    event, registration = (apps.get_model("events", name) for name in ("Event", "Registration"))
    for row in event.objects.exclude(question="").iterator():
        first = {"key": "q1", "kind": "text", "label": row.question, "options": [], "required": False}
        event.objects.filter(pk=row.pk).update(questions=[first])
    rows = registration.objects.exclude(answer="").select_related("event")
    for row in rows.iterator():
        said = {"question": row.event.question or "Antwort", "answer": row.answer}
        registration.objects.filter(pk=row.pk).update(answers={"q1": said})


class Migration(migrations.Migration):

    dependencies = [
        ("contacts", "__first__"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("events", "0011_moved_up"),
    ]

    operations = [
        migrations.AddField("event", "questions", models.JSONField(default=list, verbose_name="questions to guests")),
        migrations.AddField("registration", "answers", models.JSONField(default=dict, verbose_name="answers")),
        migrations.RunPython(into_lists, migrations.RunPython.noop, elidable=True),
        migrations.RemoveField("event", "question"),
        migrations.RemoveField("registration", "answer"),
        migrations.AddField(
            "event",
            "co_hosts",
            models.ManyToManyField(
                blank=True, related_name="co_hosted_events", to="contacts.partnerorganisation",
                verbose_name="together with",
            ),
        ),
        migrations.AddField(
            "event",
            "co_organisers",
            models.ManyToManyField(
                blank=True, related_name="co_organised_events", to=settings.AUTH_USER_MODEL,
                verbose_name="organised together with",
            ),
        ),
        migrations.AddField(
            "event", "notes", models.TextField(blank=True, max_length=5000, verbose_name="notes")
        ),
    ]
