
import django.db.models.deletion
import django.utils.timezone
import dma_crm.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0007_objections'),
        ('events', '0002_state_wording'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Registration',
            fields=[
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('modified_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='modified')),
                ('id', models.UUIDField(default=dma_crm.models.new_id, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('search', models.CharField(editable=False, max_length=500)),
                ('answer', models.CharField(blank=True, max_length=300, verbose_name='answer')),
                ('language', models.CharField(default='de', max_length=2)),
                ('privacy_version', models.CharField(blank=True, max_length=20)),
                ('wants_contact', models.BooleanField(default=False, verbose_name='may become a contact')),
                ('by_staff', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('held', 'Not confirmed yet'), ('waiting', 'Waiting list'), ('offered', 'Moved up'), ('confirmed', 'Confirmed'), ('cancelled', 'Cancelled'), ('lapsed', 'Lapsed')], max_length=9, verbose_name='state')),
                ('state_since', models.DateTimeField()),
                ('queue', models.PositiveIntegerField()),
                ('respond_by', models.DateTimeField(null=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('checked_in_at', models.DateTimeField(null=True, verbose_name='came')),
            ],
            options={
                'verbose_name': 'registration',
                'verbose_name_plural': 'registrations',
                'ordering': ['event', 'queue'],
            },
        ),
        migrations.CreateModel(
            name='SenderWindow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('hour', models.BigIntegerField()),
                ('sent', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.AddField(
            model_name='event',
            name='online_link',
            field=models.URLField(blank=True, max_length=500, verbose_name='link to take part online'),
        ),
        migrations.AddField(
            model_name='event',
            name='question',
            field=models.CharField(blank=True, max_length=150, verbose_name='a question to guests'),
        ),
        migrations.AddField(
            model_name='event',
            name='registration',
            field=models.CharField(choices=[('waiting_list', 'Yes, with a waiting list'), ('seats', 'Yes, without a waiting list'), ('none', 'No')], default='waiting_list', max_length=12, verbose_name='guests register here'),
        ),
        migrations.AddField(
            model_name='event',
            name='registration_closes_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='registration closes'),
        ),
        migrations.AddField(
            model_name='event',
            name='registration_opens_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='registration opens'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('registration__in', ['waiting_list', 'seats', 'none'])), name='event_registration_known'),
        ),
        migrations.AddField(
            model_name='registration',
            name='event',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='registrations', to='events.event'),
        ),
        migrations.AddField(
            model_name='registration',
            name='person',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='registrations', to='contacts.person', verbose_name='person'),
        ),
        migrations.AddConstraint(
            model_name='senderwindow',
            constraint=models.UniqueConstraint(fields=('digest', 'hour'), name='sender_hour_once'),
        ),
        migrations.AddIndex(
            model_name='registration',
            index=models.Index(fields=['event', 'state', 'queue'], name='events_regi_event_i_542c0e_idx'),
        ),
        migrations.AddIndex(
            model_name='registration',
            index=models.Index(condition=models.Q(('respond_by__isnull', False)), fields=['respond_by'], name='registration_due'),
        ),
        migrations.AddConstraint(
            model_name='registration',
            constraint=models.UniqueConstraint(condition=models.Q(('email', ''), _negated=True), fields=('event', 'email'), name='registered_once'),
        ),
        migrations.AddConstraint(
            model_name='registration',
            constraint=models.UniqueConstraint(fields=('event', 'queue'), name='place_in_line_once'),
        ),
        migrations.AddConstraint(
            model_name='registration',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['held', 'waiting', 'offered', 'confirmed', 'cancelled', 'lapsed'])), name='registration_state_known'),
        ),
        migrations.AddConstraint(
            model_name='registration',
            constraint=models.CheckConstraint(condition=models.Q(('checked_in_at', None), ('state', 'confirmed'), _connector='OR'), name='only_the_confirmed_come'),
        ),
    ]
