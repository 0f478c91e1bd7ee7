"""Lists of people and firms are read in whole or not at all, completed, never doubled."""

import datetime
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.actors import Actor
from accounts.models import Change
from contacts.imports.errors import UnreadableFileError
from contacts.imports.matching import COMMON_KEY
from contacts.imports.planning import BATCH
from contacts.imports.running import import_file
from contacts.models import (
    Affiliation,
    ImportedRow,
    ImportRun,
    MatchKey,
    Person,
    PersonState,
    SearchEntry,
    StageChange,
    Startup,
)
from contacts.search import find
from contacts.search.index import index_many
from tests.contacts import lists
from tests.factories import (
    NOW,
    PartnerFactory,
    PersonFactory,
    StartupFactory,
    UserFactory,
    actor,
)

pytestmark = pytest.mark.django_db
HEAD = "Vorname;Nachname;Geburtsdatum;Straße;PLZ;Ort;Telefon;E-Mail;Firma;Bemerkung"
EVA = "Eva;Müller;12.04.1980;Bergstr. 12 a;38440;Wolfsburg;05361 123456;eva@mueller.example;;"


def read(*rows, head=HEAD, **more):
    data = more.pop("data", None) or "\n".join([head, *rows]).encode()
    options = {"file_name": "liste.csv", "by": Actor.system(), "at": NOW, **more}
    with translation.override("en"):
        return import_file(data, **options)


def outcomes(report):
    return [row.outcome for row in report.rows]


def run(*arguments):
    out = io.StringIO()
    call_command("import_contacts", *map(str, arguments), stdout=out)
    return out.getvalue()


def run_json(*arguments):
    return json.loads(run(*arguments, "--json"))


def written():
    """How many rows each table that an import writes to holds."""
    models = (Person, Startup, ImportRun, ImportedRow, SearchEntry, MatchKey, Change, Affiliation)
    return [model.objects.count() for model in models]


def indexed(record):
    index_many([record])
    return record


def test_new_person_is_stored_found_and_remembered():
    user = UserFactory(email="wer@dma.example")
    report = read(
        "Eva;MÜLLER;12.04.80;Bergstr. 12 a;38440;Wolfsburg;05361 123456, 0170 1234567;"
        "eva@mueller.example;Café Süd;Rückruf",
        by=Actor.of(user),
    )
    assert report.counts == {"created": 1, "updated": 0, "unchanged": 0, "skipped": 0}
    person = Person.objects.get()
    assert person.reference == "P-2026-0001"
    assert (person.given_name, person.family_name) == ("Eva", "Müller")
    assert person.sort_name == "mueller eva"
    assert person.birth_date == datetime.date(1980, 4, 12)
    assert (person.street, person.house_number) == ("Bergstraße", "12a")
    assert (person.source.code, person.owner, person.version) == ("import", None, 1)
    assert person.remark == "Rückruf\nFirm: Café Süd"
    assert [phone.number for phone in person.phones.all()] == ["+495361123456", "+491701234567"]
    assert [hit.id for hit in find("Eva Mueller", actor=actor())] == [person.pk]
    change = Change.objects.get()
    assert (change.version, change.fields, change.by_user) == (1, {}, user)
    row = ImportedRow.objects.get()
    assert (row.number, row.outcome, row.entry.person) == (2, "created", person)
    assert row.run.created == 1
    assert (row.run.file_name, row.run.encoding, row.run.by_user) == ("liste.csv", "utf-8", user)


