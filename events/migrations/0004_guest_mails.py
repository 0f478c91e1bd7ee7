
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('events', '0003_registration'),
    ]

    operations = [
        migrations.AddField(
            model_name='event',
            name='mail_after',
            field=models.TextField(blank=True, max_length=3000, verbose_name='mail to those who came'),
        ),
        migrations.AddField(
            model_name='event',
            name='mail_before',
            field=models.TextField(blank=True, max_length=3000, verbose_name='mail the day before'),
        ),
        migrations.AddField(
            model_name='event',
            name='mail_missed',
            field=models.TextField(blank=True, max_length=3000, verbose_name='mail to those who did not come'),
        ),
        migrations.AddField(
            model_name='registration',
            name='reminded_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='registration',
            name='written_to_at',
            field=models.DateTimeField(null=True),
        ),
    ]
