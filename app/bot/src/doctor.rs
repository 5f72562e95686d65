//! What can be wrong with a profile, in words, and what to do about it. It looks and judges; it changes nothing but what opening a profile
//! changes, and prints nothing.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::Serialize;
use undertone_storage::{Examination, FreeSpace, Home, HomeError, OpenError, Store, free_space};

use crate::client::view::{Contact, Health};
use crate::passphrase::Passphrase;
use crate::show;

/// A clock before this is wrong for sure, in seconds since 1970: this version did not exist then.
const EARLIEST: u64 = 1_790_000_000;
/// So much later than now a file cannot have been written, unless the clock was set back.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(3_600);

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// As it should be.
    Well,
    /// Worth knowing, and nothing has to be done.
    Note,
    /// Something has to be done.
    Wrong,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub check: &'static str,
    /// How it is.
    pub state: State,
    /// The same in words.
    pub says: String,
    /// What to do; `None`: nothing.
    #[serde(rename = "do")]
    pub advice: Option<&'static str>,
}

fn well(check: &'static str, says: impl Into<String>) -> Finding {
    Finding {
        check,
        state: State::Well,
        says: says.into(),
        advice: None,
    }
}

fn note(check: &'static str, says: impl Into<String>) -> Finding {
    Finding {
        state: State::Note,
        ..well(check, says)
    }
}

fn wrong(check: &'static str, says: impl Into<String>, advice: &'static str) -> Finding {
    Finding {
        check,
        state: State::Wrong,
        says: says.into(),
        advice: Some(advice),
    }
}

/// The home: there, closed to others, its files whole, as far as that can be told without a passphrase.
///
/// `None` in the second place: there is nothing to go on with.
#[must_use]
pub fn home(path: &Path) -> (Vec<Finding>, Option<Home>) {
    let home = match Home::open(path) {
        Ok(home) => home,
        Err(error) => return (vec![no_home(&error)], None),
    };
    let mut findings = vec![well("home", "it is there and closed to others")];
    match home.examine() {
        Ok(found) => findings.extend(files(found)),
        Err(_) => findings.push(wrong(
            "files",
            "the files of the home cannot be read",
            "look at the rights of the files in it, and at the disk",
        )),
    }
    findings.push(clock(path, SystemTime::now()));
    findings.push(free_space(&home).map_or_else(
        |_| note("disk", "the file system does not say how much room it has"),
        disk,
    ));
    (findings, Some(home))
}

fn no_home(error: &HomeError) -> Finding {
    let advice = match error {
        HomeError::NotFound => {
            "name the right place with --home, or make a profile with \"create\""
        }
        HomeError::NotADirectory => "name the right place with --home",
        HomeError::Permissions => "take the rights of others away: chmod 700 on the home",
        _ => "look at the rights of the directories above it, and at the disk",
    };
    wrong("home", error.to_string(), advice)
}

fn files(found: Examination) -> Vec<Finding> {
    let Examination {
        is_empty,
        in_use,
        uneven_headers,
        lost_headers,
        uneven_keys,
        lost_keys,
        lost_logs,
    } = found;
    if is_empty {
        let advice = "make a profile with \"create\", or name the right place with --home";
        return vec![wrong("files", "there is no profile here", advice)];
    }
    if in_use {
        return vec![note("files", "in use, so they were not looked at")];
    }
    if found.is_whole() {
        return vec![well("files", "headers, keys and logs are all there")];
    }
    let mut findings = Vec::new();
    if lost_headers + lost_keys + lost_logs > 0 {
        findings.push(wrong(
            "files",
            format!(
                "{lost_headers} headers, {lost_keys} key files and {lost_logs} logs of four are lost; whether they were used \
                 cannot be told"
            ),
            "if your passphrase does not open it any more, import an export into a new home",
        ));
    }
    if uneven_headers + uneven_keys > 0 {
        findings.push(wrong(
            "files",
            format!(
                "of {uneven_headers} headers and {uneven_keys} key files of four only one copy is whole or the copies differ"
            ),
            "open each profile once: that repairs it; then make an export, and look at the disk",
        ));
    }
    findings
}

/// The clock, by what can be told without asking anybody.
fn clock(home: &Path, now: SystemTime) -> Finding {
    let advice = "set the computer's clock right: without it the Tor network cannot be used";
    let since = now.duration_since(SystemTime::UNIX_EPOCH);
    if since.map_or(0, |since| since.as_secs()) < EARLIEST {
        return wrong(
            "clock",
            "it shows a time before this version was made",
            advice,
        );
    }
    let newest = newest(&home.join("vaults"), 3);
    match newest.and_then(|newest| newest.duration_since(now).ok()) {
        Some(ahead) if ahead > CLOCK_TOLERANCE => {
            let says = "files of the home are from the future: the clock was set back, or was wrong before";
            wrong("clock", says, advice)
        }
        _ => well("clock", "it shows a time that can be"),
    }
}

