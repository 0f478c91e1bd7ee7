"""Search at scale: recall by kind of misspelling, and time beside the raw SQL, on both databases.

    python bench/search.py [--people 100000] [--postgresql URL] [--json]

The people of the German truth set stand among generated ones. A class counts how often the true
person is among the first ten hits. PostgreSQL is measured when its server answers; the database
named in the URL is dropped and made anew.
"""

import argparse
import datetime
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
POSTGRESQL = "postgresql://postgres@127.0.0.1:5432/dma_bench_search"
# Three lines: stems and endings of family names, given names.
STEMS, ENDINGS, GIVEN = (
    line.split()
    for line in (ROOT / "bench" / "names_de.txt").read_text(encoding="utf-8").splitlines()
)
SOUNDS = [
    ("dt", "tt"),
    ("ei", "ai"),
    ("ei", "ey"),
    ("ph", "f"),
    ("ck", "k"),
    ("th", "t"),
    ("f", "v"),
]


def main() -> int:
    told = arguments()
    if told.inside:
        return inside(told)
    with tempfile.TemporaryDirectory() as folder:
        urls = {"sqlite": f"sqlite:///{folder}/bench.sqlite3"}
        if fresh_postgresql(told.postgresql):
            urls["postgresql"] = told.postgresql
        results = {name: run_inside(url, told) for name, url in urls.items()}
    print(json.dumps(results, indent=2) if told.json else table(results))
    return 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=200, help="per class of misspelling")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgresql", default=POSTGRESQL)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def fresh_postgresql(url: str) -> bool:
    import psycopg  # noqa: PLC0415 - the rest runs without a server

    server, _, name = url.rpartition("/")
    try:
        with psycopg.connect(
            f"{server}/postgres", autocommit=True, connect_timeout=2
        ) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
            connection.execute(f'CREATE DATABASE "{name}"')
    except psycopg.OperationalError as error:
        print(f"PostgreSQL is left out: {error}", file=sys.stderr)
        return False
    return True


