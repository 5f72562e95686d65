# Deutsch. Die Namen sind dieselben wie in en.ftl.

window-title = Undertone
window-title-unread = ({ $count }) Undertone
loading = Deine Unterhaltungen werden geöffnet …
closing = Wird gesperrt …
close = Schließen
cancel = Abbrechen
back = Zurück
next = Weiter
save = Speichern
paste = Einfügen
copied = Kopiert
search = Suchen
lock = Sperren
stopped = Dein Profil wurde angehalten, weil nichts gespeichert werden kann. Schaffe Platz und starte das Programm neu.

# Erster Start
hello-title = Willkommen bei Undertone
hello-first = Schreib Menschen, die du kennst, ohne Konto, ohne Telefonnummer und ohne eine Firma dazwischen.
hello-second = Alles geht durch das Tor-Netzwerk, von deinem Computer direkt zu ihrem: Kein Server und kein Anbieter erfährt, wer mit wem spricht.
hello-third = Deine Nachrichten und Schlüssel liegen nur auf diesem Computer, versiegelt mit einer Passphrase, die niemand zurücksetzen kann.
hello-begin = Los geht es
welcome-step = Schritt { $now } von { $all }
name-title = Wie sollen dich andere nennen?
name-hint = Diesen Namen sehen nur deine Kontakte. Er muss nicht dein echter sein, und du kannst ihn später ändern.
name-label = Dein Name
name-placeholder = Zum Beispiel Robin
passphrase-title = Wähle eine Passphrase
passphrase-hint = Sie versiegelt alles auf diesem Computer. Vier oder mehr Wörter ohne Zusammenhang sind gut. Niemand kann sie wiederherstellen: Vergisst du sie, ist alles verloren.
passphrase-label = Passphrase
passphrase-placeholder = Mehrere Wörter
passphrase-again = Noch einmal
passphrase-differs = Die beiden sind nicht gleich.
strength-none = Noch nichts eingegeben
strength-weak = Zu leicht zu erraten
strength-fair = Immer noch zu leicht zu erraten; nimm ein Wort mehr
strength-good = Gut
strength-strong = Sehr gut
create-button = Mein Profil anlegen
create-busy = Dein Profil wird versiegelt …

# Entsperren
unlock-title = Gesperrt
unlock-hint = Gib deine Passphrase ein.
unlock-passphrase = Passphrase
unlock-button = Entsperren
unlock-busy = Wird entsperrt …
unlock-another = Weiteres Profil entsperren
unlock-another-hint = Was entsperrt ist, bleibt inzwischen online.
unlock-back = Zurück
unlock-another-open = Weiteres Profil entsperren
lock-this = Nur dieses Profil sperren
switch-to = Zu { $name } wechseln
switch-to-unread = Zu { $name } wechseln: { $count } ungelesen

failure-passphrase = Diese Passphrase öffnet hier nichts.
failure-in-use = Es ist schon in einem anderen Fenster oder Programm geöffnet.
failure-already-open = Es ist hier schon entsperrt.
failure-exists = Hier ist schon etwas, das diese Passphrase nicht öffnet.
failure-home = Der Ordner ist nicht brauchbar: Er fehlt, ist voll oder steht anderen auf diesem Computer offen.
failure-damaged = Was gespeichert ist, lässt sich nicht lesen. Es ist vielleicht beschädigt oder von einer anderen Version.
failure-name = Ein Name hat 1 bis 128 Byte und keine Steuerzeichen.
failure-network = Tor ließ sich nicht starten. Starte das Programm neu.

# Seite
new-conversation = Neue Unterhaltung
invite-open = Meine Einladung
settings-open = Einstellungen
requests = Kontaktanfragen
list-empty = Noch keine Unterhaltungen.
list-not-found = Nichts gefunden.
archive-show =
    { $count ->
        [one] { $count } archivierte Unterhaltung
       *[other] { $count } archivierte Unterhaltungen
    }
archive-leave = Zurück zu allen Unterhaltungen
typing = schreibt …
preview-none = Noch keine Nachrichten
preview-draft = Entwurf: { $words }
preview-timer = Verschwindende Nachrichten geändert
preview-covered = Verdeckt
back-to-list = Zurück zur Liste
unread-count =
    { $count ->
        [one] { $count } ungelesene Nachricht
       *[other] { $count } ungelesene Nachrichten
    }
profile-hidden = Erscheint offline
network-short-ready = Verbunden
network-short-on-the-way = Verbindet, { $percent } %
network-short-off = Offline
network-short-none = Nicht verbunden

