//! Commands about conversations, as far as they go without a network: an invitation of one profile is
//! used by another, and what is said waits.

use serde_json::Value;

use super::bench::{Bench, assert_code, assert_refused, text};

fn json(bench: &Bench, arguments: &[&str]) -> Value {
    let answer = bench.run(arguments);
    assert_code(&answer, 0);
    serde_json::from_slice(&answer.stdout).unwrap()
}

fn shown(bench: &Bench, arguments: &[&str]) -> String {
    let answer = bench.run(arguments);
    assert_code(&answer, 0);
    text(&answer.stdout).to_owned()
}

#[test]
fn settings_are_kept_and_told() {
    let bench = Bench::with_profile();
    let running = bench.start(&[]);
    assert_code(&bench.run(&["about", "back on Monday"]), 0);
    assert_code(&bench.run(&["appear", "offline"]), 0);
    let status = shown(&bench, &["status"]);
    assert!(status.contains("about     back on Monday\n"), "{status}");
    assert!(status.contains("appears   offline"), "{status}");
    assert_code(&bench.run(&["appear", "online"]), 0);
    assert_code(&bench.run(&["about"]), 0);
    let status = shown(&bench, &["status"]);
    assert!(
        !status.contains("about") && !status.contains("appears"),
        "{status}"
    );

    let changed = [
        "defaults",
        "--keep",
        "7d",
        "--read-receipts",
        "on",
        "--keep-earlier",
        "on",
    ];
    let told = shown(&bench, &changed);
    assert!(
        told.starts_with("keep                7d after reading\n"),
        "{told}"
    );
    let now = json(&bench, &["defaults", "--json"]);
    assert_eq!(now["retention"]["after_reading"], 604_800);
    assert_eq!(
        (&now["read_receipts"], &now["typing"], &now["keep_earlier"]),
        (&true.into(), &false.into(), &true.into())
    );
    assert_refused(&bench.run(&["defaults", "--keep", "5m"]), 1, "");
    assert_refused(&bench.run(&["defaults", "--keep", "soon"]), 2, "");
    assert_eq!(json(&bench, &["defaults", "--json"]), now);
    assert_eq!(
        json(&bench, &["conversations", "--json"])["conversations"],
        Value::Array(Vec::new())
    );
    assert_refused(&bench.run(&["edit", "bob", "1", "x"]), 1, "no contact");
    // Nothing is deleted without it being said twice.
    assert_refused(&bench.run(&["clear", "bob"]), 2, "--yes");
    assert_code(&bench.run(&["stop"]), 0);
    drop(running);
}

#[test]
fn what_is_not_possible_yet_is_refused() {
    let (ann, bob) = (Bench::with_profile(), Bench::with_profile());
    let (at_ann, at_bob) = (ann.start(&[]), bob.start(&[]));
    let invitation = json(&bob, &["invite", "--json"]);
    let invitation = invitation["text"].as_str().unwrap();
    assert_code(&ann.run_with(&["add", "--name", "Bob"], invitation), 0);

    let not_yet = "not possible for a contact that is Requested";
    for command in [
        &["send", "Bob", "hello"][..],
        &["timer", "Bob", "1h"],
        &["verify", "Bob", "--emoji"],
    ] {
        assert_refused(&ann.run(command), 1, not_yet);
    }
    for command in [
        &["edit", "Bob", "1", "other words"][..],
        &["delete", "Bob", "1", "--for-both"],
        &["react", "Bob", "1"],
        &["pin", "Bob", "1"],
        &["message", "Bob", "1"],
        &["forward", "Bob", "1", "Bob"],
    ] {
        assert_refused(&ann.run(command), 1, "");
    }
    for running in [at_ann, at_bob] {
        drop(running);
    }
}