def test_known_person_is_completed_and_never_overwritten():
    known = PersonFactory(
        given_name="Eva",
        family_name="Müller",
        birth_date=datetime.date(1980, 4, 12),
        town="Gifhorn",
        remark="Ruft gern an",
        email="eva@mueller.example",
    )
    indexed(known)
    report = read(
        "Eva;Mueller;12.04.1980;Bergstr. 12 a;38440;Wolfsburg;05361 123456;neu@mueller.example;;x"
    )
    assert outcomes(report) == ["updated"]
    assert report.rows[0].reference == known.reference
    assert report.rows[0].notes == [
        "Town stays “Gifhorn”, the list says “Wolfsburg”.".replace("Town", "town"),
        "remark stays “Ruft gern an”, the list says “x”.",
    ]
    known.refresh_from_db()
    assert (known.family_name, known.town, known.street) == ("Müller", "Gifhorn", "Bergstraße")
    assert known.version == 2
    assert [mail.address for mail in known.emails.all()] == [
        "eva@mueller.example",
        "neu@mueller.example",
    ]
    change = Change.objects.get()
    assert change.version == 2
    assert change.fields == {
        "street": ["", "Bergstraße"],
        "house_number": ["", "12a"],
        "postcode": ["", "38440"],
        "emails": [["eva@mueller.example"], ["eva@mueller.example", "neu@mueller.example"]],
        "phones": [[], ["+495361123456"]],
    }
    assert ImportedRow.objects.get().entry.person == known


def test_second_import_of_a_file_changes_nothing():
    rows = [EVA, "Jens;Kaya;;;;;;jens@kaya.example;;"]
    read(*rows)
    before = written()
    report = read(*rows)

    assert outcomes(report) == ["unchanged", "unchanged"]
    assert [row.reason for row in report.rows] == ["Imported before."] * 2
    assert report.rows[0].reference == "P-2026-0001"
    after = written()
    assert (after[2] - before[2], after[3] - before[3]) == (1, 2)
    assert after[:2] + after[4:] == before[:2] + before[4:]
    assert outcomes(read(*rows)) == ["unchanged", "unchanged"]


def test_another_file_completes_what_the_first_one_left():
    read(EVA)
    assert outcomes(read(EVA.replace(";;", ";;Neu"))) == ["updated"]
    assert Person.objects.get().remark == "Neu"


def test_rows_of_one_file_that_are_one_person_meet():
    report = read(EVA, EVA, EVA.replace("Eva;", "eva;").replace("05361 123456", "0170 7654321"))
    assert outcomes(report) == ["created", "unchanged", "updated"]
    assert [row.reason for row in report.rows] == [
        "",
        "The same as row 2.",
        "The same as row 2.",
    ]
    assert Person.objects.get().phones.count() == 2
    assert Person.objects.get().version == 1
    assert ImportedRow.objects.filter(entry__person=Person.objects.get()).count() == 3


def test_existing_person_named_twice_is_updated_once():
    indexed(PersonFactory(given_name="Eva", family_name="Müller", email="eva@mueller.example"))
    report = read(EVA, EVA.replace("12.04.1980", "").replace(";;", ";;Später"))
    assert outcomes(report) == ["updated", "updated"]
    assert Person.objects.get().version == 2
    assert Person.objects.get().remark == "Später"


def test_what_may_be_the_same_is_created_and_told():
    known = indexed(PersonFactory(given_name="Eva", family_name="Müller"))
    report = read("Eva;Müller;;;;;;;;", "Eva;Müller;;;;;;;;x")
    assert report.rows[0].notes == [
        f"Please check: may be the same as Eva Müller ({known.reference})."
    ]
    assert outcomes(report) == ["created", "created"]
    assert Person.objects.count() == 3


def test_file_alone_tells_the_row_to_check():
    report = read("Eva;Müller;;;;;;;;", "Eva;Müller;;;;;;;;x")
    assert report.rows[1].notes == ["Please check: may be the same as row 2."]


def test_rows_without_a_name_and_restricted_people_are_skipped():
    indexed(
        PersonFactory(
            given_name="Eva",
            family_name="Müller",
            email="eva@mueller.example",
            state=PersonState.RESTRICTED,
        )
    )
    report = read(EVA, EVA, ";;;;;;0170 1234567;;;", "Cher;;;;;;;;;", "a;b;c;d;e;f;g;h;i;j;k;l")
    assert [(row.outcome, row.reason) for row in report.rows] == [
        ("skipped", "Processing of this person is restricted."),
        ("skipped", "The same as row 2."),
        ("skipped", "The name is missing."),
        ("created", ""),
        ("created", ""),
    ]
    assert "The row has more cells than the header." in report.rows[4].notes
    assert Person.objects.get(family_name="Cher").given_name == ""


