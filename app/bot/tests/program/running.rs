//! A profile that runs: one process only, commands, and how it ends.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;

use super::bench::{Bench, Running, assert_code, assert_refused, text};

/// A profile ends in less than this, whatever happens.
const END: Duration = Duration::from_secs(5);

#[track_caller]
fn assert_ends_well(running: Running) {
    let (status, took) = running.ended();
    assert_eq!(status.code(), Some(0));
    assert!(took < END, "{took:?}");
}

#[test]
fn one_process_at_a_time_and_commands_reach_it() {
    let bench = Bench::with_profile();
    let running = bench.start(&[]);
    let socket = fs::metadata(bench.home().join("control")).unwrap();
    assert_eq!(socket.permissions().mode() & 0o777, 0o600);

    let again = bench.run_arguments();
    let again: Vec<&str> = again.iter().map(String::as_str).collect();
    assert_refused(&bench.run(&again), 4, "in use");

    let status = bench.run(&["status", "--json"]);
    assert_code(&status, 0);
    let profile: Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(profile["reply"], "profile");
    assert_eq!(profile["nickname"], "Ann");
    assert_refused(
        &bench.run(&["status", "--wait", "1"]),
        6,
        "not reached within 1 s",
    );

    let invited = bench.run(&["invite", "--one-time", "--expires", "24", "--json"]);
    assert_code(&invited, 0);
    let invitation: Value = serde_json::from_slice(&invited.stdout).unwrap();
    let listed = bench.run(&["invitations"]);
    assert!(text(&listed.stdout).contains(invitation["text"].as_str().unwrap()));
    assert!(text(&listed.stdout).contains("one-time"));
    let drawn = bench.run(&["invite", "--qr"]);
    assert!(text(&drawn.stdout).contains('\u{2588}'));

    // Our own invitation, garbage, and nobody.
    let own = invitation["text"].as_str().unwrap();
    assert_refused(
        &bench.run_with(&["add"], &format!("{own}\n")),
        1,
        "your own invitation",
    );
    assert_refused(&bench.run_with(&["add"], "undertone:aaaa"), 1, "invitation");
    // An invitation is a secret, and others on this computer can read command lines.
    assert_code(&bench.run(&["add", "undertone:aaaa"]), 2);
    assert_refused(
        &bench.run(&["send", "bob", "hello"]),
        1,
        "no contact of that name",
    );
    let number = invitation["number"].to_string();
    assert_code(&bench.run(&["invitations", "--close", &number]), 0);
    assert_refused(
        &bench.run(&["invitations", "--close", &number]),
        1,
        "no such invitation",
    );

    assert_code(&bench.run(&["nickname", "Anna"]), 0);
    assert!(text(&bench.run(&["status"]).stdout).contains("Anna"));
    assert_code(&bench.run(&["retry"]), 0);
    assert_code(&bench.run(&["retry", "--network-changed"]), 0);
    assert_code(&bench.run(&["follow", "--seconds", "1"]), 0);
    assert_code(&bench.run(&["follow", "--seconds", "1", "--count", "1"]), 6);

    assert_code(&bench.run(&["stop"]), 0);
    assert_ends_well(running);
    assert_refused(&bench.run(&["status"]), 5, "not running");
}

#[test]
fn signals_end_it_in_time() {
    let bench = Bench::with_profile();
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let running = bench.start(&["--echo", "--accept-all"]);
        running.signal(signal);
        assert_ends_well(running);
        assert!(!bench.home().join("control").exists());
    }
}

#[test]
fn a_killed_process_is_in_nobodys_way() {
    let bench = Bench::with_profile();
    let running = bench.start(&[]);
    assert_code(&bench.run(&["invite"]), 0);
    running.signal(Signal::KILL);
    assert_eq!(running.ended().0.code(), None);
    assert!(bench.home().join("control").exists());
    assert_refused(&bench.run(&["status"]), 5, "not running");

    let running = bench.start(&[]);
    // What was acknowledged before is there.
    assert!(text(&bench.run(&["invitations"]).stdout).contains("undertone:"));
    assert_code(&bench.run(&["stop"]), 0);
    assert_ends_well(running);
}

#[test]
fn logs_go_to_private_files_and_say_no_names() {
    let bench = Bench::with_profile();
    let logs = bench.path("logs");
    let running = bench.start(&["--log-level", "trace", "--log-file", &logs]);
    assert_code(&bench.run(&["nickname", "Rumpelstilzchen"]), 0);
    let invited = bench.run(&["invite"]);
    assert_code(&bench.run(&["stop"]), 0);
    assert_ends_well(running);

    let mut written = String::new();
    for file in fs::read_dir(logs).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
        written.push_str(&fs::read_to_string(path).unwrap());
    }
    // There is a log, so its silence about the rest means something.
    assert!(
        written.contains("INFO undertone_bot::daemon: the profile stops"),
        "{written}"
    );
    let invitation = text(&invited.stdout).trim();
    for secret in [
        "Rumpelstilzchen",
        "Ann",
        ".onion",
        invitation,
        &invitation[12..40],
    ] {
        assert!(!written.contains(secret), "{secret}");
    }
}

#[test]
fn a_network_file_is_read_before_anything_else() {
    let bench = Bench::new();
    for content in [
        "",
        "{}",
        r#"{"version":2}"#,
        r#"{"version":1,"authorities":[],"relays":[]}"#,
    ] {
        bench.write("network", content, 0o600);
        let arguments = bench.run_arguments();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        assert_code(&bench.run(&arguments), 6);
    }
}
