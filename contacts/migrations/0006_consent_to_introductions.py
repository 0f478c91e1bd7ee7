from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0005_search_trigrams")]

    operations = [
        migrations.AlterField(
            model_name="consent",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("referral", "Passing on to a partner organisation"),
                    ("newsletter", "Newsletter"),
                    ("follow_up", "Follow-up mails"),
                    ("event", "Event registration"),
                    ("introduction", "Introduction to another person"),
                ],
                max_length=12,
                verbose_name="purpose",
            ),
        ),
    ]