def test_erased_people_do_not_come_back_with_the_old_file():
    read(EVA)
    person = Person.objects.get()
    person.state, person.family_name = PersonState.ANONYMISED, "anonym"
    person.save()
    indexed(person)

    report = read(EVA)
    assert outcomes(report) == ["skipped"]
    assert report.rows[0].reason == "Imported before; the record has been erased or merged since."
    assert Person.objects.count() == 1


def test_firm_of_a_person_is_linked_only_where_it_is_clear():
    cafe = StartupFactory(name="Café Süd", sort_name="cafe sued")
    bank = PartnerFactory(name="Bank Nord", sort_name="bank nord")
    StartupFactory(name="Doppelt", sort_name="doppelt")
    StartupFactory(name="Doppelt", sort_name="doppelt")
    before = Startup.objects.count()
    read(
        "Eva;Kaya;;;;;;a@a.example;CAFÉ SÜD GmbH;",
        "Jo;Brandt;;;;;;b@b.example;Bank Nord;",
        "Ida;Wolf;;;;;;c@c.example;Doppelt;",
        "Max;Moor;;;;;;d@d.example;;",
    )
    assert Startup.objects.count() == before
    assert list(
        Affiliation.objects.order_by("person__sort_name").values_list(
            "person__family_name", "startup", "partner", "role"
        )
    ) == [("Brandt", None, bank.pk, "other"), ("Kaya", cafe.pk, None, "other")]
    assert Person.objects.get(family_name="Wolf").remark == "Firm: Doppelt"


def test_firm_of_a_known_person_is_linked_once_or_told():
    cafe = StartupFactory(name="Café Süd", sort_name="cafe sued")
    known = PersonFactory(given_name="Eva", family_name="Kaya", email="a@a.example")
    indexed(known)
    row = "Eva;Kaya;;;;;;a@a.example;{};{}"
    assert outcomes(read(row.format("Café Süd", ""))) == ["updated"]
    assert Affiliation.objects.get().startup == cafe
    again = read(row.format("Café Süd", "-"))
    assert outcomes(again) == ["unchanged"]
    other = read(row.format("Anderswo", ""))
    assert outcomes(other) == ["unchanged"]
    assert other.rows[0].notes == ["Firm not known: Anderswo"]
    assert Affiliation.objects.count() == 1


def test_partner_of_a_known_person_is_linked_once():
    PartnerFactory(name="Bank Nord", sort_name="bank nord")
    read("Eva;Kaya;;;;;;a@a.example;Bank Nord;")
    assert outcomes(read("Eva;Kaya;;;;;;a@a.example;Bank Nord;k.A.")) == ["unchanged"]
    assert Affiliation.objects.count() == 1


FIRMS = "Firmenname;Rechtsform;Adresse;Telefon;Webseite;USt-IdNr.;gegründet;E-Mail;Ansprechpartner"
CAFE = "Café Süd UG;;Ring 3, 38440 Wolfsburg;05361 1234;www.cafe.example;DE1;1.2.2020;;Eva Kaya"


def test_firms_become_startups_with_their_phase():
    report = read(CAFE, "Neuland;Stiftung;;;;;;;", head=FIRMS)
    assert outcomes(report) == ["created", "created"]
    cafe, other = Startup.objects.order_by("name")
    assert (cafe.name, cafe.sort_name, cafe.legal_form) == ("Café Süd", "cafe sued", "ug")
    assert (cafe.street, cafe.postcode, cafe.phone) == ("Ring", "38440", "+4953611234")
    assert (cafe.website, cafe.vat_id) == ("https://cafe.example", "DE1")
    assert cafe.founded_on == datetime.date(2020, 2, 1)
    assert other.legal_form == "other"
    assert [change.after.code for change in StageChange.objects.all()] == ["orientation"] * 2
    assert cafe.reference == "S-2026-0001"
    assert ImportedRow.objects.order_by("number").first().entry.startup == cafe


