"""The lists of words beside this file, and how people and places are spread."""

from pathlib import Path

HERE = Path(__file__).parent
# given name, form of address
GIVEN = [
    ("Anna", "ms"), ("Ayşe", "ms"), ("Bärbel", "ms"), ("Beatriz", "ms"), ("Carolin", "ms"),
    ("Chiara", "ms"), ("Dilan", "ms"), ("Elif", "ms"), ("Eva", "ms"), ("Fatma", "ms"),
    ("Franziska", "ms"), ("Giulia", "ms"), ("Hanna", "ms"), ("Ilka", "ms"), ("Ines", "ms"),
    ("Jasmin", "ms"), ("Jule", "ms"), ("Käthe", "ms"), ("Katarzyna", "ms"), ("Kerstin", "ms"),
    ("Lea", "ms"), ("Leyla", "ms"), ("Magdalena", "ms"), ("Małgorzata", "ms"), ("Meike", "ms"),
    ("Nadine", "ms"), ("Noura", "ms"), ("Oksana", "ms"), ("Paula", "ms"), ("Renée", "ms"),
    ("Sabine", "ms"), ("Silke", "ms"), ("Sofía", "ms"), ("Svetlana", "ms"), ("Thi Lan", "ms"),
    ("Tülay", "ms"), ("Ulrike", "ms"), ("Wiebke", "ms"), ("Yasemin", "ms"), ("Zoë", "ms"),
    ("Ahmed", "mr"), ("André", "mr"), ("Björn", "mr"), ("Burak", "mr"), ("Carsten", "mr"),
    ("Cem", "mr"), ("Christian", "mr"), ("Dawid", "mr"), ("Dirk", "mr"), ("Emre", "mr"),
    ("Fabian", "mr"), ("Florian", "mr"), ("Giovanni", "mr"), ("Günther", "mr"), ("Hannes", "mr"),
    ("Hüseyin", "mr"), ("Ivan", "mr"), ("Jan-Philipp", "mr"), ("João", "mr"), ("Jörn", "mr"),
    ("Karim", "mr"), ("Kemal", "mr"), ("Lars", "mr"), ("Lennart", "mr"), ("Luca", "mr"),
    ("Marek", "mr"), ("Matthias", "mr"), ("Mehmet", "mr"), ("Minh", "mr"), ("Nils", "mr"),
    ("Omar", "mr"), ("Oskar", "mr"), ("Patrick", "mr"), ("Paweł", "mr"), ("Rüdiger", "mr"),
    ("Sebastian", "mr"), ("Sören", "mr"), ("Thorsten", "mr"), ("Tomáš", "mr"), ("Yusuf", "mr"),
    ("Alex", "neutral"), ("Deniz", "neutral"), ("Kim", "neutral"), ("Luca", "neutral"),
    ("Robin", "neutral"), ("Toni", "neutral"),
]  # fmt: skip
PLACES = {
    ("38440", "Wolfsburg"): 26,
    ("38442", "Wolfsburg"): 12,
    ("38444", "Wolfsburg"): 14,
    ("38446", "Wolfsburg"): 13,
    ("38448", "Wolfsburg"): 13,
    ("38518", "Gifhorn"): 7,
    ("38350", "Helmstedt"): 5,
    ("38154", "Königslutter am Elm"): 4,
    ("38470", "Parsau"): 2,
    ("38524", "Sassenburg"): 3,
    ("38102", "Braunschweig"): 3,
}
LANGUAGES = {
    ("de",): 62, ("de", "en"): 14, ("de", "tr"): 8, ("de", "ar"): 5, ("de", "pl"): 5,
    ("de", "it"): 3, ("de", "ru"): 3, ("en",): 2, ("de", "vi"): 2,
}  # fmt: skip


def lines(name: str) -> list[list[str]]:
    """The fields of each line of a list, its comments left out."""
    text = (HERE / name).read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [[cell.strip() for cell in row.split("|")] for row in rows]


def words(what: str) -> list[str]:
    """From the list of names."""
    rows = [row for row in lines("names.txt") if row[0] == what]
    return [word.replace("_", " ") for _what, text in rows for word in text.split()]
