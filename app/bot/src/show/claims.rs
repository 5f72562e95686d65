//! What is claimed and what is not, in the words in which people are told it. In one place, so that no command promises more
//! than another. The sentences follow the project's decisions D11.4 and D11.8 and the README of the store.

/// Said when deniable mode is switched on.
pub const DENIABLE: &str = "\
In deniable mode one look at the disk, without knowing earlier states, does not tell how many of the
four places of this home are used. Not covered: two looks at different times, memory, a program that runs
or was killed, someone who has one of the passphrases and counts what it does not open where that is more than some ten thousand records, what the file system and a flash chip remember by themselves, and traffic. Every profile of this home
needs the mode: one that is used without it shows that it is used.";

/// Said when deniable mode is switched off.
pub const NOT_DENIABLE: &str = "\
Without deniable mode contents are sealed, but sizes and times of the files show which of the four places of this
home are used, and so how many profiles there are.";

/// What deniable mode costs (measured by the store's benchmarks).
pub const DENIABLE_COST: &str = "\
It costs: everything is on the disk four times, with some 4 to 240 MB of random records, and is written four times (every 15 minutes and at the
end, not with each message); opening takes longer, some 0.02 s for each 1,000 messages.";

/// Said before a further profile is made.
pub const BESIDE: &str = "\
Nothing on the disk says which of the four places are used; that is what they are for. So a profile of this home that is
not opened now may be OVERWRITTEN, without a trace and without another warning. Give the passphrases of
all profiles that you want to keep.";

/// Said when a decoy is made.
pub const DECOY: &str = "\
A decoy is a profile like any other, with a passphrase that you can tell. It convinces nobody while it is empty: use it.
Only in deniable mode, switched on in every profile of this home, does one look at the disk not tell that there is more to someone without any passphrase; without it,
sizes and times show it.";

/// Said when a wiping passphrase is set.
pub const WIPE: &str = "\
When this passphrase is entered for the first time, the keys of all other profiles of this home are overwritten before anything is
opened or shown, and then this profile opens. It takes as long as any other opening. Afterwards
nothing in the files opens the others with any passphrase. Not covered: copies of the files made before, snapshots, file systems that
copy on write, flash cells that still hold old contents, and a program that has a profile open.";

/// Said after everything was destroyed.
pub const PANIC: &str = "\
The keys of all profiles of this home are destroyed: nothing in its files opens with any passphrase. Not
covered: exports and other copies of the files, snapshots, file systems that copy on write, and flash cells that
still hold old contents.";

/// Said after a passphrase was changed.
pub const PASSPHRASE: &str =
    "The passphrase is changed. Copies of the old files still open with the old one.";

/// Said after an export was made.
pub const EXPORT: &str = "\
Whoever has this file and its passphrase can take the profile over. It holds contacts, verification, settings and
messages as they are now; what waits for contacts is not in it. After it was imported, contacts go on with
the new copy, and the old one says that it was replaced.";

/// Said after an import.
pub const IMPORT: &str = "\
From its first start on contacts go on with this copy. Do not run the older one any more: nothing breaks, but
it reaches nobody and says that it was replaced.";

/// Of deleting.
pub const DELETION: &str = "\
What is deleted cannot be read in the profile's files any more, not even with the passphrase: its
key is destroyed, within a minute where it expired or a contact took it back. So are your pictures that you replace or remove, but for
one that is on its way to a contact; those that contacts replace or remove within an hour, or when the profile ends in order. It says nothing about flash cells, snapshots and backups of these files, nor about what the other side keeps.";

/// Of the passphrase that an export wants.
pub const EXPORT_OPENS: &str = "\
The profile's passphrase opens it as everywhere: one that wipes (see wipe) destroys the keys of all other profiles of the home here as
well, before anything is opened, and then exports the profile that it shows.";

/// Of keeping strangers off.
pub const REQUESTS: &str = "\
Off: the doors of all your invitations are closed, and nobody can see by them whether this profile runs. Whoever uses
an invitation finds nobody; their program tries again for 14 days and then says that no answer came. When it is on
again, the same invitations work. Requests that came before can still be answered, and introductions to which you said yes
go on.";

/// Of circles and invisibility.
pub const CIRCLES: &str = "\
Contacts of one circle know the same address of yours, so two of them who compare notes can tell that they know the
same profile; contacts of different circles cannot tell by addresses. Your picture, nickname and status are the same for all circles:
by these, contacts of different circles can tell it as well. What somebody knew before a move they still know.
The door that a contact leaves is given up, and those who stay are told another one.
Invisible: the contact is not dialled, its door is closed, and so is the door of an invitation that it used. It sees what it would see of a
profile that does not run. Not covered: what common contacts tell it, and other invitations of yours that it knows.";

/// Of introductions.
pub const INTRODUCTION: &str = "\
Each of the two is told a name, and nothing else before both said yes; who says no is told to nobody but to the one who introduces.
Then one of them makes an invitation for one person, and the one who introduces passes it on: he could take
either's place. The new contact is shown as introduced and not verified: compare the code (verify). An introduction is over after 14
days.";