def test_known_firms_are_completed_and_partners_left_alone():
    PartnerFactory(name="Bank Nord", sort_name="bank nord")
    cafe = indexed(
        StartupFactory(name="Café Süd", founded_on=datetime.date(2020, 2, 1), phone="+4953611234")
    )
    report = read(CAFE, "Bank Nord AG;;;;;;;;", ";;;;;;;;", "k.A.;GmbH;;;;;;;", head=FIRMS)
    assert [(row.outcome, row.reason) for row in report.rows] == [
        ("updated", ""),
        ("skipped", "This is a partner organisation, not a startup."),
        ("skipped", "The name is missing."),
    ]
    cafe.refresh_from_db()
    assert (cafe.legal_form, cafe.town, cafe.version) == ("ug", "Wolfsburg", 2)
    assert outcomes(read(CAFE, head=FIRMS)) == ["unchanged"]


def test_long_texts_are_cut_and_told():
    report = read(
        "Eva;Kaya;;;" + "38440;" + "O" * 200 + ";;" + "e" * 64 + "@" + "a." * 130 + "de;;"
    )
    assert "The text was cut, it is too long." in report.rows[0].notes
    assert len(Person.objects.get().town) == 80
    assert Person.objects.get().emails.count() == 0


def test_what_has_no_field_goes_into_the_remark():
    head = "Name;Anrede;Adresse;Bemerkung"
    read('Dr. Eva Kaya (geb. Wolf);Frau;"c/o Moor, Ring 3, A-1010 Wien";', head=head)
    person = Person.objects.get()
    assert (person.title, person.form_of_address) == ("Dr.", "ms")
    assert person.remark == "Born as Wolf\nc/o Moor\nCountry: AT"


def test_columns_are_told():
    head = "Name;E-Mail;Newsletter;Förderung;Veranstaltung;Lieblingsfarbe;Nr.;Firma"
    report = read("Eva Kaya;e@kaya.example;ja;12;Tag;rot;1;", head=head)
    assert {column["heading"]: column["note"] for column in report.columns} == {
        "Name": "",
        "E-Mail": "",
        "Newsletter": "Not taken as consent: a list proves no agreement.",
        "Förderung": "Not kept: amounts of funding have no place here.",
        "Veranstaltung": "Not kept: registrations belong to their event.",
        "Lieblingsfarbe": "Not kept: the heading was not understood.",
        "Nr.": "Not kept.",
        "Firma": "Linked where exactly one startup or partner has this name, else a remark.",
    }
    assert not Person.objects.get().consents.exists()
    notes = {column["heading"]: column["note"] for column in read(CAFE, head=FIRMS).columns}
    assert notes["Ansprechpartner"] == "Not kept: a bare name is too little to know a person by."
    assert notes["E-Mail"] == "Only compared: a startup is reached through its people."


def test_keys_of_too_many_records_are_passed_over():
    people = [PersonFactory(given_name="Eva", family_name="Müller") for _ in range(COMMON_KEY + 1)]
    index_many(people)
    assert read("Eva;Müller;;;;;;;;").rows[0].notes == []


def test_street_alone_makes_no_candidate():
    indexed(PersonFactory(street="Bergstraße", house_number="12a"))
    assert outcomes(read("Max;Moor;;Bergstraße 12a;;;;;;")) == ["created"]