def run_inside(url: str, told) -> dict:
    environment = {**os.environ, "DATABASE_URL": url, "DEMO": "1", "PYTHONPATH": str(ROOT)}
    options = ["--people", told.people, "--queries", told.queries, "--seed", told.seed]
    command = [sys.executable, __file__, "--inside", *map(str, options)]
    done = subprocess.run(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def inside(told) -> int:
    """Everything below runs in a process of its own, against one database."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "dma_crm.settings"
    import django  # noqa: PLC0415 - after the environment

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0, stdout=sys.stderr)
    dice = random.Random(told.seed)
    people = make_people(told.people, dice)
    seconds = fill(people)
    from accounts.actors import Actor  # noqa: PLC0415

    actor = Actor(role="advisor", channel="screen")
    result = {"people": told.people, "indexed_seconds": round(seconds, 1), "words": count_words()}
    result["first_search_ms"] = timed(lambda: search("Anna", actor))
    result["classes"] = classes(people, dice, actor, told.queries)
    result["duplicates_ms"] = duplicates(people, dice, actor, told.queries)
    print(json.dumps(result))
    return 0


def make_people(count: int, dice) -> list[dict]:
    families = [stem + ending for stem in STEMS for ending in ENDINGS]
    true = truth()
    families += list({one["family_name"] for one in true})
    given = list({*GIVEN, *(one["given_name"] for one in true)})
    made = [generated(dice, given, families) for _ in range(count - len(true))]
    return true + made


def truth() -> list[dict]:
    import csv  # noqa: PLC0415

    path = ROOT / "tests" / "data" / "german" / "kontakte_2025_wahrheit.csv"
    with path.open(encoding="utf-8") as lines:
        rows = {row["person_id"]: row for row in csv.DictReader(lines)}
    return [
        {
            "given_name": row["vorname"],
            "family_name": row["nachname"],
            "birth_date": row["geburtsdatum"] or None,
            "email": row["email"],
            "phone": row["mobil"] or row["telefon"],
            "postcode": row["plz"],
            "street": row["strasse"],
            "house_number": row["hausnummer"],
            "town": row["ort"],
        }
        for row in rows.values()
    ]


def generated(dice, given: list[str], families: list[str]) -> dict:
    first, last = dice.choice(given), dice.choice(families)
    if dice.random() < 0.05:
        last = f"{last}-{dice.choice(families)}"
    number = dice.randrange(10**7)
    born = datetime.date(1950, 1, 1) + datetime.timedelta(days=dice.randrange(20_000))
    return {
        "given_name": first,
        "family_name": last,
        "birth_date": born.isoformat(),
        "email": mail(first, last, number) if dice.random() < 0.7 else "",
        "phone": f"+4917{dice.randrange(10)}{number:07d}" if dice.random() < 0.8 else "",
        "postcode": f"{dice.randrange(1_000, 99_999):05d}",
        "street": dice.choice(STEMS) + "straße",
        "house_number": str(dice.randrange(1, 150)),
        "town": "Wolfsburg",
    }


def mail(first: str, last: str, number: int) -> str:
    from contacts.folding import fold  # noqa: PLC0415

    return f"{fold(first)}.{fold(last)}{number}@post.example".replace(" ", "")


def fill(people: list[dict]) -> float:
    """Rows as they would be stored, then the index; answers the seconds of indexing."""
    from django.db import connection  # noqa: PLC0415

    from contacts.folding import fold  # noqa: PLC0415
    from contacts.models import Person, PersonEmail, PersonPhone  # noqa: PLC0415
    from contacts.search.index import index_many  # noqa: PLC0415

    rows = []
    for number, one in enumerate(people):
        fields = {name: value for name, value in one.items() if name not in {"email", "phone"}}
        fields["sort_name"] = fold(f"{one['family_name']} {one['given_name']}")
        rows.append(Person(reference=f"P-2024-{number:06d}", **fields))
    Person.objects.bulk_create(rows)
    pairs = list(zip(rows, people, strict=True))
    PersonEmail.objects.bulk_create(
        PersonEmail(person=row, address=one["email"]) for row, one in pairs if one["email"]
    )
    PersonPhone.objects.bulk_create(
        PersonPhone(person=row, number=one["phone"]) for row, one in pairs if one["phone"]
    )
    for row, one in pairs:
        one["pk"] = row.pk
    began = time.perf_counter()
    index_many(rows)
    seconds = time.perf_counter() - began
    with connection.cursor() as cursor:  # what autovacuum does while an installation idles
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    return seconds


def count_words() -> int:
    from contacts.models import SearchWord  # noqa: PLC0415

    return SearchWord.objects.count()


def search(query: str, actor):
    from contacts.search import find  # noqa: PLC0415

    return find(query, actor=actor, limit=10)


def raw(query: str) -> list:
    """The reference: the plain fragment search that everybody starts with."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, person_id FROM contacts_searchentry WHERE text LIKE %s LIMIT 20",
            [f"%{query.lower()}%"],
        )
        return cursor.fetchall()


def timed(work) -> float:
    began = time.perf_counter()
    work()
    return round((time.perf_counter() - began) * 1000, 2)


def classes(people: list[dict], dice, actor, count: int) -> dict:
    found = {}
    known = people[: min(len(people), 1_800)] + dice.sample(people, min(len(people), 3_000))
    for name, spell in SPELLINGS.items():
        asked = [(spell(dice.choice(known), dice), one) for one in range(count * 6)]
        asked = [query for query, _one in asked if query][:count]
        found[name] = measure(asked, actor)
    return found


def measure(asked: list[tuple[str, dict]], actor) -> dict:
    hits, times, references = 0, [], []
    for query, one in asked:
        began = time.perf_counter()
        answer = search(query, actor)
        times.append((time.perf_counter() - began) * 1000)
        references.append(timed(lambda query=query: raw(query)))
        hits += one["pk"] in {hit.id for hit in answer}
    p50, p95 = quantiles(times)
    reference = statistics.median(references)
    return {
        "queries": len(asked),
        "recall": round(hits / len(asked), 3),
        "p50_ms": p50,
        "p95_ms": p95,
        "raw_p50_ms": round(reference, 2),
    }


