# What the desktop program says. The other languages have the same names; tests compare them.

window-title = Undertone
window-title-unread = ({ $count }) Undertone
loading = Opening your conversations …
closing = Locking …
close = Close
cancel = Cancel
back = Back
next = Next
save = Save
paste = Paste
copied = Copied
search = Search
lock = Lock
stopped = Your profile has stopped because nothing can be stored. Free some space and start the program again.

# First run
hello-title = Welcome to Undertone
hello-first = Write to people you know, without an account, a phone number or a company in between.
hello-second = Everything travels through the Tor network, straight from your computer to theirs, so that no server and no provider is told who talks to whom.
hello-third = Your messages and keys are kept on this computer only, sealed by a passphrase that nobody can reset.
hello-begin = Get started
welcome-step = Step { $now } of { $all }
name-title = What should people call you?
name-hint = Only people you contact see this name. It need not be your real one, and you can change it later.
name-label = Your name
name-placeholder = For example Robin
passphrase-title = Choose a passphrase
passphrase-hint = It seals everything on this computer. Four or more unrelated words are good. Nobody can recover it: if you forget it, everything is lost.
passphrase-label = Passphrase
passphrase-placeholder = Several words
passphrase-again = Once more
passphrase-differs = The two are not the same.
strength-none = Not typed yet
strength-weak = Too easy to guess
strength-fair = Still too easy to guess; add a word
strength-good = Good
strength-strong = Very good
create-button = Create my profile
create-busy = Sealing your profile …

# Unlock
unlock-title = Locked
unlock-hint = Enter your passphrase.
unlock-passphrase = Passphrase
unlock-button = Unlock
unlock-busy = Unlocking …
unlock-another = Unlock another profile
unlock-another-hint = What is unlocked stays online meanwhile.
unlock-back = Back
unlock-another-open = Unlock another profile
lock-this = Lock this profile only
switch-to = Go to { $name }
switch-to-unread = Go to { $name }: { $count } unread

failure-passphrase = This passphrase opens nothing here.
failure-in-use = It is open in another window or program already.
failure-already-open = It is unlocked here already.
failure-exists = There is something here already that this passphrase does not open.
failure-home = The folder cannot be used: it is missing, full, or open to other users of this computer.
failure-damaged = What is stored cannot be read. It may be damaged, or made by another version.
failure-name = A name has 1 to 128 bytes and no control characters.
failure-network = Tor could not be started. Start the program again.

# Side
new-conversation = New conversation
invite-open = My invitation
settings-open = Settings
requests = Contact requests
list-empty = No conversations yet.
list-not-found = Nothing found.
archive-show =
    { $count ->
        [one] { $count } archived conversation
       *[other] { $count } archived conversations
    }
archive-leave = Back to all conversations
typing = is writing …
preview-none = No messages yet
preview-draft = Draft: { $words }
preview-timer = Disappearing messages changed
preview-covered = Covered
back-to-list = Back to the list
unread-count =
    { $count ->
        [one] { $count } unread message
       *[other] { $count } unread messages
    }
profile-hidden = Appearing offline
network-short-ready = Connected
network-short-on-the-way = Connecting, { $percent } %
network-short-off = Offline
network-short-none = Not connected

# Network
network-ready = Connected to the Tor network.
network-dormant = Tor is not running yet.
network-bootstrapping = Connecting to the Tor network: { $percent } %
network-none = No way to the Tor network.
network-clock = The clock of this computer is wrong.
network-stuck = Connecting to the Tor network is stuck at { $percent } %.
network-why-bootstrapping = The first time this can take some minutes, because the list of relays is fetched. You can go on meanwhile.
network-why-stuck = Something is in the way: a network that blocks Tor, a firewall, or a slow line. The program keeps trying.
network-why-none = Is this computer online? Some networks block Tor; this version has no way around that.
network-why-clock = Tor needs the right date and time. Please set the clock; the program goes on by itself.
retry = Try now
retry-all = Try again now
retry-contacts = Try all contacts now
way-connected = Connected
way-invisible = You are invisible to this contact; messages wait
way-withheld = Nothing is exchanged: you blocked the one who introduced them, or are invisible to that one. Block them as well, and become contacts in another way
way-hidden = You appear offline; messages wait
way-disk-full = The disk is full; messages wait
way-not-tried = Not connected yet
way-dialling = Connecting …
way-no-network = No connection to the Tor network
way-clock = The clock of this computer is wrong
way-bootstrapping = Waiting for the Tor network
way-away = Away, or not running
way-not-admitted = Their door does not let you in at the moment
way-introduction = Away since a short time, or the way is disturbed
way-rendezvous = The way through Tor took too long
way-refused = Their program refused
way-no-answer = Their program does not answer
way-broken = The connection broke
way-failed = The way through Tor failed
way-next = { $reason }; next try in { $time }
stage-requested = You asked; no answer yet
stage-no-answer = You asked several times; no answer came
stage-accepting = Accepted; telling them
stage-undecided = Asks to be a contact
stage-rejected = Rejected
stage-blocked = Blocked
stage-myself = Kept here, never sent

