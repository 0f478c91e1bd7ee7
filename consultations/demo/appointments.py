"""A few appointments of each advisor: one that nobody has recorded yet, and some to come."""

from datetime import date, timedelta

from consultations.models import Appointment, AppointmentChannel
from contacts.demo.cases import Case
from contacts.models import StageKind
from dma_crm.demo import Demo, local

# Working days from today, the hour, how, where, and what about.
AGREED = [
    (-1, 15, AppointmentChannel.PHONE, "", "Zahlen für die Bank"),
    (0, 16, AppointmentChannel.IN_PERSON, "DigitalCube, Raum 2", "Finanzplan durchgehen"),
    (1, 14, AppointmentChannel.VIDEO, "https://video.dma.example/termin", "Stand der Gründung"),
    (4, 10, AppointmentChannel.IN_PERSON, "DigitalCube, Raum 2", "Pitch proben"),
]


def make_appointments(demo: Demo) -> None:
    rows = [row for cases in by_owner(demo).values() for row in agreed(demo, cases)]
    demo.number(Appointment.REFERENCE_PREFIX, rows)
    demo.write(Appointment, rows)


def by_owner(demo: Demo) -> dict[int, list[Case]]:
    """Ventures on their way, as they come."""
    owners: dict[int, list[Case]] = {}
    for case in demo.made["cases"]:
        if case.startup.stage.kind == StageKind.OPEN and case.person.state == "active":
            owners.setdefault(case.startup.owner_id, []).append(case)
    return owners


def agreed(demo: Demo, cases: list[Case]) -> list[Appointment]:
    agreed_at = local(demo.workday(-3), minute=11 * 60)
    return [
        Appointment(
            id=demo.new_id(agreed_at),
            person=case.person,
            startup=case.startup,
            advisor=case.startup.owner,
            starts_at=(starts := local(day_of(demo, days), minute=hour * 60)),
            ends_at=starts + timedelta(hours=1),
            channel=channel,
            place=place,
            subject=subject,
            created_at=agreed_at,
            modified_at=agreed_at,
        )
        for case, (days, hour, channel, place, subject) in zip(cases, AGREED, strict=False)
    ]


def day_of(demo: Demo, workdays: int) -> date:
    """Today, if somebody works today."""
    here = workdays == 0 and demo.today in demo.workdays
    return demo.today if here else demo.workday(workdays or 1)