# Netz
network-ready = Mit dem Tor-Netzwerk verbunden.
network-dormant = Tor läuft noch nicht.
network-bootstrapping = Verbindung zum Tor-Netzwerk: { $percent } %
network-none = Kein Weg zum Tor-Netzwerk.
network-clock = Die Uhr dieses Computers geht falsch.
network-stuck = Die Verbindung zum Tor-Netzwerk steckt bei { $percent } % fest.
network-why-bootstrapping = Beim ersten Mal kann das einige Minuten dauern, weil die Liste der Relais geholt wird. Du kannst inzwischen weitermachen.
network-why-stuck = Etwas ist im Weg: ein Netz, das Tor sperrt, eine Firewall oder eine langsame Leitung. Das Programm versucht es weiter.
network-why-none = Ist dieser Computer online? Manche Netze sperren Tor; diese Version hat keinen Weg daran vorbei.
network-why-clock = Tor braucht das richtige Datum und die richtige Zeit. Bitte stelle die Uhr; das Programm macht von selbst weiter.
retry = Jetzt versuchen
retry-all = Jetzt noch einmal versuchen
retry-contacts = Alle Kontakte jetzt neu versuchen
way-connected = Verbunden
way-invisible = Du bist für diesen Kontakt unsichtbar; Nachrichten warten
way-withheld = Nichts wird ausgetauscht: Wer euch vorgestellt hat, ist blockiert, oder du bist dort unsichtbar. Blockiere auch diesen Kontakt und findet auf anderem Weg zusammen
way-hidden = Du erscheinst offline; Nachrichten warten
way-disk-full = Der Datenträger ist voll; Nachrichten warten
way-not-tried = Noch nicht verbunden
way-dialling = Verbindet …
way-no-network = Keine Verbindung zum Tor-Netzwerk
way-clock = Die Uhr dieses Computers geht falsch
way-bootstrapping = Wartet auf das Tor-Netzwerk
way-away = Abwesend, oder das Programm läuft nicht
way-not-admitted = Die Tür lässt dich gerade nicht ein
way-introduction = Seit Kurzem abwesend, oder der Weg ist gestört
way-rendezvous = Der Weg durch Tor dauerte zu lange
way-refused = Das andere Programm hat abgelehnt
way-no-answer = Das andere Programm antwortet nicht
way-broken = Die Verbindung ist abgebrochen
way-failed = Der Weg durch Tor ist gescheitert
way-next = { $reason }; nächster Versuch in { $time }
stage-requested = Noch keine Antwort
stage-no-answer = Du hast mehrmals angefragt; keine Antwort kam
stage-accepting = Angenommen; wird gerade mitgeteilt
stage-undecided = Möchte ein Kontakt werden
stage-rejected = Abgelehnt
stage-blocked = Blockiert
stage-myself = Bleibt hier, wird nie gesendet

# Startseite
start-title = Hallo { $name }
start-invite = Jemanden einladen
start-invite-hint = Erstelle eine Einladung und gib sie weiter: als Nachricht, auf Papier oder als QR-Code.
start-add = Ich habe eine Einladung
start-add-hint = Füge eine Einladung ein, die dir jemand gegeben hat.
start-keys = Strg+K findet jeden Befehl und jede Unterhaltung, Strg+N beginnt eine neue, Strg+F sucht, Strg+L sperrt sofort, Strg+Plus und Strg+Minus ändern die Textgröße. Strg+Umschalt+Rücktaste ist für den Notfall: zweimal gedrückt, zerstört sie alles.

# Einladung
invite-title = Meine Einladung
invite-loading = Einen Moment …
invite-hint = Wer deine Einladung bekommt, kann anfragen, dein Kontakt zu werden. Dann entscheidest du.
invite-one = Für eine Person. Mit ihrer Anfrage ist sie verbraucht.
invite-many = Für mehrere Personen. Wer sie bekommt, kann dich fragen, bis du sie widerrufst.
invite-reachable = Kann jetzt benutzt werden
invite-not-reachable = Wird veröffentlicht; das kann eine Minute dauern
invite-copy = Kopieren
invite-shut = Diese Einladung widerrufen
invite-revoke-title = Diese Einladung widerrufen?
invite-revoke-words = Wer sie hat, kann dir damit keine Anfragen mehr schicken. Das lässt sich nicht zurücknehmen. Kontakte, die du hast, bleiben.
invite-revoke = Widerrufen
invite-next = { $now } von { $all }
invite-make-one = Neue Einladung für eine Person
invite-make-many = Neue Einladung für mehrere
invite-covered = Verdeckt, solange Namen verborgen sind. Kopieren geht.

# Neue Unterhaltung
add-title = Neue Unterhaltung
add-hint = Füge die Einladung ein, die du bekommen hast. Die andere Seite sieht deinen Namen und Gruß und entscheidet, ob sie annimmt.
add-invitation = Einladung
add-invitation-placeholder = undertone:…
add-name = Wie du sie nennst (siehst nur du)
add-name-placeholder = Freiwillig
add-greeting = Gruß
add-greeting-placeholder = Damit man weiß, dass du es bist
add-submit = Kontaktanfrage senden
add-busy = Wird gesendet …

# Anfragen
requests-hint = Wer eine deiner Einladungen hat, kann anfragen, unter jedem Namen. Vom Ablehnen erfährt niemand.
requests-none = Keine Anfragen warten.
request-no-greeting = Kein Gruß
request-accept = Annehmen
request-accept-anyway = Trotzdem annehmen
request-reject = Ablehnen
request-block = Blockieren

# Unterhaltung
conversation-begin = Hier beginnt die Unterhaltung. Nur ihr beide könnt sie lesen.
conversation-begin-unproven = Hier beginnt die Unterhaltung. Sie ist Ende zu Ende verschlüsselt. Wer am anderen Ende ist, zeigt der Vergleich der Codes.
history-loading = Nachrichten werden geladen …
day-today = Heute
day-yesterday = Gestern
day-date = { $day }. { $month } { $year }
day-short = { $day }.{ $month }.
month-name =
    { $month ->
        [1] Januar
        [2] Februar
        [3] März
        [4] April
        [5] Mai
        [6] Juni
        [7] Juli
        [8] August
        [9] September
        [10] Oktober
        [11] November
       *[12] Dezember
    }