# Start page
start-title = Hello, { $name }
start-invite = Invite somebody
start-invite-hint = Make an invitation and hand it over: by a message, on paper or as a QR code.
start-add = I have an invitation
start-add-hint = Paste an invitation that somebody gave you.
start-keys = Ctrl+K finds every command and conversation, Ctrl+N begins a new one, Ctrl+F searches, Ctrl+L locks at once, Ctrl+Plus and Ctrl+Minus change the text size. Ctrl+Shift+Backspace is for emergencies: pressed twice, it destroys everything.

# Invitation
invite-title = My invitation
invite-loading = One moment …
invite-hint = Whoever gets your invitation can ask to be your contact. You decide then.
invite-one = For one person. It is used up when they ask you.
invite-many = For several people. Everyone who gets it can ask you, until you revoke it.
invite-reachable = Can be used now
invite-not-reachable = Is being published; this can take a minute
invite-copy = Copy
invite-shut = Revoke this invitation
invite-revoke-title = Revoke this invitation?
invite-revoke-words = Whoever has it can send you no more requests with it. This cannot be taken back. Contacts that you have stay.
invite-revoke = Revoke
invite-next = { $now } of { $all }
invite-make-one = New invitation for one person
invite-make-many = New invitation for several
invite-covered = Covered while names are hidden. Copying works.

# New conversation
add-title = New conversation
add-hint = Paste the invitation you were given. They see your name and greeting and decide whether to accept.
add-invitation = Invitation
add-invitation-placeholder = undertone:…
add-name = What you call them (only you see this)
add-name-placeholder = Optional
add-greeting = Greeting
add-greeting-placeholder = So that they know it is you
add-submit = Send contact request
add-busy = Sending …

# Requests
requests-hint = Anyone who has one of your invitations can ask, under any name. Rejecting tells them nothing.
requests-none = No requests are waiting.
request-no-greeting = No greeting
request-accept = Accept
request-accept-anyway = Accept anyway
request-reject = Reject
request-block = Block

# Conversation
conversation-begin = Here the conversation begins. Only the two of you can read it.
conversation-begin-unproven = Here the conversation begins. It is end-to-end encrypted. Who is at the other end shows when you compare codes.
history-loading = Loading messages …
day-today = Today
day-yesterday = Yesterday
day-date = { $day } { $month } { $year }
day-short = { $day }/{ $month }
month-name =
    { $month ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    }
jump = Newest messages
jump-unread =
    { $count ->
        [one] { $count } new message
       *[other] { $count } new messages
    }
verified-tip = You compared codes with this contact
panel-open = About this contact
message-deleted = This message was deleted
message-unsupported = A message of a newer version; this program cannot show it
message-edited = edited
message-forwarded = Forwarded
message-more = Show more
message-cut = The rest is not shown here. Copying gives the whole message.
quote-unknown = An earlier message
quote-own = You
delivery-waiting = Waits on this computer. { $reason }.
delivery-sent = Sent; not confirmed yet
delivery-received = Stored on their computer
delivery-read = They say they have read it
reaction-join = React the same way
reaction-take-back = Take back
action-reply = Reply
action-copy = Copy
action-forward = Forward
action-edit = Edit
action-pin = Pin
action-unpin = Unpin
action-delete = Delete
timer-on-mine = You let messages disappear { $time } after reading
timer-on-theirs = They let messages disappear { $time } after reading
timer-off-mine = You let messages stay from here on
timer-off-theirs = They let messages stay from here on
seconds =
    { $count ->
        [one] { $count } second
       *[other] { $count } seconds
    }