/// When something was last written in a directory.
fn newest(directory: &Path, depth: u8) -> Option<SystemTime> {
    let entries = fs::read_dir(directory).ok()?;
    let times = entries.flatten().filter_map(|entry| {
        let metadata = entry.metadata().ok()?;
        if metadata.is_dir() && depth > 0 {
            newest(&entry.path(), depth - 1)
        } else {
            metadata.modified().ok()
        }
    });
    times.max()
}

fn disk(found: FreeSpace) -> Finding {
    let room = format!(
        "{} of {} are free",
        show::size(found.available),
        show::size(found.total)
    );
    if found.is_full() {
        let advice = "make room: until then nobody is dialled and no door is open";
        wrong("disk", room, advice)
    } else if found.is_nearly_full() {
        let advice = "make room before it is full: nothing will be received then";
        wrong("disk", room, advice)
    } else {
        well("disk", room)
    }
}

/// Opens the profile and closes it again. It blocks for a second.
#[must_use]
pub fn opening(home: &Home, passphrase: &Passphrase) -> Finding {
    // Looking must destroy nothing.
    let opened = Store::open_to_keep(home, passphrase).and_then(|store| {
        // A large store looks at most of its records only afterwards.
        store.check_all()?;
        Ok(store.lock())
    });
    let error = match opened {
        Ok(Ok(())) => {
            return well(
                "opening",
                "the passphrase opens it and all records are there",
            );
        }
        Ok(Err(_)) => {
            let advice = "look at the disk: is it full or read-only?";
            return wrong("opening", "it opens, but nothing can be stored", advice);
        }
        Err(error) => error,
    };
    let advice = match &error {
        OpenError::WrongPassphrase => {
            "try the passphrase again; if it is right, import an export into a new home"
        }
        OpenError::DamagedHeader | OpenError::DamagedKeys | OpenError::DamagedRecords => {
            "keep the files as they are, import an export into a new home, and look at the disk"
        }
        OpenError::WouldWipe => {
            "nothing was opened and nothing destroyed; this passphrase opens its profile, and destroys the others first"
        }
        OpenError::InUse => "stop the other program, or ask without a passphrase",
        OpenError::Permissions => "take the rights of others away: chmod 700 on the home",
        OpenError::NewerSchema(_) => "use a newer version of this program",
        OpenError::OlderSchema(_) => "open it with an older version of this program first",
        OpenError::Memory => "close other programs",
        _ => "look at the disk and at the rights of the files",
    };
    wrong("opening", error.to_string(), advice)
}

/// That nobody runs the profile; `in_use`: yet something has it open.
#[must_use]
pub fn not_running(in_use: bool) -> Finding {
    if in_use {
        let says = "something has the profile open and does not answer at its control socket";
        let advice =
            "wait a moment: it may be starting or ending; if it stays so, end that program";
        wrong("running", says, advice)
    } else {
        let says = "it does not run: nothing is sent and nothing arrives";
        wrong("running", says, "start it with \"undertone-bot run\"")
    }
}

/// What a running profile says of itself.
#[must_use]
pub fn running(health: &Health, contacts: &[Contact], copy: &str) -> Vec<Finding> {
    let mut findings = vec![well("running", "it runs and answers")];
    findings.push(network(health));
    findings.push(doors(health));
    findings.push(match copy {
        "present" | "" => well("copy", "nobody says that there is a newer copy of this profile"),
        "replaced" => wrong(
            "copy",
            "this copy was replaced by a newer one: it reaches nobody",
            "use the newer copy; stop this one",
        ),
        _ => wrong(
            "copy",
            "doors of contacts are there and do not know this copy: perhaps there is a newer one",
            "if you imported an export somewhere, use that copy; otherwise wait, or ask your contacts",
        ),
    });
    findings.extend(waiting(contacts));
    findings.push(if health.backup.due {
        let says = health.backup.last.map_or_else(
            || "there never was one".to_owned(),
            |at| format!("the last is from {}", show::time(at)),
        );
        wrong(
            "export",
            says,
            "make one with \"undertone-bot export FILE\"",
        )
    } else {
        health.backup.last.map_or_else(
            || well("export", "there is none, and it is not time for one yet"),
            |at| well("export", format!("the last is from {}", show::time(at))),
        )
    });
    findings.push(if health.deniable.failed {
        let advice = "look at the disk, then stop and start the profile: that makes up for it";
        wrong(
            "deniable mode",
            "the other places could not all be written",
            advice,
        )
    } else if health.deniable.on {
        let written = show::size(health.deniable.cover_bytes);
        well(
            "deniable mode",
            format!("on; {written} written for it since the start"),
        )
    } else {
        well("deniable mode", "off")
    });
    findings
}

