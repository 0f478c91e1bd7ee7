import pytest
from django.db import OperationalError

from outbox import results

# Looks at the connection, and would close one that a test holds open.
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_write_is_repeated_through_an_outage():
    answers = [OperationalError(), OperationalError(), 1]

    def write():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert results.persistently(write, seconds=5, pause=0.01) == 1
    assert answers == []


def test_a_write_is_given_up_when_the_claim_ends():
    def write():
        raise OperationalError

    with pytest.raises(OperationalError):
        results.persistently(write, seconds=0.05, pause=0.02)