minutes =
    { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    }
hours =
    { $count ->
        [one] { $count } hour
       *[other] { $count } hours
    }
days =
    { $count ->
        [one] { $count } day
       *[other] { $count } days
    }
composer-placeholder = Write a message
composer-reply = Replying to { $name }
composer-reply-own = Replying to your message
composer-edit = Editing your message
composer-left =
    { $count ->
        [one] { $count } byte left
       *[other] { $count } bytes left
    }
composer-too-long = Too long: a message can have 65,536 bytes. Send it in parts.
send = Send
emoji-open = Emoji
emoji-title = Emoji
emoji-search = Search by name
emoji-none = No emoji of that name.

# Questions
delete-title = Delete message
delete-words = It is deleted on this computer. On the other one it stays.
delete-words-mine = Deleting for both asks their program to delete it too; you cannot be sure that it does.
delete-me = Delete for me
delete-both = Delete for both
clear-title = Delete all messages
clear-words = All messages of this conversation are destroyed on this computer. On the other one they stay.
clear-yes = Delete all
block-title = Block
block-question = Block { $name }?
block-messages = Messages that still wait are never sent. All others stay on both computers, but the conversation leaves your list.
block-words = { $name } will see what they would see if you were never online again. All keys are destroyed: this cannot be taken back.
block-yes = Block for ever
link-title = This link leaves Tor
link-words = In an ordinary browser the website and your network can see who you are. Copy the link and open it in Tor Browser.
link-copy = Copy the address
forward-title = Forward to
forward-hint = They see that it was forwarded, and not from whom.

# Contact
panel-title = Contact
panel-nickname = Calls themselves { $name }
pet-name = What you call them
pet-name-placeholder = Only you see this
verify-title = Safety code
verify-done = You compared codes: this is who you think it is.
verify-not-done = Not compared yet. Somebody may have handed you a false invitation.
verify-hint = Read these digits to each other by voice, or hold the screens side by side. They must be the same.
verify-no-code = The code is not there yet.
verify-covered = The code is covered while names are.
verify-same = They are the same
verify-undo = Withdraw verification
panel-conversation = Conversation
panel-pinned = Keep at the top
panel-muted = Do not disturb
panel-archived = Archive
panel-read = Tell them what you have read
panel-typing = Tell them when you are writing

# Settings
settings-title = Settings
settings-appearance = Appearance
settings-privacy = Privacy
settings-network = Network
settings-profile = Profile
settings-about = About
settings-theme = Theme
theme-system = Like the system
theme-light = Light
theme-dark = Dark
theme-contrast = High contrast
settings-language = Language
settings-rtl-hint = Shown from right to left. While you type, the caret can stand in the wrong place.
settings-size = Text size
percent = { $number } %
settings-appearance-hint = These choices are sealed with your profile, and hold again when it is unlocked.
settings-read = Tell contacts what you have read
settings-read-hint = Off: they learn that a message arrived, and nothing more.
settings-typing = Tell contacts when you are writing
settings-typing-hint = Only while you are connected.
settings-earlier = Keep words from before an edit
settings-earlier-hint = On this computer, for messages that contacts change.
settings-presentation = Cover names and previews
settings-presentation-hint = For showing your screen to others. Open conversations stay readable.
presentation-open = Names are covered, this conversation is not: whoever sees your screen can read it.
settings-lock = Lock by itself
lock-never = Never
lock-after = When nobody was there for { $time }
settings-lock-hint = As by Ctrl+L: the profile is closed, everything leaves the screen, and nothing arrives until it is unlocked.
settings-retention = How long messages are kept here
settings-retention-hint = Each conversation can have its own setting.
retention-until = Until I delete them
retention-after = { $time } after reading
retention-nothing = Not at all: only while the program runs
retention-default = Like all conversations
settings-doors = { $count } of { $all } of your addresses can be reached.
settings-contacts = Contacts
settings-nickname = Name that contacts see
settings-status = A few words about you that contacts see
settings-status-placeholder = For example: back on Monday
settings-profile-hint = Contacts hear of a change when they are connected.
about-version = Undertone { $version }
about-words = A messenger without a middle. Contacts talk directly over Tor onion services, encrypted end to end.
about-audit = Young, and not audited by anyone. Do not stake your safety on it yet.
about-licences = Undertone is free software under MIT or Apache-2.0. It contains the fonts Inter, JetBrains Mono and Noto Sans Arabic (SIL Open Font License), icons by Lucide (ISC), names of emoji by Unicode (Unicode License 3.0), and the crates equix and hashx (LGPL-3.0).