jump = Neueste Nachrichten
jump-unread =
    { $count ->
        [one] { $count } neue Nachricht
       *[other] { $count } neue Nachrichten
    }
verified-tip = Du hast die Codes mit diesem Kontakt verglichen
panel-open = Über diesen Kontakt
message-deleted = Diese Nachricht wurde gelöscht
message-unsupported = Eine Nachricht einer neueren Version; dieses Programm kann sie nicht zeigen
message-edited = bearbeitet
message-forwarded = Weitergeleitet
message-more = Mehr zeigen
message-cut = Der Rest wird hier nicht gezeigt. Kopieren gibt die ganze Nachricht.
quote-unknown = Eine frühere Nachricht
quote-own = Du
delivery-waiting = Wartet auf diesem Computer. { $reason }.
delivery-sent = Gesendet; noch nicht bestätigt
delivery-received = Auf dem anderen Computer gespeichert
delivery-read = Wurde gelesen, sagt die andere Seite
reaction-join = Ebenso reagieren
reaction-take-back = Zurücknehmen
action-reply = Antworten
action-copy = Kopieren
action-forward = Weiterleiten
action-edit = Bearbeiten
action-pin = Anheften
action-unpin = Lösen
action-delete = Löschen
timer-on-mine = Du lässt Nachrichten { $time } nach dem Lesen verschwinden
timer-on-theirs = Die andere Seite lässt Nachrichten { $time } nach dem Lesen verschwinden
timer-off-mine = Du lässt Nachrichten von hier an stehen
timer-off-theirs = Die andere Seite lässt Nachrichten von hier an stehen
seconds =
    { $count ->
        [one] { $count } Sekunde
       *[other] { $count } Sekunden
    }
minutes =
    { $count ->
        [one] { $count } Minute
       *[other] { $count } Minuten
    }
hours =
    { $count ->
        [one] { $count } Stunde
       *[other] { $count } Stunden
    }
days =
    { $count ->
        [one] { $count } Tag
       *[other] { $count } Tage
    }
composer-placeholder = Nachricht schreiben
composer-reply = Antwort an { $name }
composer-reply-own = Antwort auf deine Nachricht
composer-edit = Du bearbeitest deine Nachricht
composer-left =
    { $count ->
        [one] noch { $count } Byte
       *[other] noch { $count } Byte
    }
composer-too-long = Zu lang: Eine Nachricht kann 65.536 Byte haben. Sende sie in Teilen.
send = Senden
emoji-open = Emoji
emoji-title = Emoji
emoji-search = Nach Namen suchen
emoji-none = Kein Emoji mit diesem Namen.

# Fragen
delete-title = Nachricht löschen
delete-words = Sie wird auf diesem Computer gelöscht. Auf dem anderen bleibt sie.
delete-words-mine = Für beide löschen bittet das andere Programm, sie auch zu löschen; sicher sein kannst du nicht.
delete-me = Für mich löschen
delete-both = Für beide löschen
clear-title = Alle Nachrichten löschen
clear-words = Alle Nachrichten dieser Unterhaltung werden auf diesem Computer vernichtet. Auf dem anderen bleiben sie.
clear-yes = Alle löschen
block-title = Blockieren
block-question = { $name } blockieren?
block-messages = Nachrichten, die noch warten, werden nie gesendet. Alle anderen bleiben auf beiden Computern, aber die Unterhaltung verschwindet aus deiner Liste.
block-words = { $name } sieht dann, was man sieht, wenn du nie wieder online bist. Alle Schlüssel werden vernichtet: Das lässt sich nicht zurücknehmen.
block-yes = Für immer blockieren
link-title = Dieser Link verlässt Tor
link-words = In einem gewöhnlichen Browser können die Website und dein Netz sehen, wer du bist. Kopiere den Link und öffne ihn im Tor Browser.
link-copy = Adresse kopieren
forward-title = Weiterleiten an
forward-hint = Man sieht, dass die Nachricht weitergeleitet wurde, und nicht, von wem.

# Kontakt
panel-title = Kontakt
panel-nickname = Nennt sich selbst { $name }
pet-name = Wie du diesen Kontakt nennst
pet-name-placeholder = Siehst nur du
verify-title = Sicherheitscode
verify-done = Du hast die Codes verglichen: Es ist, wer du denkst.
verify-not-done = Noch nicht verglichen. Jemand könnte dir eine falsche Einladung gegeben haben.
verify-hint = Lest euch diese Ziffern vor, oder haltet die Bildschirme nebeneinander. Sie müssen gleich sein.
verify-no-code = Der Code ist noch nicht da.
verify-covered = Der Code ist verdeckt, solange Namen verdeckt sind.
verify-same = Sie sind gleich
verify-undo = Bestätigung zurücknehmen
panel-conversation = Unterhaltung
panel-pinned = Oben halten
panel-muted = Nicht stören
panel-archived = Archivieren
panel-read = Mitteilen, was du gelesen hast
panel-typing = Mitteilen, wenn du schreibst