fn network(health: &Health) -> Finding {
    let says = health.network.to_string();
    let advice = match health.network.word() {
        "ready" => return well("network", says),
        "wrong_clock" => "set the computer's clock right",
        "no_network" => {
            "look at the network: cable, radio, airplane mode, a login page, a firewall that blocks Tor"
        }
        "bootstrapping" | "dormant" => {
            "wait a moment; if it stays so, something blocks Tor on the way"
        }
        _ => "start it with --log-level info and read why; perhaps something blocks Tor on the way",
    };
    wrong("network", says, advice)
}

fn doors(health: &Health) -> Finding {
    let Health {
        doors,
        doors_reachable,
        hidden,
        ..
    } = health;
    let says = format!("{doors_reachable} of {doors} can be found");
    if *hidden {
        note(
            "doors",
            "all closed: the profile is hidden, and nothing arrives",
        )
    } else if doors_reachable < doors {
        let advice = "wait a minute after a start; then look at the network";
        wrong("doors", says, advice)
    } else {
        well("doors", says)
    }
}

/// Contacts for whom something waits. That they are away is nobody's fault.
fn waiting(contacts: &[Contact]) -> Vec<Finding> {
    let waits = contacts
        .iter()
        .filter(|contact| contact.waiting > 0 && !contact.connected);
    let mut findings: Vec<Finding> = waits
        .map(|contact| {
            let says = show::contact(contact);
            match contact.reason.as_deref() {
                Some("not_admitted" | "refused") => wrong(
                    "contact",
                    says,
                    "ask them over another way: they may have blocked you, or restored an old copy",
                ),
                Some("wrong_clock") => wrong("contact", says, "set the computer's clock right"),
                _ => note("contact", says),
            }
        })
        .collect();
    if findings.is_empty() {
        findings.push(well(
            "contacts",
            "nothing waits for anybody who is not connected",
        ));
    }
    findings
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn health(network: Value) -> Health {
        serde_json::from_value(json!({
            "backup": { "last": null, "due": false },
            "deniable": { "on": false, "cover_bytes": 0, "failed": false },
            "doors_reachable": 2,
            "doors": 2,
            "hidden": false,
            "network": network,
        }))
        .unwrap()
    }

    fn contact(reason: &str, waiting: u32) -> Contact {
        serde_json::from_value(json!({
            "id": "00112233445566778899aabbccddeeff",
            "nickname": "Bob",
            "pet_name": null,
            "stage": "accepted",
            "greeting": null,
            "verified": false,
            "connected": false,
            "reason": reason,
            "next_try": null,
            "waiting": waiting
        }))
        .unwrap()
    }

    #[test]
    fn all_is_well_only_if_nothing_has_to_be_done() {
        let findings = running(&health(json!("ready")), &[contact("away", 0)], "present");
        assert!(
            findings.iter().all(|one| one.state == State::Well),
            "{findings:?}"
        );
        for network in [
            json!("no_network"),
            json!("wrong_clock"),
            json!({"bootstrapping": 40}),
            json!("dormant"),
            json!("stuck"),
            json!("of a later version"),
        ] {
            let finding = super::network(&health(network));
            assert_eq!(finding.state, State::Wrong);
            assert!(finding.advice.is_some());
        }
        let mut ill = health(json!("ready"));
        (ill.backup.due, ill.deniable.failed, ill.doors_reachable) = (true, true, 1);
        let findings = running(&ill, &[], "replaced");
        let wrong = findings.iter().filter(|one| one.state == State::Wrong);
        let checks: Vec<&str> = wrong.map(|one| one.check).collect();
        assert_eq!(checks, ["doors", "copy", "export", "deniable mode"]);
    }

    #[test]
    fn a_contact_that_is_away_is_nobodys_fault() {
        let contacts = [contact("away", 3), contact("not_admitted", 1)];
        let states: Vec<State> = waiting(&contacts).iter().map(|one| one.state).collect();
        assert_eq!(states, [State::Note, State::Wrong]);
        assert_eq!(waiting(&[contact("refused", 0)])[0].state, State::Well);
    }

    #[test]
    fn a_clock_that_cannot_be_right_is_noticed() {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir(place.path().join("vaults")).unwrap();
        fs::write(place.path().join("vaults/mark"), b"x").unwrap();
        let now = SystemTime::now();
        let day = Duration::from_secs(86_400);
        assert_eq!(clock(place.path(), now).state, State::Well);
        assert_eq!(clock(place.path(), now - day).state, State::Wrong);
        assert_eq!(
            clock(place.path(), SystemTime::UNIX_EPOCH).state,
            State::Wrong
        );
    }

    #[test]
    fn a_disk_that_is_nearly_full_is_said_with_numbers() {
        let full = disk(FreeSpace {
            available: 300_000_000,
            total: 64_000_000_000,
        });
        assert_eq!(full.state, State::Wrong);
        assert_eq!(full.says, "300.0 MB of 64.0 GB are free");
    }
}