# Palette
palette-title = What do you want to do?
palette-search = A conversation or a command
palette-hint = ↑ ↓ choose, Enter takes, Esc closes
palette-dark = Dark theme
palette-light = Light theme
palette-contrast = High contrast theme
palette-presentation = Cover or show names

# What a conversation reveals
privacy-open = What is revealed to whom
privacy-title = What this conversation reveals
reveal-me = This computer
reveal-me-until = Messages are kept here, sealed, until you delete them.
reveal-me-after = Messages are kept here, sealed, until { $time } after reading.
reveal-me-nothing = Messages are in memory only, and gone when the program ends.
reveal-timer = Both programs delete messages { $time } after reading; a changed program need not.
reveal-me-computer = Whoever controls this computer while it is unlocked can read everything.
reveal-contact = Your contact
reveal-contact-words = { $name } learns what you write, when, and the name and status you chose. They can show it to others, but not prove that it was you.
reveal-contact-online = They can tell when your program is connected to theirs.
reveal-contact-profile = Your picture, name and status are the same for all contacts, whatever address they know. Two of them who compare these can tell that they know the same person.
reveal-read-on = They are told what you have read.
reveal-read-off = They are not told what you have read, only that it arrived.
reveal-typing-on = They are told when you are writing.
reveal-typing-off = They are not told when you are writing.
reveal-verified = You compared codes, so nobody in between can pretend to be them.
reveal-not-verified = You have not compared codes: if the invitation was exchanged on its way, somebody else may be reading.
reveal-muted = They cannot tell that you turned notifications off.
reveal-network = The network
reveal-network-tor = Your provider sees that you use Tor and how much, not with whom or what. So does theirs.
reveal-network-relays = Relays of Tor pass on sealed cells. Somebody who watches both ends at once could compare when you are both active.
reveal-server = A server
reveal-server-none = There is none: you talk directly. So nothing arrives while one of you is away.

# Refused
refused-invitation = This is no invitation that this version understands. Is it complete?
refused-own-invitation = This is your own invitation. Give it to somebody else.
refused-used = You have used this invitation already.
refused-greeting = A greeting can have 500 bytes.
refused-status = A status can have 256 bytes and no control characters.
refused-timer = This time span is not possible.
refused-reaction = A reaction is a single emoji.
refused-not-yours = Only your own messages can be changed.
refused-not-connected = Your contact is not connected at the moment.
refused-too-soon = That was a moment ago; wait a little.
refused-pinned = At most 64 messages can be pinned; unpin one first.
refused-empty = The message is empty.
refused-queue = Too much is waiting for this contact already.
refused-too-many = Too many are open already; close one first.
refused-codes = The codes differ: this is not who you think it is.
refused-not-a-code = This is no code of this version.
refused-own-code = This is your own code.
refused-request = This request cannot be accepted: it is damaged.
refused-closed = The profile is closed.
refused-storage = It could not be stored: the disk is full or cannot be written.
refused-no-message = This message is not there any more.
refused-gone = This is not there any more.
refused-stage = This is not possible with this contact now.
refused-unsupported = This version cannot do that.

# Copies of a profile
delivery-unknown = It waited when the copy was made from which this profile was restored; it may have arrived
line-restored = From here on they use a restored copy of their profile
copy-perhaps = Your contacts may be using a newer copy of this profile, restored elsewhere. If that was not you, do not write here.
copy-replaced = A newer copy of this profile was restored elsewhere and your contacts use that one. Nothing is sent from here.
refused-replaced = They go on with a newer copy of your profile
refused-busy = Too much is coming in at this moment; try again.