# Einstellungen
settings-title = Einstellungen
settings-appearance = Aussehen
settings-privacy = Privatsphäre
settings-network = Netz
settings-profile = Profil
settings-about = Über
settings-theme = Farben
theme-system = Wie das System
theme-light = Hell
theme-dark = Dunkel
theme-contrast = Hoher Kontrast
settings-language = Sprache
settings-rtl-hint = Läuft von rechts nach links. Beim Schreiben kann die Einfügemarke an der falschen Stelle stehen.
settings-size = Textgröße
percent = { $number } %
settings-appearance-hint = Diese Wahl liegt versiegelt beim Profil und gilt wieder, sobald es entsperrt ist.
settings-read = Kontakten mitteilen, was du gelesen hast
settings-read-hint = Aus: Sie erfahren, dass eine Nachricht ankam, und nicht mehr.
settings-typing = Kontakten mitteilen, wenn du schreibst
settings-typing-hint = Nur während ihr verbunden seid.
settings-earlier = Wortlaut vor einer Bearbeitung behalten
settings-earlier-hint = Auf diesem Computer, bei Nachrichten, die Kontakte ändern.
settings-presentation = Namen und Vorschauen verdecken
settings-presentation-hint = Wenn andere auf deinen Bildschirm sehen. Offene Unterhaltungen bleiben lesbar.
presentation-open = Namen sind verdeckt, diese Unterhaltung nicht: Wer deinen Bildschirm sieht, kann sie lesen.
settings-lock = Von selbst sperren
lock-never = Nie
lock-after = Wenn { $time } lang niemand da war
settings-lock-hint = Wie mit Strg+L: Das Profil wird geschlossen, alles verschwindet vom Bildschirm, und bis zum Entsperren kommt nichts an.
settings-retention = Wie lange Nachrichten hier bleiben
settings-retention-hint = Jede Unterhaltung kann ihre eigene Einstellung haben.
retention-until = Bis ich sie lösche
retention-after = { $time } nach dem Lesen
retention-nothing = Gar nicht: nur solange das Programm läuft
retention-default = Wie alle Unterhaltungen
settings-doors = { $count } von { $all } deiner Adressen sind erreichbar.
settings-contacts = Kontakte
settings-nickname = Name, den Kontakte sehen
settings-status = Ein paar Worte über dich, die Kontakte sehen
settings-status-placeholder = Zum Beispiel: ab Montag wieder da
settings-profile-hint = Kontakte erfahren von einer Änderung, wenn sie verbunden sind.
about-version = Undertone { $version }
about-words = Ein Messenger ohne Mitte. Kontakte sprechen direkt über Onion-Dienste von Tor, Ende-zu-Ende verschlüsselt.
about-audit = Jung und von niemandem geprüft. Verlass dich noch nicht mit deiner Sicherheit darauf.
about-licences = Undertone ist freie Software unter MIT oder Apache-2.0. Es enthält die Schriften Inter, JetBrains Mono und Noto Sans Arabic (SIL Open Font License), Symbole von Lucide (ISC), Namen der Emoji von Unicode (Unicode License 3.0) und die Crates equix und hashx (LGPL-3.0).

# Befehle
palette-title = Was möchtest du tun?
palette-search = Eine Unterhaltung oder ein Befehl
palette-hint = ↑ ↓ wählt, Enter nimmt, Esc schließt
palette-dark = Dunkle Farben
palette-light = Helle Farben
palette-contrast = Hoher Kontrast
palette-presentation = Namen verdecken oder zeigen

# Was eine Unterhaltung verrät
privacy-open = Was wem verraten wird
privacy-title = Was diese Unterhaltung verrät
reveal-me = Dieser Computer
reveal-me-until = Nachrichten liegen hier, versiegelt, bis du sie löschst.
reveal-me-after = Nachrichten liegen hier, versiegelt, bis { $time } nach dem Lesen.
reveal-me-nothing = Nachrichten sind nur im Arbeitsspeicher und weg, wenn das Programm endet.
reveal-timer = Beide Programme löschen Nachrichten { $time } nach dem Lesen; ein verändertes Programm muss das nicht.
reveal-me-computer = Wer diesen Computer beherrscht, während er entsperrt ist, kann alles lesen.
reveal-contact = Dein Kontakt
reveal-contact-words = { $name } erfährt, was du schreibst, wann, und welchen Namen und Status du gewählt hast. Das lässt sich anderen zeigen, aber nicht beweisen.
reveal-contact-online = Dein Kontakt sieht, wann dein Programm mit seinem verbunden ist.
reveal-contact-profile = Bild, Name und Status sind für alle Kontakte gleich, welche Adresse sie auch kennen. Wenn zwei von ihnen sie vergleichen, sehen sie, dass sie dieselbe Person kennen.
reveal-read-on = Ihm wird mitgeteilt, was du gelesen hast.
reveal-read-off = Ihm wird nicht mitgeteilt, was du gelesen hast, nur dass es ankam.
reveal-typing-on = Ihm wird mitgeteilt, wenn du schreibst.
reveal-typing-off = Ihm wird nicht mitgeteilt, wenn du schreibst.
reveal-verified = Ihr habt die Codes verglichen, also kann sich niemand dazwischen als dieser Kontakt ausgeben.
reveal-not-verified = Ihr habt die Codes nicht verglichen: Wurde die Einladung unterwegs ausgetauscht, liest vielleicht jemand anderes.
reveal-muted = Dein Kontakt merkt nicht, dass du Mitteilungen abgestellt hast.
reveal-network = Das Netz
reveal-network-tor = Dein Anbieter sieht, dass und wie viel du Tor benutzt, nicht mit wem oder wofür. Der andere ebenso.
reveal-network-relays = Relais von Tor reichen versiegelte Zellen weiter. Wer beide Enden zugleich beobachtet, könnte vergleichen, wann ihr beide aktiv seid.
reveal-server = Ein Server
reveal-server-none = Es gibt keinen: Ihr sprecht direkt. Darum kommt nichts an, solange eine Seite abwesend ist.

