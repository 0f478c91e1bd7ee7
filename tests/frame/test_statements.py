"""Query sets that are put together once; see dma_crm/statements.py."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import DatabaseError, NotSupportedError, connection, models, transaction

from contacts.models import Person
from dma_crm import statements
from dma_crm.statements import Given, Statement, Update
from tests.factories import PersonFactory, UserFactory

pytestmark = pytest.mark.django_db


def named(*names: str) -> Statement:
    people = Person.objects.filter(family_name=Given("name", models.CharField()))
    return Statement(lambda: people.order_by("given_name").values_list(*names))


def test_values_are_filled_in_anew_each_time():
    first, second = PersonFactory(family_name="Eins"), PersonFactory(family_name="Zwei")
    statement = named("id")

    assert statement.rows(name="Eins") == [(first.pk,)]
    assert statement.rows(name="Zwei") == [(second.pk,)]
    assert statement.rows(name="%s' OR 1=1 --") == []


def test_texts_that_never_change_are_part_of_the_sql():
    """A plan that is made before the values are known may then use an index of such rows alone."""
    person = PersonFactory(family_name="Eins", given_name="100% O'Neill")
    PersonFactory(family_name="Eins", given_name="Ada")
    asked = Person.objects.filter(given_name="100% O'Neill", languages=person.languages)
    asked = asked.filter(family_name=Given("name", models.CharField()))
    statement = Statement(lambda: asked.values_list("pk"))

    assert statement.rows(name="Eins") == [(person.pk,)]
    _compiler, sql, _params = statement.compiled
    assert "'100%% O''Neill'" in sql


def test_a_value_is_sent_once_wherever_it_stands():
    person = PersonFactory(family_name="Eins", given_name="Eins")
    name = Given("name", models.CharField())
    asked = Person.objects.filter(models.Q(given_name=name) & models.Q(family_name=name))
    statement = Statement(lambda: asked.values_list("pk"))

    assert statement.rows(name="Eins") == [(person.pk,)]
    _compiler, _sql, params = statement.compiled
    assert list(params.values()) == [name]


def test_values_come_out_as_from_any_query():
    at = datetime(2026, 11, 27, 9, 30, 1, 5, tzinfo=UTC)
    PersonFactory(family_name="Eins", created_at=at)
    columns = ["id", "created_at", "version", "owner_id", "family_name"]

    [row] = named(*columns).rows(name="Eins")

    assert row == Person.objects.values_list(*columns).get()
    assert [type(value) for value in row[:3]] == [UUID, datetime, int]


def test_instances_are_those_of_any_query(django_assert_num_queries):
    person = PersonFactory(family_name="Eins", owner=UserFactory(), languages=["de", "tr"])
    PersonFactory(family_name="Eins", owner=None)
    asked = Person.objects.filter(family_name=Given("name", models.CharField()))
    statement = Statement(lambda: asked.select_related("owner").order_by("pk"))

    with django_assert_num_queries(1):
        found = statement.instances(name="Eins")
        assert [row.owner for row in found] == [person.owner, None]

    expected = Person.objects.filter(family_name="Eins").order_by("pk")
    assert [values_of(row) for row in found] == [values_of(row) for row in expected]
    assert [row._state.adding for row in found] == [False, False]
    assert statement.instances(name="Zwei") == []


def values_of(person) -> list:
    return [getattr(person, field.attname) for field in Person._meta.concrete_fields]


def test_an_update_writes_what_is_said_each_time(django_assert_num_queries):
    one, other = PersonFactory(family_name="Eins"), PersonFactory(family_name="Zwei")
    asked = Person.objects.filter(family_name=Given("name", models.CharField()))
    update = Update(lambda: asked, languages=Given("languages", models.JSONField()), version=7)

    with django_assert_num_queries(2):
        assert update.write(name="Eins", languages=["tr"]) == {one.pk}
        assert update.write(name="Drei", languages=["en"]) == set()

    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.languages, one.version, other.version) == (["tr"], 7, 1)


@pytest.mark.parametrize("number", [0, 1, 3])
def test_any_of_takes_any_number_in_the_same_statement(number):
    people = PersonFactory.create_batch(number)
    PersonFactory()  # could come along
    wanted = [person.pk for person in people]
    asked = Person.objects.filter(pk__any_of=Given("people")).values_list("id")

    found = Statement(lambda: asked).rows(people=wanted)

    assert sorted(pk for (pk,) in found) == sorted(wanted)
    assert set(Person.objects.filter(pk__any_of=wanted)) == set(people)


def test_it_is_seen_among_the_queries(django_assert_num_queries):
    with django_assert_num_queries(1):
        named("id").rows(name="Eins")


@pytest.fixture
def migrated(transactional_db):
    """A statement whose plan is kept, its rows, and a column that has changed since."""
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL keeps plans (the suite runs there too)")
    PersonFactory(family_name="Eins")
    statement = named("id", "given_name")
    before = statement.rows(name="Eins")
    change_length(200)
    yield statement, before
    connection.close()
    change_length(Person._meta.get_field("given_name").max_length)


@pytest.mark.postgres
def test_a_column_that_a_migration_changes_costs_no_request(migrated):
    statement, before = migrated

    assert len(before) == 1
    assert statement.rows(name="Eins") == before


@pytest.mark.postgres
def test_in_a_transaction_it_costs_one(migrated):
    statement, before = migrated

    with pytest.raises(NotSupportedError), transaction.atomic():
        statement.rows(name="Eins")
    with transaction.atomic():
        assert statement.rows(name="Eins") == before


def change_length(length: int) -> None:
    """By somebody else's connection: the plan is kept by ours."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE contacts_person ALTER COLUMN given_name TYPE varchar({length})"
        )
    other.close()


FAILS_AT_THE_SECOND_ROW = {
    "sqlite": "SELECT json_extract(v, '$') FROM (SELECT '1' AS v UNION ALL SELECT '{')",
    "postgresql": "SELECT 1 / (2 - n) FROM generate_series(1, 2) AS n",
}


def test_errors_are_those_of_django_also_after_the_first_row():
    sql = FAILS_AT_THE_SECOND_ROW[connection.vendor]

    with pytest.raises(DatabaseError), transaction.atomic():
        statements.run(connection, sql, {})