# Notifications
settings-notices = Notifications
notices-none = None
notices-plain = That there is a message
notices-named = Also from whom
settings-notices-hint = What a message says is never shown. Your desktop may keep notifications, and show them while the screen is locked.
notice-messages =
    { $count ->
        [one] New message
       *[other] { $count } new messages
    }
notice-from =
    { $count ->
        [one] New message from { $name }
       *[other] { $count } new messages from { $name }
    }
notice-request = Somebody asks to be your contact

# Panic
settings-panic = Emergency
panic-open = Destroy everything …
panic-title = Destroy everything?
panic-words = The keys of all profiles on this computer, in this folder, are overwritten at once: names, contacts and messages are lost for ever, and no passphrase opens anything here. Press Ctrl+Shift+Backspace again, or the button.
panic-yes = Destroy everything now
panic-no = Back (Esc)
panic-busy = Destroying …
panic-failed = Not everything could be overwritten: a passphrase may still open it. Destroy the files themselves.

# Search
found-messages = Messages
found-busy = Searching …
found-none = No message has these words.
found-more = Older ones
found-index = The search is still being prepared ({ $percent } %): older messages may be missing.
span-all = Any time
span-week = 7 days
span-month = 30 days
span-year = 1 year
find-open = Search in this conversation
find-placeholder = Search in this conversation
find-count = { $now } of { $all }
find-count-more = { $now } of more than { $all }
find-older = Older
find-newer = Newer
refused-search = Type a word to look for.

# Short code
short-title = Compare seven emoji
short-hint = While you are both connected, the same seven emoji appear on both screens. Read them to each other by voice, from left to right.
short-begin = Show seven emoji on both screens
short-wait = Waiting for their screen …
short-same = They are the same
short-differ = They differ
short-differ-hint = If they differ, somebody may be in between: do not trust this contact, and exchange invitations anew in another way.
short-open = Compare seven emoji …
short-now = Seven emoji are on both screens now.
short-compare = Compare

# Disappearing messages
timer-title = Disappearing messages
timer-hint = Agreed between you: both programs delete new messages so long after they were read. Each of you can change it, and both of you see that. A changed program need not delete.
timer-stay = They stay
timer-tip = New messages disappear { $time } after reading

# Earlier words
action-earlier = What it said before
earlier-title = What it said before
earlier-none = Nothing of it was kept. In the settings, under privacy, you can choose to keep words from before an edit.
earlier-until = until { $day }, { $time }

# Picture
picture-title = QR code from a picture
picture-open = From a picture …
picture-hint-invitation = Take the invitation from a picture of its QR code.
picture-hint-code = Take a picture of the code on your contact’s screen, and compare it here.
picture-drop = Choose the file, drop it on this window, or type its name. PNG and JPEG are read.
picture-file = File
picture-placeholder = For example /home/…/code.png
picture-read = Read
picture-busy = Reading …
scan-file = This file cannot be read, or has more than 20 MB.
scan-picture = This is no picture that can be read here.
scan-no-code = No QR code was found in it. Is the picture sharp, and the code complete?

# Profiles
passphrase-change = Change the passphrase
passphrase-change-open = Change the passphrase …
passphrase-change-hint = The profile is closed for a moment and opened again. Whoever has an old copy of the files can still open it with the old passphrase.
passphrase-present = Passphrase of this profile
passphrase-new = New passphrase
beside-open = Another profile …
beside-title = Another profile
beside-hint = There is room for up to four profiles here, each with a passphrase of its own. Nobody can tell how many there are. Several can be unlocked at the same time; a profile that is unlocked now stays unlocked and is not overwritten.
beside-warning = Type the passphrase of every other profile on this computer that is locked now. A profile whose passphrase is missing here may be overwritten for good.
beside-other = Passphrase of another profile here – leave empty only if there is none
beside-name = Name of the new profile
beside-submit = Make the profile and go there
failure-taken = This passphrase opens something here already. Choose another one.