# Abgelehnt
refused-invitation = Das ist keine Einladung, die diese Version versteht. Ist sie vollständig?
refused-own-invitation = Das ist deine eigene Einladung. Gib sie jemand anderem.
refused-used = Diese Einladung hast du schon benutzt.
refused-greeting = Ein Gruß kann 500 Byte haben.
refused-status = Ein Status kann 256 Byte haben und keine Steuerzeichen.
refused-timer = Diese Zeitspanne ist nicht möglich.
refused-reaction = Eine Reaktion ist ein einzelnes Emoji.
refused-not-yours = Nur eigene Nachrichten lassen sich ändern.
refused-not-connected = Dein Kontakt ist gerade nicht verbunden.
refused-too-soon = Das war eben erst; warte ein wenig.
refused-pinned = Höchstens 64 Nachrichten können angeheftet sein; löse zuerst eine.
refused-empty = Die Nachricht ist leer.
refused-queue = Für diesen Kontakt wartet schon zu viel.
refused-too-many = Es sind schon zu viele offen; schließe zuerst eine.
refused-codes = Die Codes sind verschieden: Es ist nicht, wer du denkst.
refused-not-a-code = Das ist kein Code dieser Version.
refused-own-code = Das ist dein eigener Code.
refused-request = Diese Anfrage lässt sich nicht annehmen: Sie ist beschädigt.
refused-closed = Das Profil ist geschlossen.
refused-storage = Es ließ sich nicht speichern: Der Datenträger ist voll oder nicht beschreibbar.
refused-no-message = Diese Nachricht gibt es nicht mehr.
refused-gone = Das gibt es nicht mehr.
refused-stage = Das ist mit diesem Kontakt jetzt nicht möglich.
refused-unsupported = Das kann diese Version nicht.

# Kopien eines Profils
delivery-unknown = Sie wartete, als die Kopie entstand, aus der dieses Profil wiederhergestellt wurde; vielleicht kam sie an
line-restored = Von hier an benutzt die andere Seite eine wiederhergestellte Kopie ihres Profils
copy-perhaps = Deine Kontakte benutzen vielleicht eine neuere Kopie dieses Profils, die anderswo wiederhergestellt wurde. Warst du das nicht, schreib hier nichts.
copy-replaced = Eine neuere Kopie dieses Profils wurde anderswo wiederhergestellt, und deine Kontakte benutzen jene. Von hier wird nichts gesendet.
refused-replaced = Dieser Kontakt macht mit einer neueren Kopie deines Profils weiter
refused-busy = Gerade kommt zu viel herein; versuche es noch einmal.

# Notifications
settings-notices = Benachrichtigungen
notices-none = Keine
notices-plain = Dass es eine Nachricht gibt
notices-named = Auch von wem
settings-notices-hint = Was in einer Nachricht steht, wird nie gezeigt. Deine Arbeitsumgebung kann Benachrichtigungen aufheben und auch bei gesperrtem Bildschirm zeigen.
notice-messages =
    { $count ->
        [one] Neue Nachricht
       *[other] { $count } neue Nachrichten
    }
notice-from =
    { $count ->
        [one] Neue Nachricht von { $name }
       *[other] { $count } neue Nachrichten von { $name }
    }
notice-request = Jemand möchte dein Kontakt werden

# Panic
settings-panic = Notfall
panic-open = Alles zerstören …
panic-title = Alles zerstören?
panic-words = Die Schlüssel aller Profile auf diesem Computer, in diesem Ordner, werden sofort überschrieben: Namen, Kontakte und Nachrichten sind für immer verloren, und keine Passphrase öffnet hier mehr etwas. Drücke noch einmal Strg+Umschalt+Rücktaste, oder den Knopf.
panic-yes = Jetzt alles zerstören
panic-no = Zurück (Esc)
panic-busy = Wird zerstört …
panic-failed = Nicht alles konnte überschrieben werden: eine Passphrase kann es noch öffnen. Zerstöre die Dateien selbst.

# Search
found-messages = Nachrichten
found-busy = Wird gesucht …
found-none = Keine Nachricht enthält diese Wörter.
found-more = Ältere
found-index = Die Suche wird noch vorbereitet ({ $percent } %): ältere Nachrichten können fehlen.
span-all = Jederzeit
span-week = 7 Tage
span-month = 30 Tage
span-year = 1 Jahr
find-open = In dieser Unterhaltung suchen
find-placeholder = In dieser Unterhaltung suchen
find-count = { $now } von { $all }
find-count-more = { $now } von mehr als { $all }
find-older = Ältere
find-newer = Neuere
refused-search = Gib ein Wort ein, das gesucht werden soll.

