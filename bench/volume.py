"""Many referrals from few: the seeded rows are copied inside PostgreSQL, with new ids and times.

A copied row keeps everything but its keys: foreign keys among the copied tables point to the copy
of what the original points to. Works for any column that a model has or gets.
"""

from django.apps import apps
from django.db import connection

# In the order of their foreign keys.
COPIED = [
    "contacts.Person",
    "contacts.PersonEmail",
    "contacts.PersonPhone",
    "contacts.Consent",
    "referrals.Need",
    "referrals.Need_topics",
    "referrals.Referral",
    "referrals.ReferralStep",
]
EMPTIED = {"forwarded_from", "replaces"}  # links between referrals, unique or self-referring
APART = "7 seconds"


def multiply_referrals(wanted: int) -> int:
    """Copy the seeded rows until there are at least `wanted` referrals; answers how many."""
    referrals = apps.get_model("referrals.Referral").objects
    copies = -(-wanted // referrals.count()) - 1
    for label in COPIED if copies > 0 else ():
        copy(apps.get_model(label), copies)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return referrals.count()


def copy(model, copies: int) -> None:
    fields = [field for field in model._meta.concrete_fields if not is_counted(field)]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(expression(field) for field in fields)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({columns}) SELECT {values} '  # noqa: S608 - our own names
            f'FROM "{table}" t CROSS JOIN generate_series(1, %s) n',
            [copies],
        )


def is_counted(field) -> bool:
    return field.primary_key and field.get_internal_type() == "BigAutoField"


def expression(field) -> str:
    column = f't."{field.column}"'
    if field.name in EMPTIED:
        return "NULL"
    if field.name == "reference":
        return f"{column} || '-' || n"
    if field.primary_key or (field.is_relation and field.related_model._meta.label in COPIED):
        return f"CASE WHEN {column} IS NULL THEN NULL ELSE md5({column}::text || n)::uuid END"
    if field.name == "modified_at":
        return f"{column} - n * interval '{APART}'"
    return column