def test_many_rows_with_one_key_stay_apart():
    rows = [f"Eva{n};Müller{n};;;;;;info@firma.example;;" for n in range(COMMON_KEY + 2)]
    assert read(*rows).counts["created"] == COMMON_KEY + 2


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "mac_roman"])
def test_every_encoding_is_read(encoding):
    data = f"{HEAD}\nJörg;Müßig;;;;;;;;\nZoë;Äpfel;;;;;;;;\n".encode(encoding)
    read(data=data)
    assert set(Person.objects.values_list("given_name", "family_name")) == {
        ("Jörg", "Müßig"),
        ("Zoë", "Äpfel"),
    }


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\n\n", "The file is empty."),
        (HEAD.encode(), "The file holds no records."),
        (b"Farbe;Zahl\nrot;1\n", "No column holds names."),
        (bytes(range(256)) * 40, "No column holds names."),
        (b"\x89PNG\r\n", "This is neither a CSV nor an Excel file."),
        (b"PK\x03\x04 kaputt", "The Excel file is damaged."),
    ],
)
def test_bad_files_are_refused_and_nothing_is_written(tmp_path, data, sentence):
    file = tmp_path / "liste.csv"
    file.write_bytes(data)
    before = written()
    with translation.override("en"), pytest.raises(CommandError) as refused:
        run(file)
    assert str(refused.value).startswith(sentence)
    assert refused.value.returncode == 1
    assert written() == before


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (".", "is not a file."),
        ("/dev/null", "is not a file."),
        ("gibt-es-nicht.csv", "No such file or directory."),
        ("/proc/self/mem", "Input/output error."),
        ("a\0b", "embedded null byte."),
    ],
)
def test_what_cannot_be_read_is_told(name, sentence):
    with translation.override("en"), pytest.raises(CommandError, match=sentence) as refused:
        run(name)
    assert refused.value.returncode == 1


def test_nobody_of_the_agency_is_wrong_usage(tmp_path):
    UserFactory(partner=True, email="ihk@partner.example")
    for email in ("niemand@dma.example", "ihk@partner.example"):
        with pytest.raises(CommandError) as refused:
            run(tmp_path, "--by", email)
        assert refused.value.returncode == 2


def test_whoever_imports_stands_in_the_history(tmp_path):
    user = UserFactory(email="wer@dma.example")
    file = tmp_path / "liste.csv"
    file.write_text(f"{HEAD}\n{EVA}\n")
    out = run(file, "--by", "WER@dma.example")
    assert ImportRun.objects.get().by_user == user
    assert out.splitlines()[0] == "liste.csv: people, utf-8"
    assert out.splitlines()[-1] == "1 created, 0 updated, 0 unchanged, 0 skipped"


def test_dry_run_reports_the_same_and_writes_nothing():
    file = lists.LISTS / "firmen_unicode.txt"
    before = written()
    dry = run_json(file, "--dry-run")
    assert written() == before
    assert run_json(file) == dry
    assert written() != before


def test_lists_are_imported_as_measured():
    """The whole German lists; the truth: 1,840 people, 756 (480 of them new), 540 firms.

    Some stand there twice, to be checked by somebody; in exchange nothing of two is mixed.
    """
    figures = {}
    for name in ("firmen.csv", "kontakte_2025.csv", "kontakte_2026.xlsx", "firmen_unicode.txt"):
        report = run_json(lists.LISTS / name)
        figures[name] = [report[key] for key in ("created", "updated", "unchanged", "skipped")]
    assert figures == MEASURED
    assert Person.objects.count() == 1_847 + 492
    assert Startup.objects.count() == 540
    assert mixed("kontakte_2025.csv", "kontakte_2025_wahrheit.csv") == 0
    assert mixed("kontakte_2026.xlsx", "kontakte_2026_wahrheit.csv") == 0

    before = written()
    again = run_json(lists.LISTS / "kontakte_2026.xlsx")
    assert [again[key] for key in ("created", "updated", "unchanged")] == [0, 0, 800]
    after = written()
    assert after[:2] + after[4:] == before[:2] + before[4:]


MEASURED = {
    "firmen.csv": [540, 25, 35, 0],
    "kontakte_2025.csv": [1_847, 59, 94, 2],
    "kontakte_2026.xlsx": [492, 39, 269, 2],
    "firmen_unicode.txt": [0, 0, 200, 0],
}


