//! Commands about people, as far as they go without a network.

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
fn notes_to_oneself_are_written_found_changed_and_deleted() {
    let bench = Bench::with_profile();
    let running = bench.start(&[]);
    assert!(
        json(&bench, &["contacts", "--json"])["contacts"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let made = json(&bench, &["send", "@me", "buy oat milk", "--json"]);
    assert_eq!(
        (&made["number"], &made["delivery"]),
        (&1.into(), &"received".into())
    );
    assert_code(&bench.run_with(&["send", "@me"], "call Noor\n"), 0);
    assert_code(&bench.run(&["edit", "@me", "2", "call Noor tomorrow"]), 0);
    assert_code(&bench.run(&["pin", "@me", "1"]), 0);
    let history = shown(&bench, &["history", "@me"]);
    assert!(
        history.contains("me: buy oat milk") && history.contains("call Noor tomorrow"),
        "{history}"
    );
    let found = shown(&bench, &["search", "oat", "--with", "@me"]);
    assert!(found.contains("buy oat milk"), "{found}");
    let followed = shown(&bench, &["follow", "@me", "--last", "10", "--seconds", "1"]);
    assert!(followed.contains("buy oat milk"), "{followed}");
    let kept = shown(&bench, &["settings", "@me", "--keep", "7d"]);
    assert!(kept.contains("7d after reading"), "{kept}");
    let listed = shown(&bench, &["contacts"]);
    assert!(
        listed.contains("@me: notes to yourself, never sent"),
        "{listed}"
    );
    assert_code(&bench.run(&["delete", "@me", "1"]), 0);
    assert!(!shown(&bench, &["history", "@me"]).contains("oat"));
    assert_refused(&bench.run(&["block", "@me"]), 1, "Myself");
    drop(running);
}

#[test]
fn requests_away_and_circles_are_told() {
    let bench = Bench::with_profile();
    let running = bench.start(&[]);
    assert_code(&bench.run(&["invite", "--one-time", "--expires", "24"]), 0);
    assert_code(&bench.run(&["requests", "off"]), 0);
    let status = shown(&bench, &["status"]);
    assert!(status.contains("requests  off"), "{status}");
    let listed = shown(&bench, &["invitations"]);
    assert!(
        listed.contains("one-time, closed (requests are off"),
        "{listed}"
    );
    assert_code(&bench.run(&["requests", "on"]), 0);
    assert!(!shown(&bench, &["status"]).contains("requests"));
    assert!(!shown(&bench, &["invitations"]).contains("closed"));
    assert_code(&bench.run(&["appear", "away"]), 0);
    let status = shown(&bench, &["status"]);
    assert!(status.contains("says      away"), "{status}");
    assert_code(&bench.run(&["appear", "offline"]), 0);
    assert_code(&bench.run(&["appear", "online"]), 0);
    let status = shown(&bench, &["status"]);
    assert!(
        !status.contains("away") && !status.contains("offline"),
        "{status}"
    );
    let none = json(&bench, &["circles", "--json"]);
    assert_eq!(none["circles"], Value::Array(Vec::new()));
    assert_refused(&bench.run(&["renew", "7"]), 1, "no such circle");
    for command in [
        &["circle", "Bob"][..],
        &["invisible", "Bob"],
        &["introduce", "Bob", "Ann"],
    ] {
        assert_refused(&bench.run(command), 1, "no contact");
    }
    let none = json(&bench, &["introductions", "--json"]);
    assert_eq!(none["introductions"], Value::Array(Vec::new()));
    assert_refused(
        &bench.run(&["introductions", "--accept", "0011"]),
        1,
        "no introduction",
    );
    assert_refused(&bench.run(&["introductions", "--name", "x"]), 2, "--accept");
    drop(running);
}

/// A PNG of one white pixel.
const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg==";

#[test]
fn a_picture_is_taken_from_a_file_written_out_and_dropped() {
    let bench = Bench::with_profile();
    let running = bench.start(&[]);
    let file = bench.path("pixel.png");
    std::fs::write(
        &file,
        data_encoding::BASE64.decode(PIXEL.as_bytes()).unwrap(),
    )
    .unwrap();
    assert!(shown(&bench, &["picture"]).contains("no picture"));
    let out = bench.path("out.jpg");
    assert_refused(&bench.run(&["picture", "--export", &out]), 1, "no picture");
    assert_code(&bench.run(&["picture", "--set", &file]), 0);
    assert!(shown(&bench, &["picture"]).starts_with("There is a picture"));
    let said = json(&bench, &["picture", "--json"]);
    assert!(said["picture"]["jpeg"].is_string());
    assert_code(&bench.run(&["picture", "--export", &out]), 0);
    assert!(std::fs::read(&out).unwrap().starts_with(&[0xff, 0xd8]));
    assert_refused(
        &bench.run(&["picture", "--export", &out]),
        2,
        "exists already",
    );
    assert_refused(
        &bench.run(&["picture", "--set", &bench.path("passphrase")]),
        2,
        "PNG",
    );
    assert_refused(
        &bench.run(&["picture", "--set", &bench.path("nowhere")]),
        2,
        "cannot be read",
    );
    assert_code(&bench.run(&["picture", "--clear"]), 0);
    assert!(shown(&bench, &["picture"]).contains("no picture"));
    drop(running);
}