# Export and import
export-open = Export this profile …
export-title = Export this profile
export-hint = A sealed file with contacts, settings and messages, to begin again from on another computer. Only one copy can be used at a time: contacts go on with the newest. The profile is closed while it is written.
export-file = New file
export-placeholder = For example /media/…/undertone.export
export-passphrase = Passphrase of the export
export-submit = Write the export
export-busy = Exporting: writing, then reading back to be sure …
export-done = Exported and verified.
import-open = I have an export
import-title = Begin again from an export
import-hint = Contacts go on with this copy, and the older one finds out that it was replaced. Nothing is changed until the whole file is verified.
import-submit = Import
import-busy = Verifying and importing …
failure-export = This is no export that this passphrase opens, or it is damaged.
failure-file = The file cannot be written or read.
failure-file-exists = There is a file of that name already. Nothing was written.

# People
profile-away = Away
way-connected-away = Connected; says they are away
notes-title = Notes to yourself
notes-open = Notes to yourself
notes-begin = Your notes begin here. They are kept like all messages and are never sent.
delete-words-note = This note is deleted for ever.
clear-words-notes = All your notes are destroyed.
resembles = Careful: another contact has the name { $name } as well. Anybody can choose any name. Compare codes, or ask in another way who this is, before you write anything.
resembles-tip = Has the name of another contact
panel-introduced = Introduced by { $by }, who calls them { $name }.
waits-contact = { $name } is not connected. What you send waits here and leaves by itself.
waits-hidden = You appear offline. What you send waits here until you are online again.
waits-invisible = You are invisible to { $name }. What you both write waits.

# Presence
settings-presence = Availability
presence-online = Online
presence-online-hint = Contacts see that you are connected.
presence-away = Away
presence-away-hint = Messages come and go. Contacts are told that you are away; nothing watches your keyboard.
presence-offline = Appear offline
presence-offline-hint = Nobody is called and nobody reaches you, as if this program did not run. Messages wait on both sides.
settings-requests = Strangers with an invitation can ask
settings-requests-hint = On: whoever has one of your invitations can ask, and can see by its address whether you are there. Off: these addresses are closed. The invitations stay valid; the program of whoever asks meanwhile tries again for 14 days.
invite-closed-now = Closed at the moment: requests are off, or you are invisible to somebody who used it

# Addresses
circle-title = Your address for this contact
circle-alone = Nobody else knows this address.
circle-shared = The same address is known to { $names }.
circle-hint = Contacts who know the same address can tell, if they compare, that they know the same person. What somebody knew before a change they still know.
circle-same-name = What they see of you, picture, name and status, is the same at every address: it tells contacts of different addresses that you are the same person, unless you change it.
circle-not-reachable = It cannot be reached yet.
circle-move = Share another address …
circle-renew = New address for all of them
circle-renew-one = New address
circle-own = An address of their own
circle-with = The address that { $names } know
circle-nowhere = There is no other address to share.
circle-now-alone = Now: known only to { $name }
circle-now-shared = Now: shared with { $names }
circle-change = Change address
panel-invisible = Invisible to this contact
panel-invisible-hint = They see what they would see if this program did not run. Messages wait on both sides. Whoever shared the address is told a new one.

# Introductions
introductions = Introductions
introduce-open = Introduce to somebody …
introduce-title = Introduce two contacts
introduce-whom = To whom do you want to introduce { $name }?
introduce-nobody = There is nobody else yet.
introduce-told = Name that { $told } sees for { $about }
introduce-hint = Each of the two is asked, and is told the name that stands here. Nothing else is told before both said yes.
introduce-limits = After yes from both, an invitation for one person goes from one to the other through you. An introduction ends after 14 days.
introduce-submit = Offer the introduction
introduction-offer = { $by } wants to introduce “{ $name }” to you
introduction-offer-hint = { $by } wrote this name; it proves nothing. If you both say yes you become contacts; until then neither learns more than a name. Compare codes afterwards: { $by } could put somebody else in between.
introduction-accept = Yes
introduction-refuse = No
introduction-by = { $by } introduces “{ $name }” to you
introduction-mine = You introduce { $first } and { $second }
introduction-asked = They were asked.
introduction-agreed = You said yes. The other one has not come yet.
introduction-declined = You said no.
introduction-one-declined = One of them said no.
introduction-led = You are contacts now.
introduction-failed = It came to nothing.
introduction-both = Both said yes. The invitation is on its way.
introduction-passed = They have what they need to become contacts.
notice-introduction = A contact wants to introduce somebody to you
refused-circle-full = 16 contacts share an address at most.
refused-invisible = You are invisible to this contact. Become visible first.
refused-picture = This is no PNG, JPEG or WebP picture that can be read.
refused-introduction = An introduction of these two is under way already.

