"""What an installation needs to be well; apps register their part in `AppConfig.ready()`.

`manage.py doctor` and the Systemstatus page tell the same, in one sentence each.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, InterfaceError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Finding:
    """`text` says how it is; `remedy` says what to do and is empty where all is well."""

    text: str
    remedy: str = ""

    @property
    def well(self) -> bool:
        return not self.remedy


def moment(at: datetime) -> str:
    """A moment within a sentence."""
    # Translators: Django's signs for a day and a time of day
    return date_format(timezone.localtime(at), _("Y-m-d H:i"))


@dataclass(frozen=True)
class Examination:
    """`look(at)` answers a Finding; one with `network` asks other servers and may take seconds."""

    name: str
    label: str | Promise
    look: Callable[[datetime], Finding]
    order: int
    network: bool = False


_examinations: dict[str, Examination] = {}


def register(
    name: str,
    label: str | Promise,
    look: Callable[[datetime], Finding],
    *,
    order: int,
    network: bool = False,
) -> None:
    _examinations[name] = Examination(name, label, look, order, network)


def examine(*, at: datetime, network: bool = True) -> Iterator[tuple[Examination, Finding]]:
    """Each in its turn; one that breaks is a finding too and stops no other."""
    for each in sorted(_examinations.values(), key=lambda each: each.order):
        if network or not each.network:
            yield each, found(each, at)


def found(examination: Examination, at: datetime) -> Finding:
    try:
        return examination.look(at)
    except (DatabaseError, InterfaceError):
        return Finding(
            _("This cannot be told while the database does not answer as it should."),
            _("Look after the database and the migrations first."),
        )
    except Exception as error:
        logger.exception("examination %s broke", examination.name)
        return Finding(
            _("This could not be looked at: %(error)s.") % {"error": type(error).__name__},
            _("The log tells where it broke."),
        )