# Short code
short-title = Sieben Emoji vergleichen
short-hint = Solange ihr beide verbunden seid, erscheinen auf beiden Bildschirmen dieselben sieben Emoji. Lest sie euch von links nach rechts vor.
short-begin = Sieben Emoji auf beiden Bildschirmen zeigen
short-wait = Warten auf den anderen Bildschirm …
short-same = Sie sind gleich
short-differ = Sie sind verschieden
short-differ-hint = Wenn sie verschieden sind, kann jemand dazwischen sein: traue diesem Kontakt nicht, und tauscht auf anderem Weg neue Einladungen.
short-open = Sieben Emoji vergleichen …
short-now = Auf beiden Bildschirmen stehen jetzt sieben Emoji.
short-compare = Vergleichen

# Disappearing messages
timer-title = Verschwindende Nachrichten
timer-hint = Gilt für euch beide: beide Programme löschen neue Nachrichten so lange nach dem Lesen. Jeder kann es ändern, und beide sehen das. Ein verändertes Programm muss nicht löschen.
timer-stay = Sie bleiben
timer-tip = Neue Nachrichten verschwinden { $time } nach dem Lesen

# Earlier words
action-earlier = Was vorher da stand
earlier-title = Was vorher da stand
earlier-none = Davon wurde nichts aufgehoben. In den Einstellungen unter Privatsphäre kannst du wählen, dass der Wortlaut vor einer Änderung bleibt.
earlier-until = bis { $day }, { $time }

# Picture
picture-title = QR-Code aus einem Bild
picture-open = Aus einem Bild …
picture-hint-invitation = Nimm die Einladung aus einem Bild ihres QR-Codes.
picture-hint-code = Fotografiere den Code auf dem Bildschirm deines Kontakts und vergleiche ihn hier.
picture-drop = Wähle die Datei aus, zieh sie auf dieses Fenster, oder gib ihren Namen ein. PNG und JPEG werden gelesen.
picture-file = Datei
picture-placeholder = Zum Beispiel /home/…/code.png
picture-read = Lesen
picture-busy = Wird gelesen …
scan-file = Diese Datei kann nicht gelesen werden, oder sie hat mehr als 20 MB.
scan-picture = Das ist kein Bild, das hier gelesen werden kann.
scan-no-code = Darin wurde kein QR-Code gefunden. Ist das Bild scharf und der Code vollständig?

# Profiles
passphrase-change = Passphrase ändern
passphrase-change-open = Passphrase ändern …
passphrase-change-hint = Das Profil wird kurz geschlossen und wieder geöffnet. Wer eine alte Kopie der Dateien hat, kann sie weiterhin mit der alten Passphrase öffnen.
passphrase-present = Passphrase dieses Profils
passphrase-new = Neue Passphrase
beside-open = Ein weiteres Profil …
beside-title = Ein weiteres Profil
beside-hint = Hier ist Platz für bis zu vier Profile, jedes mit seiner eigenen Passphrase. Niemand sieht, wie viele es sind. Mehrere können gleichzeitig entsperrt sein; ein Profil, das jetzt entsperrt ist, bleibt es und wird nicht überschrieben.
beside-warning = Gib die Passphrase jedes anderen Profils auf diesem Computer ein, das jetzt gesperrt ist. Ein Profil, dessen Passphrase hier fehlt, kann endgültig überschrieben werden.
beside-other = Passphrase eines anderen Profils hier – nur leer lassen, wenn es keines gibt
beside-name = Name des neuen Profils
beside-submit = Profil anlegen und dorthin gehen
failure-taken = Diese Passphrase öffnet hier schon etwas. Wähle eine andere.

# Export and import
export-open = Dieses Profil exportieren …
export-title = Dieses Profil exportieren
export-hint = Eine versiegelte Datei mit Kontakten, Einstellungen und Nachrichten, um auf einem anderen Computer neu zu beginnen. Nur eine Kopie kann benutzt werden: Kontakte gehen zur neuesten über. Solange geschrieben wird, ist das Profil geschlossen.
export-file = Neue Datei
export-placeholder = Zum Beispiel /media/…/undertone.export
export-passphrase = Passphrase des Exports
export-submit = Export schreiben
export-busy = Export: wird geschrieben und zur Sicherheit zurückgelesen …
export-done = Exportiert und geprüft.
import-open = Ich habe einen Export
import-title = Mit einem Export neu beginnen
import-hint = Kontakte gehen zu dieser Kopie über, und die ältere erfährt, dass sie ersetzt wurde. Nichts ändert sich, bevor die ganze Datei geprüft ist.
import-submit = Importieren
import-busy = Wird geprüft und importiert …
failure-export = Das ist kein Export, den diese Passphrase öffnet, oder er ist beschädigt.
failure-file = Die Datei kann nicht geschrieben oder gelesen werden.
failure-file-exists = Eine Datei dieses Namens gibt es schon. Nichts wurde geschrieben.

