//! What the program promises where a promise could be misunderstood, in one place.

/// Of deleting.
pub const DELETION: &str = "\
What is deleted cannot be read in the profile's files any more, not even with the passphrase: its
key is destroyed. That says nothing about flash cells, snapshots and backups of these files, nor
about what the other side keeps.";