# Files and pictures of people
choose-file = Choose …
choose-none = The desktop has no dialog for files here. Type the name of the file with its folders.
picture-own = Your picture
picture-choose-own = Choose a picture …
picture-remove = Remove
picture-own-hint = Contacts see it, strangers do not. Only the middle is sent, 128 by 128 pixels; place, camera and date are left out.
passphrase-new-profile = Passphrase of the new profile
import-beside-open = Another profile from an export …
import-beside-hint = The copy becomes a further profile here. Contacts go on with it, and the older copy finds out that it was replaced. Nothing is changed until the whole file is verified.

# Emoji of the short code
emoji-dog = Dog
emoji-cat = Cat
emoji-lion = Lion
emoji-horse = Horse
emoji-unicorn = Unicorn
emoji-pig = Pig
emoji-elephant = Elephant
emoji-rabbit = Rabbit
emoji-panda = Panda
emoji-rooster = Rooster
emoji-penguin = Penguin
emoji-turtle = Turtle
emoji-fish = Fish
emoji-octopus = Octopus
emoji-butterfly = Butterfly
emoji-flower = Flower
emoji-tree = Tree
emoji-cactus = Cactus
emoji-mushroom = Mushroom
emoji-globe = Globe
emoji-moon = Moon
emoji-cloud = Cloud
emoji-fire = Fire
emoji-banana = Banana
emoji-apple = Apple
emoji-strawberry = Strawberry
emoji-corn = Corn
emoji-pizza = Pizza
emoji-cake = Cake
emoji-heart = Heart
emoji-smiley = Smiley
emoji-robot = Robot
emoji-hat = Hat
emoji-glasses = Glasses
emoji-spanner = Spanner
emoji-santa = Santa
emoji-thumbs-up = Thumbs up
emoji-umbrella = Umbrella
emoji-hourglass = Hourglass
emoji-clock = Clock
emoji-gift = Gift
emoji-light-bulb = Light bulb
emoji-book = Book
emoji-pencil = Pencil
emoji-paperclip = Paperclip
emoji-scissors = Scissors
emoji-lock = Lock
emoji-key = Key
emoji-hammer = Hammer
emoji-telephone = Telephone
emoji-flag = Flag
emoji-train = Train
emoji-bicycle = Bicycle
emoji-aeroplane = Aeroplane
emoji-rocket = Rocket
emoji-trophy = Trophy
emoji-ball = Ball
emoji-guitar = Guitar
emoji-trumpet = Trumpet
emoji-bell = Bell
emoji-anchor = Anchor
emoji-headphones = Headphones
emoji-folder = Folder
emoji-pin = Pin

# Desktop
tray-show = Show
tray-hide = Hide
tray-lock = Lock now
tray-quit = Quit
settings-desktop = Desktop
settings-linger = Keep running when the window is closed
settings-linger-hint = The profile stays unlocked behind the icon in the tray, and whoever uses this computer sees the icon. Off: closing the window ends the program.
settings-motion = Movement
settings-still = Nothing moves
settings-still-hint = Long work is told in words alone, without a moving bar.
settings-still-system = The system already wants that nothing moves.

# Copies
settings-copies = Profiles and copies
settings-copies-hint = For all of these the profile is closed for a moment.

# Further
import-beside-title = Another profile from an export

# Introduced
panel-introduced-unproven = That proves nothing.

# Progress
doing-key = Making the key from the passphrase …
doing-checking = Checking that nothing is missing …
doing-writing = Writing: { $percent } %
doing-reading = Reading and verifying: { $percent } %
doing-storing = Storing: { $percent } %
doing-network = Starting Tor …
doing-profile = Opening the profile …

# Health
health-disk-low = Little room is left on the disk: { $size } MB. When it is full, nothing can arrive any more. Make room.
health-disk-full = The disk is full: nothing arrives and nothing leaves until there is room again. You can still read, delete and export to another disk.
health-export-never = This profile was never exported. If this computer is lost, contacts and messages are lost with it.
health-export-old = The last export is more than 30 days old. What came since is on this computer alone.
health-export = Export now
health-later = Not now