# People
profile-away = Abwesend
way-connected-away = Verbunden; meldet sich abwesend
notes-title = Notizen an dich
notes-open = Notizen an dich selbst
notes-begin = Hier beginnen deine Notizen. Sie werden aufbewahrt wie alle Nachrichten und nie gesendet.
delete-words-note = Diese Notiz wird für immer gelöscht.
clear-words-notes = Alle deine Notizen werden vernichtet.
resembles = Vorsicht: Ein anderer Kontakt heißt auch { $name }. Jeder kann jeden Namen wählen. Vergleicht die Codes, oder frag auf einem anderen Weg, wer das ist, bevor du etwas schreibst.
resembles-tip = Hat den Namen eines anderen Kontakts
panel-introduced = Vorgestellt von { $by } als { $name }.
waits-contact = { $name } ist nicht verbunden. Was du sendest, wartet hier und geht von selbst hinaus.
waits-hidden = Du erscheinst offline. Was du sendest, wartet hier, bis du wieder online bist.
waits-invisible = Du bist für { $name } unsichtbar. Was ihr beide schreibt, wartet.

# Presence
settings-presence = Verfügbarkeit
presence-online = Online
presence-online-hint = Kontakte sehen, dass du verbunden bist.
presence-away = Abwesend
presence-away-hint = Nachrichten kommen und gehen. Kontakte erfahren, dass du abwesend bist; niemand beobachtet deine Tastatur.
presence-offline = Offline erscheinen
presence-offline-hint = Niemand wird angewählt, und niemand erreicht dich, als liefe das Programm nicht. Nachrichten warten auf beiden Seiten.
settings-requests = Fremde mit einer Einladung können anfragen
settings-requests-hint = An: Wer eine deiner Einladungen hat, kann anfragen und an ihrer Adresse sehen, ob du da bist. Aus: Diese Adressen sind geschlossen. Die Einladungen bleiben gültig; das Programm dessen, der inzwischen anfragt, versucht es 14 Tage lang wieder.
invite-closed-now = Zurzeit geschlossen: Anfragen sind aus, oder du bist für jemanden unsichtbar, der sie benutzt hat

# Addresses
circle-title = Deine Adresse für diesen Kontakt
circle-alone = Niemand sonst kennt diese Adresse.
circle-shared = Dieselbe Adresse kennen { $names }.
circle-hint = Kontakte, die dieselbe Adresse kennen, merken beim Vergleichen, dass sie dieselbe Person kennen. Was jemand vor einem Wechsel wusste, weiß er weiterhin.
circle-same-name = Was sie von dir sehen, Bild, Name und Status, ist bei jeder Adresse gleich: Daran erkennen auch Kontakte verschiedener Adressen dieselbe Person, solange du es nicht änderst.
circle-not-reachable = Sie ist noch nicht erreichbar.
circle-move = Eine andere Adresse teilen …
circle-renew = Neue Adresse für alle davon
circle-renew-one = Neue Adresse
circle-own = Eine eigene Adresse
circle-with = Die Adresse, die { $names } kennen
circle-nowhere = Es gibt keine andere Adresse zum Teilen.
circle-now-alone = Jetzt: nur { $name } bekannt
circle-now-shared = Jetzt: geteilt mit { $names }
circle-change = Adresse wechseln
panel-invisible = Für diesen Kontakt unsichtbar
panel-invisible-hint = Der Kontakt sieht, was man sieht, wenn dieses Programm nicht läuft. Nachrichten warten auf beiden Seiten. Wer die Adresse teilte, erfährt eine neue.

# Introductions
introductions = Vorstellungen
introduce-open = Jemandem vorstellen …
introduce-title = Zwei Kontakte einander vorstellen
introduce-whom = Wem möchtest du { $name } vorstellen?
introduce-nobody = Es gibt noch niemand anderen.
introduce-told = Name, den { $told } für { $about } sieht
introduce-hint = Beide werden gefragt und erfahren den Namen, der hier steht. Sonst erfahren sie nichts, bevor beide Ja gesagt haben.
introduce-limits = Nach zweimal Ja geht eine Einladung für eine Person über dich vom einen zum anderen. Eine Vorstellung endet nach 14 Tagen.
introduce-submit = Vorstellung anbieten
introduction-offer = { $by } möchte dir „{ $name }“ vorstellen
introduction-offer-hint = { $by } hat diesen Namen geschrieben; er beweist nichts. Sagt ihr beide Ja, werdet ihr Kontakte; vorher erfährt keiner mehr als einen Namen. Vergleicht danach die Codes: { $by } könnte jemand anderen dazwischensetzen.
introduction-accept = Ja
introduction-refuse = Nein
introduction-by = { $by } stellt dir „{ $name }“ vor
introduction-mine = Du stellst { $first } und { $second } einander vor
introduction-asked = Sie wurden gefragt.
introduction-agreed = Du hast Ja gesagt. Die andere Person ist noch nicht da.
introduction-declined = Du hast Nein gesagt.
introduction-one-declined = Eine Person hat Nein gesagt.
introduction-led = Ihr seid jetzt Kontakte.
introduction-failed = Daraus ist nichts geworden.
introduction-both = Beide haben Ja gesagt. Die Einladung ist unterwegs.
introduction-passed = Sie haben, was sie brauchen, um Kontakte zu werden.
notice-introduction = Ein Kontakt möchte dir jemanden vorstellen
refused-circle-full = Höchstens 16 Kontakte teilen eine Adresse.
refused-invisible = Du bist für diesen Kontakt unsichtbar. Mach dich zuerst sichtbar.
refused-picture = Das ist kein PNG-, JPEG- oder WebP-Bild, das sich lesen lässt.
refused-introduction = Eine Vorstellung dieser beiden läuft schon.