def quantiles(times: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(times, n=20)
    return round(statistics.median(times), 2), round(cuts[18], 2)


def plain(one, dice):
    return f"{one['given_name']} {one['family_name']}", one


def swapped(one, dice):
    return f"{one['family_name']}, {one['given_name']}", one


def umlaut(one, dice):
    name = f"{one['given_name']} {one['family_name']}"
    spelt = [("ä", "ae", "a"), ("ö", "oe", "o"), ("ü", "ue", "u"), ("ß", "ss", "ss")]
    way = dice.choice([1, 2])
    other = name.lower()
    for letters in spelt:
        other = other.replace(letters[0], letters[way])
    return (other, one) if other != name.lower() else None


def one_edit(one, dice):
    name = one["family_name"]
    if len(name) < 5:
        return None
    at = dice.randrange(1, len(name) - 1)
    kind = dice.randrange(4)
    letter = dice.choice("abcdefghiklmnoprstuwz")
    tail = {
        0: name[at + 1 :],
        1: letter + name[at:],
        2: letter + name[at + 1 :],
        3: name[at + 1] + name[at] + name[at + 2 :],
    }[kind]
    return f"{one['given_name']} {name[:at]}{tail}", one


def by_ear(one, dice):
    name = one["family_name"].lower()
    fitting = [pair for pair in SOUNDS if pair[0] in name]
    if not fitting:
        return None
    return f"{one['given_name']} {name.replace(*dice.choice(fitting), 1)}", one


def beginnings(one, dice):
    return f"{one['given_name'][:3]} {one['family_name'][:6]}", one


def phone_part(one, dice):
    number = one["phone"]
    if not number.startswith("+49"):
        return None
    said = "0" + number[3:]
    return dice.choice([said, f"{said[:4]} {said[4:]}", number, said[-7:]]), one


def mail_part(one, dice):
    mail = one["email"]
    if not mail:
        return None
    return dice.choice([mail, mail.split("@")[0] + "@", mail.upper()]), one


SPELLINGS = {
    "as it is": plain,
    "last name first": swapped,
    "umlaut": umlaut,
    "one edit": one_edit,
    "by ear": by_ear,
    "beginnings": beginnings,
    "phone part": phone_part,
    "mail part": mail_part,
}


def duplicates(people: list[dict], dice, actor, count: int) -> dict:
    """Checking one newly typed person against all others."""
    from contacts.duplicates import near_duplicates  # noqa: PLC0415
    from contacts.matchkeys import Identity  # noqa: PLC0415

    times, shown, false = [], 0, 0
    for one in dice.sample(people, min(len(people), count)):
        typo = one_edit(one, dice)
        said = typo[0].removeprefix(one["given_name"] + " ") if typo else one["family_name"]
        born = datetime.date.fromisoformat(one["birth_date"]) if one["birth_date"] else None
        who = Identity(
            given_name=one["given_name"],
            family_name=said,
            birth_date=born,
            phones=(one["phone"],) if one["phone"] else (),
            postcode=one["postcode"],
        )
        began = time.perf_counter()
        found = near_duplicates(who, actor=actor)
        times.append((time.perf_counter() - began) * 1000)
        shown += one["pk"] in {near.person.pk for near in found}
        false += sum(near.person.pk != one["pk"] for near in found)
    p50, p95 = quantiles(times)
    return {"p50_ms": p50, "p95_ms": p95, "shown": shown, "others": false, "asked": len(times)}


def table(results: dict) -> str:
    lines = []
    for name, result in results.items():
        lines.append(
            f"\n{name}: {result['people']:,} people, {result['words']:,} words,"
            f" indexed in {result['indexed_seconds']} s"
        )
        lines.append("| typed | recall@10 | p50 ms | p95 ms | raw SQL p50 ms |")
        lines.append("|---|---|---|---|---|")
        for kind, one in result["classes"].items():
            figures = ("recall", "p50_ms", "p95_ms", "raw_p50_ms")
            lines.append(f"| {kind} | " + " | ".join(str(one[key]) for key in figures) + " |")
        lines.append(f"near duplicates: {result['duplicates_ms']}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
