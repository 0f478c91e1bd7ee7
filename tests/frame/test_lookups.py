"""Numbers that no column can hold are in no row, on either database."""

import pytest

from contacts.models import Topic

pytestmark = pytest.mark.django_db
BEYOND = [2**63, -(2**63) - 1, 10**25]


def test_numbers_beyond_the_column_match_nothing():
    known = Topic.objects.first()

    assert list(Topic.objects.filter(pk__in=BEYOND)) == []
    assert list(Topic.objects.filter(pk__in=[*BEYOND, known.pk])) == [known]
    assert list(Topic.objects.filter(pk__in=[2**63 - 1, -(2**63)])) == []


def test_queries_and_columns_stay_as_they_are():
    known = Topic.objects.first()

    assert list(Topic.objects.filter(pk__in=Topic.objects.filter(pk=known.pk))) == [known]
    assert Topic.objects.exclude(pk__in=BEYOND).count() == Topic.objects.count()