# Files and pictures of people
choose-file = Auswählen …
choose-none = Der Desktop hat hier keinen Dialog für Dateien. Gib den Namen der Datei mit ihren Ordnern ein.
picture-own = Dein Bild
picture-choose-own = Bild auswählen …
picture-remove = Entfernen
picture-own-hint = Kontakte sehen es, Fremde nicht. Gesendet wird nur die Mitte, 128 mal 128 Pixel; Ort, Kamera und Datum bleiben weg.
passphrase-new-profile = Passphrase des neuen Profils
import-beside-open = Ein weiteres Profil aus einem Export …
import-beside-hint = Die Kopie wird hier ein weiteres Profil. Kontakte gehen zu ihr über, und die ältere erfährt, dass sie ersetzt wurde. Nichts ändert sich, bis die ganze Datei geprüft ist.

# Emoji of the short code
emoji-dog = Hund
emoji-cat = Katze
emoji-lion = Löwe
emoji-horse = Pferd
emoji-unicorn = Einhorn
emoji-pig = Schwein
emoji-elephant = Elefant
emoji-rabbit = Hase
emoji-panda = Panda
emoji-rooster = Hahn
emoji-penguin = Pinguin
emoji-turtle = Schildkröte
emoji-fish = Fisch
emoji-octopus = Krake
emoji-butterfly = Schmetterling
emoji-flower = Blume
emoji-tree = Baum
emoji-cactus = Kaktus
emoji-mushroom = Pilz
emoji-globe = Globus
emoji-moon = Mond
emoji-cloud = Wolke
emoji-fire = Feuer
emoji-banana = Banane
emoji-apple = Apfel
emoji-strawberry = Erdbeere
emoji-corn = Mais
emoji-pizza = Pizza
emoji-cake = Kuchen
emoji-heart = Herz
emoji-smiley = Smiley
emoji-robot = Roboter
emoji-hat = Hut
emoji-glasses = Brille
emoji-spanner = Schraubenschlüssel
emoji-santa = Nikolaus
emoji-thumbs-up = Daumen hoch
emoji-umbrella = Regenschirm
emoji-hourglass = Sanduhr
emoji-clock = Wecker
emoji-gift = Geschenk
emoji-light-bulb = Glühbirne
emoji-book = Buch
emoji-pencil = Bleistift
emoji-paperclip = Büroklammer
emoji-scissors = Schere
emoji-lock = Schloss
emoji-key = Schlüssel
emoji-hammer = Hammer
emoji-telephone = Telefon
emoji-flag = Flagge
emoji-train = Zug
emoji-bicycle = Fahrrad
emoji-aeroplane = Flugzeug
emoji-rocket = Rakete
emoji-trophy = Pokal
emoji-ball = Ball
emoji-guitar = Gitarre
emoji-trumpet = Trompete
emoji-bell = Glocke
emoji-anchor = Anker
emoji-headphones = Kopfhörer
emoji-folder = Ordner
emoji-pin = Stecknadel

# Desktop
tray-show = Zeigen
tray-hide = Verbergen
tray-lock = Jetzt sperren
tray-quit = Beenden
settings-desktop = Desktop
settings-linger = Weiterlaufen, wenn das Fenster geschlossen wird
settings-linger-hint = Das Profil bleibt entsperrt hinter dem Symbol in der Leiste, und wer diesen Computer benutzt, sieht das Symbol. Aus: Das Schließen des Fensters beendet das Programm.
settings-motion = Bewegung
settings-still = Nichts bewegt sich
settings-still-hint = Lange Arbeit wird nur in Worten gemeldet, ohne bewegten Balken.
settings-still-system = Das System wünscht bereits, dass sich nichts bewegt.

# Copies
settings-copies = Profile und Kopien
settings-copies-hint = Für all das wird das Profil einen Moment geschlossen.

# Further
import-beside-title = Ein weiteres Profil aus einem Export

# Introduced
panel-introduced-unproven = Das beweist nichts.

# Progress
doing-key = Der Schlüssel wird aus der Passphrase berechnet …
doing-checking = Es wird geprüft, ob nichts fehlt …
doing-writing = Schreiben: { $percent } %
doing-reading = Lesen und prüfen: { $percent } %
doing-storing = Speichern: { $percent } %
doing-network = Tor wird gestartet …
doing-profile = Das Profil wird geöffnet …

# Health
health-disk-low = Auf dem Datenträger ist wenig Platz: noch { $size } MB. Wenn er voll ist, kommt nichts mehr an. Schaffe Platz.
health-disk-full = Der Datenträger ist voll: Nichts kommt an und nichts geht hinaus, bis wieder Platz ist. Lesen, löschen und auf einen anderen Datenträger exportieren kannst du weiterhin.
health-export-never = Dieses Profil wurde noch nie exportiert. Geht dieser Computer verloren, sind Kontakte und Nachrichten mit ihm verloren.
health-export-old = Der letzte Export ist über 30 Tage alt. Was seitdem kam, liegt allein auf diesem Computer.
health-export = Jetzt exportieren
health-later = Nicht jetzt
