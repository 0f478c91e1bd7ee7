"""Notes as advisors type them while somebody talks: short, in the present, without names."""

OPENINGS = {
    "first": [
        "Erstgespräch, Vorhaben: {activity}.",
        "Ruft auf Empfehlung an. Plant: {activity}.",
        "Kommt nach der Veranstaltung auf uns zu. Vorhaben: {activity}.",
        "Will sich selbstständig machen, {activity}.",
        "Erstberatung. {activity}, bisher neben dem Beruf vorbereitet.",
    ],
    "further": [
        "Folgegespräch.",
        "Meldet sich wie verabredet.",
        "Zwischenstand zum Vorhaben.",
        "Kommt mit konkreten Fragen.",
        "Kurzes Update, dann zur Sache.",
        "",
    ],
    "short": ["Kurze Rückfrage.", "Schnelle Frage am Telefon.", "Nachfrage zur letzten Beratung."],
}
NOTES = {
    "idea": [
        "Idee ist klar beschrieben, Zielgruppe noch nicht. Bis zum nächsten Mal drei Gespräche mit"
        " möglichen Kund*innen führen.",
        "Schwankt zwischen Laden und Onlineverkauf. Haben Vor- und Nachteile gesammelt, Test"
        " auf dem"
        " Wochenmarkt besprochen.",
        "Es gibt zwei ähnliche Angebote in Braunschweig. Unterschied herausgearbeitet: kürzere"
        " Wege,"
        " längere Öffnungszeiten.",
        "Noch sehr früh. Business Model Canvas mitgegeben, füllt das bis zum nächsten Termin aus.",
    ],
    "business_plan": [
        "Entwurf des Businessplans durchgegangen. Markt und Konkurrenz gut, Umsatzplanung zu"
        " optimistisch. Überarbeitet Monate 1 bis 12.",
        "Finanzplan fehlt noch. Vorlage geschickt, Lebenshaltungskosten mit 1.900 Euro angesetzt.",
        "Kapitalbedarf neu gerechnet: rund 32.000 Euro statt 20.000, Kaution und Anlaufphase waren"
        " vergessen.",
        "Plan ist rund. Nur der Teil zu Risiken ist dünn, zwei Absätze ergänzen, dann zur Bank.",
        "Zeitplan besprochen: Anmeldung zum Quartalsanfang, vorher Kündigungsfrist beachten.",
    ],
    "funding": [
        "Bezieht ALG I, noch 190 Tage Restanspruch. Gründungszuschuss erklärt, Antrag vor der"
        " Anmeldung stellen.",
        "Fragt nach Zuschüssen für die Ausstattung. Programme des Landes verglichen, Antrag nur vor"
        " Beginn möglich.",
        "Braucht fachkundige Stellungnahme. Unterlagen sind bis auf den Lebenslauf vollständig.",
        "Gründungsstipendium passt, Abgabe Ende des Monats. Die Skizze kommt vorab zu uns.",
        "Bescheid ist da: Zuschuss bewilligt. Auszahlung ab dem Tag der Gründung.",
    ],
    "financing": [
        "Eigenkapital 9.000 Euro, gesucht etwa 35.000. Hausbank will Sicherheiten, Bürgschaftsbank"
        " als Weg erklärt.",
        "Gespräch mit der Bank war schwierig, es fehlte die Liquiditätsplanung. Gemeinsam"
        " erstellt.",
        "Leasing und Kredit für das Fahrzeug verglichen, Leasing schont die Liquidität im ersten"
        " Jahr.",
        "Mikrokredit kommt infrage, Betrag liegt unter 25.000 Euro. Schufa-Auskunft besorgen.",
    ],
    "legal_form": [
        "GbR oder UG verglichen. Haftung ist das Hauptthema, tendieren zur UG.",
        "Klärung nötig, ob zulassungspflichtiges Handwerk. Altgesellenregelung könnte passen.",
        "Gewerbeanmeldung durchgegangen, Berufsgenossenschaft nicht vergessen.",
        "Freiberuflich oder Gewerbe? Tätigkeit beschrieben, Finanzamt entscheidet. Formular"
        " gemeinsam ausgefüllt.",
        "Gesellschaftsvertrag liegt vor. Regelung für den Ausstieg fehlt, notariell klären lassen.",
    ],
    "taxes": [
        "Kleinunternehmerregelung besprochen. Kundschaft sind vor allem Betriebe, also eher nicht.",
        "Fragebogen zur steuerlichen Erfassung durchgegangen, ELSTER-Zugang ist beantragt.",
        "Buchhaltung läuft über eine App, Belege sind vollständig. Steuerkanzlei ist noch offen.",
        "Erste Vorauszahlung vom Finanzamt, höher als gedacht. Herabsetzung beantragen.",
    ],
    "marketing": [
        "Preise kalkuliert: Stundensatz lag unter den Kosten. Neu bei 58 Euro.",
        "Website steht, Impressum fehlt. Eintrag bei Kartendiensten einrichten, Fotos machen.",
        "Aufträge kommen über Empfehlung. Empfehlungskarten und zwei feste Kooperationen"
        " vereinbart.",
        "Eröffnung geplant, Budget 1.500 Euro. Nachbarschaft, Lokalpresse, Schaufenster statt"
        " Anzeigen.",
        "Logo und Name geprüft, Name ist in der Region frei. Markenrecherche empfohlen.",
    ],
    "digital": [
        "Terminbuchung läuft über Papier. Zwei Programme gezeigt, testet eines vier Wochen.",
        "Shop ist online, Datenschutzerklärung stammt von 2019. Muster mitgegeben.",
        "Fragt nach Kasse mit TSE. Anforderungen und drei Anbieter besprochen.",
        "Datensicherung fehlt ganz. Einfache Lösung mit zwei Platten erklärt.",
    ],
    "location": [
        "Sucht 70 Quadratmeter in der Innenstadt, höchstens 900 Euro. Leerstandsliste"
        " durchgesehen.",
        "Ladenlokal gefunden, Nutzungsänderung nötig. Bauamt vor Unterschrift fragen.",
        "Mietvertrag zugeschickt: zehn Jahre Laufzeit sind zu lang, auf drei plus Option"
        " verhandeln.",
        "Braucht Werkstatt mit Starkstrom. Schiller40 für den Anfang angesehen, reicht nicht.",
        "Umzug in größere Räume steht an, Untermiete als Zwischenlösung besprochen.",
    ],
    "network": [
        "Möchte Austausch mit anderen aus der Branche. Zum Gründungsabend eingeladen.",
        "Sucht eine zweite Person für den Vertrieb. Aushang im Coworking, Kontakt zur Hochschule.",
        "Mentor*in gewünscht, Schwerpunkt Einkauf. Zwei Namen aus dem Netzwerk genannt.",
    ],
    "technology": [
        "Prototyp läuft, Dauertest fehlt. Labor für Belastungstest gesucht.",
        "Schutzrecht: erst recherchieren, dann zeigen. Bis dahin nur mit Geheimhaltung vorführen.",
        "Erste Rückmeldung aus dem Pilotbetrieb: Gehäuse zu groß, Messung stimmt.",
        "Software ist zur Hälfte fertig, sucht jemanden für die Hardware.",
    ],
    "personnel": [
        "Krankenversicherung nach der Gründung besprochen, freiwillig gesetzlich ist günstiger.",
        "Erste Aushilfe zum Sommer geplant. Minijob-Zentrale und Betriebsnummer erklärt.",
        "Will eine Fachkraft einstellen, fragt nach Zuschüssen.",
        "Künstlersozialkasse kommt infrage, Antrag mitgegeben.",
    ],
    "succession": [
        "Inhaber will in einem Jahr übergeben. Bilanzen der letzten drei Jahre anfordern.",
        "Kaufpreis 120.000 Euro wirkt hoch, Maschinen sind abgeschrieben. Bewertung einholen.",
        "Übergabe Schritt für Schritt besprochen, ein Jahr gemeinsam im Betrieb ist der Wunsch.",
    ],
    "growth": [
        "Aufträge für acht Wochen voraus. Zweite Person einstellen oder ablehnen, Rechnung"
        " gemacht.",
        "Zweiter Standort in Gifhorn im Gespräch. Erst Deckungsbeitrag je Filiale ausrechnen.",
        "Großauftrag mit langem Zahlungsziel, Zwischenfinanzierung klären.",
    ],
}
NEXT = {
    "referred": [
        "Vermittlung an {partner} vereinbart, Einwilligung liegt vor.",
        "Mit Einverständnis an {partner} weitergegeben.",
        "{partner} übernimmt die Frage, Anliegen heute weitergeleitet.",
    ],
    "open": [
        "Meldet sich in zwei Wochen.",
        "Nächster Termin nach dem Bankgespräch.",
        "Unterlagen kommen per E-Mail.",
        "Wir rufen nach dem Monatswechsel an.",
        "",
    ],
    "answered": [
        "Frage ist geklärt.",
        "Kommt damit allein weiter.",
        "Kein weiterer Bedarf im Moment.",
    ],
    "signposted": [
        "Auf das Existenzgründungsportal des Bundes verwiesen.",
        "Hinweis auf die Verbraucherzentrale gegeben.",
        "An die Gründungsplattform der KfW verwiesen, braucht dafür keine Vermittlung.",
    ],
    "ended": ["Will das Vorhaben nicht weiterverfolgen."],
}
CONFIDENTIAL = [
    "Trennung im letzten Jahr, finanziell angespannt. Möchte nicht, dass das bei der Bank"
    " Thema wird.",
    "Gesundheitlich eingeschränkt, höchstens 25 Stunden in der Woche belastbar.",
    "Alte Schulden aus einer früheren Selbstständigkeit, Ratenzahlung läuft.",
    "Der Arbeitgeber weiß noch nichts von der Gründung, nur mobil und nach 17 Uhr anrufen.",
    "Streit zwischen den beiden Gründer*innen über die Anteile. Einzeln gesprochen.",
    "Aufenthaltserlaubnis läuft im Herbst aus, Verlängerung ist beantragt.",
    "Privatinsolvenz bis zum nächsten Sommer, Kredit deshalb derzeit ausgeschlossen.",
    "Pflegt die Mutter, kurzfristige Absagen kommen vor.",
]
READING_REASONS = [
    "Beschwerde, Verlauf geprüft",
    "Vertretung während des Urlaubs",
    "Rückfrage zur Fallübergabe",
]