def mixed(name, truth):
    """Records that rows of different people went into."""
    rows = ImportRun.objects.get(file_name=name).rows.order_by("number")
    true = [row["person_id"] for row in lists.truth(truth)]
    people = {}
    for entry, person in zip(rows.values_list("entry_id", flat=True), true, strict=True):
        people.setdefault(entry, set()).add(person)
    return sum(len(found) > 1 for found in people.values())


def test_participants_of_events_are_people():
    report = run_json(lists.LISTS / "veranstaltungsteilnehmer.csv", "--dry-run")
    assert (report["kind"], len(report["rows"])) == ("people", 1_200)
    assert report["created"] + report["updated"] + report["unchanged"] == 1_200


def test_queries_are_counted_by_the_batch_not_by_the_row():
    def queries(count):
        family = "ABCDEFGHIKLMNOPRSTUVWZ"[count % 20]
        rows = [f"Eva{n};{family}urg{n};;;;;;{family}{n}@x.example;;" for n in range(count)]
        with CaptureQueriesContext(connection) as seen:
            assert read(*rows).counts["created"] == count
        return len(seen)

    queries(1)
    assert queries(BATCH // 20) <= queries(2) + 3


def test_somebody_created_meanwhile_is_seen():
    """Between planning and writing another person of that name is stored: planned again."""
    data = f"{HEAD}\n{EVA}\n".encode()
    rows = []

    def track(items):
        if not rows:
            rows.append(1)
            read(data=data)
        return iter(items)

    report = read(data=data, track=track)
    assert outcomes(report) == ["unchanged"]
    assert Person.objects.count() == 1


def test_edit_meanwhile_ends_the_import_without_a_trace():
    known = indexed(
        PersonFactory(given_name="Eva", family_name="Müller", email="eva@mueller.example")
    )

    def track(items):
        for number, item in enumerate(items):
            if number == BATCH:  # the first batch has been read and planned
                Person.objects.filter(pk=known.pk).update(version=2)
            yield item

    before = written()
    with pytest.raises(UnreadableFileError, match="Somebody edited"):
        read(EVA, *["Neu;Neumann;;;;;;n@n.example;;"] * BATCH, track=track)
    assert written() == before


@pytest.mark.django_db(transaction=True)
def test_failure_at_the_very_end_leaves_nothing():
    """A user that does not exist is found out at the commit, when all is written."""
    before = written()
    with pytest.raises(IntegrityError):
        read(EVA, by=Actor(role="admin", channel="screen", user_id=999_999))
    assert written() == before


KILLED = """
import os, signal, django
django.setup()
from django.core.management import call_command
from django.db import IntegrityError, connection

def kill(execute, sql, params, many, context):
    if "contacts_importedrow" in sql and sql.startswith("INSERT"):
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)

with connection.execute_wrapper(kill):
    call_command("import_contacts", os.environ["LIST"])
"""


@pytest.mark.slow
def test_command_through_the_command_line(tmp_path):
    """In processes and a database of its own: exit codes, and a SIGKILL before the last row."""
    database = tmp_path / "leer.sqlite3"
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{database}",
        "DJANGO_SETTINGS_MODULE": "dma_crm.settings",
        "LIST": str(lists.LISTS / "firmen_unicode.txt"),
    }

    def code(*arguments):
        command = [sys.executable, *arguments]
        options = {"cwd": Path(__file__).parents[2], "env": environment, "text": True}
        done = subprocess.run(command, **options, capture_output=True, check=False)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode

    def startups():
        with closing(sqlite3.connect(database)) as connected:
            return connected.execute("SELECT COUNT(*) FROM contacts_startup").fetchone()[0]

    assert code("manage.py", "migrate", "-v0") == 0
    assert code("-c", KILLED) == -signal.SIGKILL
    assert startups() == 0
    assert code("manage.py", "import_contacts", environment["LIST"]) == 0
    assert startups() == 197
    assert code("manage.py", "import_contacts", str(tmp_path)) == 1
    assert code("manage.py", "import_contacts") == 2
    assert code("manage.py", "import_contacts", "--help") == 0
