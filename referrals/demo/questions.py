"""What founders ask partners, by topic. {activity} is what they want to do."""

QUESTIONS = {
    "idea": [
        "Vorhaben: {activity}. Die Idee steht, der Markt ist noch unklar. Gesucht wird jemand, der"
        " das Angebot von außen durchsieht und sagt, was fehlt.",
        "Vorhaben: {activity}. Zwei Varianten stehen im Raum, Laden oder nur online. Welche lässt"
        " sich mit wenig Geld zuerst ausprobieren?",
        "Vorhaben: {activity}. Es gibt bisher nur Gespräche im Bekanntenkreis. Wie lässt sich die"
        " Nachfrage vor Ort seriös prüfen?",
    ],
    "business_plan": [
        "Vorhaben: {activity}. Der Businessplan liegt als Entwurf vor, die Zahlen für das zweite"
        " Jahr fehlen. Bitte um Durchsicht und ein Gespräch dazu.",
        "Vorhaben: {activity}. Umsatzplanung und Liquidität passen noch nicht zusammen."
        " Gesucht wird"
        " Hilfe bei der Finanzplanung.",
        "Vorhaben: {activity}. Für die Bank wird ein vollständiger Businessplan gebraucht,"
        " Gliederung und Markteil sind fertig. Wer liest gegen?",
    ],
    "funding": [
        "Vorhaben: {activity}. Gründung aus dem Arbeitslosengeld geplant. Welche Zuschüsse kommen"
        " infrage, und in welcher Reihenfolge sind die Anträge zu stellen?",
        "Vorhaben: {activity}. Für die erste Ausstattung fehlen rund 18.000 Euro. Gibt es ein"
        " Programm, das auch Nebenerwerb fördert?",
        "Vorhaben: {activity}. Es wird eine fachkundige Stellungnahme für den Gründungszuschuss"
        " benötigt, der Antrag soll in vier Wochen abgegeben werden.",
        "Vorhaben: {activity}. Ein Förderantrag wurde schon einmal abgelehnt. Lohnt ein zweiter"
        " Versuch mit geändertem Konzept?",
    ],
    "financing": [
        "Vorhaben: {activity}. Kapitalbedarf etwa 45.000 Euro, davon 10.000 Euro eigen."
        " Gesucht wird"
        " ein Gespräch über Kredit und Bürgschaft.",
        "Vorhaben: {activity}. Die Hausbank hat zurückhaltend reagiert. Welche Sicherheiten werden"
        " bei einem Mikrokredit erwartet?",
        "Vorhaben: {activity}. Für ein gebrauchtes Fahrzeug und Geräte sollen 28.000 Euro"
        " finanziert"
        " werden, Leasing oder Kredit?",
    ],
    "legal_form": [
        "Vorhaben: {activity}. Gründung zu zweit. GbR oder UG, und was bedeutet das für die"
        " Haftung?",
        "Vorhaben: {activity}. Muss das Vorhaben in die Handwerksrolle, und welche Genehmigungen"
        " sind vor der Eröffnung nötig?",
        "Vorhaben: {activity}. Start im Nebenerwerb neben der Anstellung. Reicht die"
        " Gewerbeanmeldung, oder zählt es als freiberuflich?",
    ],
    "taxes": [
        "Vorhaben: {activity}. Kleinunternehmerregelung ja oder nein? Die Kundschaft besteht etwa"
        " zur Hälfte aus Betrieben.",
        "Vorhaben: {activity}. Der Fragebogen des Finanzamts liegt da, bei drei Feldern ist unklar,"
        " was einzutragen ist.",
        "Vorhaben: {activity}. Gesucht wird ein Überblick, welche Buchhaltung von Anfang an nötig"
        " ist.",
    ],
    "marketing": [
        "Vorhaben: {activity}. Die ersten zehn Aufträge kamen über Empfehlung. Wie wird daraus ein"
        " verlässlicher Weg zu Kund*innen?",
        "Vorhaben: {activity}. Preise liegen deutlich unter denen der Konkurrenz. Gesucht wird eine"
        " zweite Meinung zu Preis und Auftritt.",
        "Vorhaben: {activity}. Eröffnung in sechs Wochen, Budget für Werbung 1.500 Euro. Was lohnt"
        " sich vor Ort?",
    ],
    "digital": [
        "Vorhaben: {activity}. Termine und Rechnungen laufen noch über Papier. Welche Software"
        " passt"
        " zu zwei Personen, und wer hilft beim Umstieg?",
        "Vorhaben: {activity}. Der Onlineshop läuft, aber Datenschutz und Impressum sind"
        " ungeprüft.",
    ],
    "location": [
        "Vorhaben: {activity}. Gesucht werden 60 bis 80 Quadratmeter mit Wasseranschluss,"
        " höchstens 900 Euro warm, gern in der Nordstadt.",
        "Vorhaben: {activity}. Ein Ladenlokal ist in Aussicht, es fehlt die Nutzungsänderung. Wer"
        " ist zuständig, und wie lange dauert das?",
        "Vorhaben: {activity}. Werkstattfläche mit Rolltor und Starkstrom gesucht, Umkreis zwanzig"
        " Kilometer.",
    ],
    "network": [
        "Vorhaben: {activity}. Gesucht wird ein Austausch mit jemandem, der in derselben"
        " Branche vor"
        " zwei oder drei Jahren gegründet hat.",
        "Vorhaben: {activity}. Kontakt zu Betrieben gesucht, die das Angebot kostenlos testen und"
        " Rückmeldung geben.",
    ],
    "technology": [
        "Vorhaben: {activity}. Ein Prototyp ist gebaut, jetzt wird ein Labor gebraucht, das"
        " Belastungstests machen kann.",
        "Vorhaben: {activity}. Gesucht wird ein Pilotkunde aus der Produktion, der den"
        " Prototyp vier"
        " Wochen lang einsetzt.",
        "Vorhaben: {activity}. Vor der Anmeldung eines Schutzrechts soll geklärt werden, ob es"
        " schon"
        " etwas Vergleichbares gibt.",
    ],
    "personnel": [
        "Vorhaben: {activity}. Wie sieht die soziale Absicherung nach dem Ende des"
        " Arbeitslosengelds"
        " aus, freiwillige Arbeitslosenversicherung eingeschlossen?",
        "Vorhaben: {activity}. Zum Sommer soll die erste Person auf Minijob-Basis anfangen. Welche"
        " Meldungen sind nötig, gibt es Zuschüsse?",
    ],
    "succession": [
        "Vorhaben: {activity}. Ein Betrieb soll übernommen werden, der Inhaber will in einem Jahr"
        " aufhören. Gesucht wird Begleitung bei Kaufpreis und Übergabe.",
        "Vorhaben: {activity}. Die Unterlagen des bisherigen Inhabers liegen vor. Ist der"
        " geforderte"
        " Preis angemessen?",
    ],
    "growth": [
        "Vorhaben: {activity}. Die Anfragen übersteigen, was zu zweit zu schaffen ist. Wie lässt"
        " sich der Ausbau auf fünf Personen planen und finanzieren?",
        "Vorhaben: {activity}. Ein zweiter Standort steht zur Wahl. Gesucht wird jemand, der die"
        " Rechnung prüft.",
    ],
}
ASKED = [
    (
        "Liegt schon ein Businessplan vor, den wir vor dem Termin lesen können?",
        "Ja, ein Entwurf mit zwölf Seiten. Wird zum Termin mitgebracht, der Zahlenteil folgt.",
    ),
    (
        "Ist die Gründung im Haupt- oder im Nebenerwerb geplant? Davon hängt ab, wer bei uns"
        " zuständig ist.",
        "Zunächst im Nebenerwerb, ab Sommer im Haupterwerb.",
    ),
    (
        "Wurde bereits ein Antrag gestellt? Nach Beginn der Maßnahme können wir nicht mehr"
        " fördern.",
        "Nein, es ist noch nichts beantragt und nichts unterschrieben.",
    ),
    (
        "Wie hoch ist der Kapitalbedarf ungefähr, und wie viel davon ist Eigenkapital?",
        "Rund 40.000 Euro, davon 8.000 Euro eigene Mittel.",
    ),
    (
        "Liegt ein Meisterbrief oder eine Ausnahmebewilligung vor?",
        "Gesellenbrief mit neun Jahren Berufserfahrung, die Altgesellenregelung soll geprüft"
        " werden.",
    ),
    (
        "Bis wann wird eine Antwort gebraucht? Der nächste freie Termin wäre in zwei Wochen.",
        "Zwei Wochen passen. Der Mietvertrag soll erst danach unterschrieben werden.",
    ),
    (
        "Geht es um Wolfsburg oder um den Landkreis? Im Landkreis wäre ein anderes Team zuständig.",
        "Der Betriebssitz wird in Wolfsburg sein, die Kundschaft sitzt auch im Landkreis Gifhorn.",
    ),
    (
        "Gibt es schon erste Kund*innen oder Absichtserklärungen?",
        "Zwei mündliche Zusagen und ein unterschriebener Letter of Intent.",
    ),
]
DECLINES = {
    "capacity": [
        "In den nächsten acht Wochen haben wir leider keinen Termin frei.",
        "Unser Gründungsteam ist bis Monatsende ausgebucht.",
    ],
    "competence": [
        "Für diese Frage haben wir niemanden mit Branchenkenntnis, bitte an eine Kammer wenden.",
        "Das liegt außerhalb unseres Angebots.",
    ],
    "eligibility": [
        "Für das Programm fehlt der Wohnsitz in Niedersachsen.",
        "Die Gründung ist schon erfolgt, damit ist eine Förderung vor Beginn nicht mehr möglich.",
    ],
    "area": ["Der Betriebssitz liegt nicht in unserem Bezirk."],
    "documents": ["Ohne Businessplan können wir nicht prüfen. Gern wieder, sobald er vorliegt."],
    "duplicate": ["Wir beraten in dieser Sache bereits, ein Termin steht fest."],
    "unreachable": ["Dreimal angerufen und zweimal geschrieben, keine Antwort."],
    "other": ["Wir haben telefonisch geklärt, dass kein Bedarf mehr besteht."],
}
# Worded so that they fit every partner and topic.
OUTCOMES = {
    "helped": [
        "Zwei Termine, die offenen Fragen sind geklärt.",
        "Ausführlich beraten, die nächsten Schritte stehen fest.",
        "Unterlagen geprüft und gemeinsam überarbeitet. Kann so weitergehen.",
        "Ein Gespräch hat gereicht, war gut vorbereitet.",
        "Beratung abgeschlossen, bei Bedarf gern wieder melden.",
    ],
    "partly_helped": [
        "Den ersten Teil der Frage geklärt, für den Rest fehlen noch Unterlagen.",
        "Beraten, die nächsten Schritte will die Gründerperson selbst gehen.",
    ],
    "no_help_possible": [
        "Nach zwei Gesprächen: Das Vorhaben passt nicht zu unserem Angebot.",
        "Wir konnten nicht helfen, die Voraussetzungen liegen nicht vor.",
    ],
    "unreachable": ["Nach dem ersten Gespräch kein Kontakt mehr."],
    "founder_stopped": ["Gründung wird nicht weiterverfolgt, neue Anstellung."],
}
# by the partner who is proposed
FORWARDS = {
    "hwk": (
        "Hier geht es um ein zulassungspflichtiges Handwerk, das sollte die Handwerkskammer prüfen."
    ),
    "ostfalia": "Für den technischen Teil wäre die Hochschule die bessere Adresse.",
    "nbank": "Für einen Betrag in dieser Höhe hat die NBank ein eigenes Programm.",
    "wmg": "Die Suche nach Räumen liegt bei der Wirtschaftsförderung der Stadt.",
    "arbeitsagentur": (
        "Es geht vor allem um den Gründungszuschuss, darüber entscheidet die Agentur für Arbeit."
    ),
}
REFUSALS = ["Dort läuft schon ein Gespräch, wir hätten gern Ihre Einschätzung dazu."]
HOLDS = [
    "Wartet auf den Bescheid der Bank.",
    "Gründerperson ist vier Wochen im Ausland.",
    "Pause bis der Mietvertrag unterschrieben ist.",
]
