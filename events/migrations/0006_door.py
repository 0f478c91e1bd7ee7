import django.db.models.deletion
from django.db import migrations, models

import events.models.door

CHUNK = 500


def give_each_a_code(apps, schema_editor):
    Registration = apps.get_model("events", "Registration")
    rows = []
    for row in Registration.objects.only("pk").iterator(chunk_size=CHUNK):
        row.ticket_code = events.models.door.new_ticket_code()
        rows.append(row)
    Registration.objects.bulk_update(rows, ["ticket_code"], batch_size=CHUNK)


class Migration(migrations.Migration):

    dependencies = [
        ('events', '0005_series'),
    ]

    operations = [
        migrations.AddField(
            model_name='registration',
            name='door_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='registration',
            name='ticket_code',
            field=models.CharField(default='', editable=False, max_length=10),
            preserve_default=False,
        ),
        migrations.RunPython(give_each_a_code, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name='registration',
            name='ticket_code',
            field=models.CharField(default=events.models.door.new_ticket_code, editable=False, max_length=10, unique=True),
        ),
        migrations.CreateModel(
            name='DoorEntry',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('step', models.CharField(choices=[('in', 'In'), ('out', 'Out'), ('walk_in', 'Walk In')], max_length=7)),
                ('outcome', models.CharField(choices=[('done', 'Done'), ('already', 'Already'), ('overtaken', 'Overtaken'), ('waiting', 'Waiting'), ('cancelled', 'Cancelled'), ('lapsed', 'Lapsed'), ('full', 'Full'), ('closed', 'Closed'), ('unknown', 'Unknown'), ('elsewhere', 'Elsewhere'), ('invalid', 'Invalid')], max_length=9)),
                ('said_at', models.DateTimeField()),
                ('created_at', models.DateTimeField(db_index=True)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='door_entries', to='events.event')),
                ('registration', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='door_entries', to='events.registration')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('step__in', ['in', 'out', 'walk_in']), ('outcome__in', ['done', 'already', 'overtaken', 'waiting', 'cancelled', 'lapsed', 'full', 'closed', 'unknown', 'elsewhere', 'invalid'])), name='door_entry_known')],
            },
        ),
    ]
