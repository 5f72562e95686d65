//! Several profiles of one home in one process: which one is meant, unlocking, locking, and what ends which of them.

use std::time::Duration;

use serde_json::{Value, json};

use super::bench::{Bench, Running, assert_code, assert_refused, text};

const OTHER: &str = "another passphrase";

/// A home with Ann and Nina, and a passphrase file of each.
fn bench() -> Bench {
    let bench = Bench::with_profile();
    bench.write("other", OTHER, 0o600);
    bench.write("wiping", "a wiping passphrase", 0o600);
    bench.write("wrong", "no such passphrase", 0o600);
    let [ours, other] = ["passphrase", "other"].map(|name| bench.path(name));
    let made = bench.run(&[
        "profile",
        "create",
        "--nickname",
        "Nina",
        "--new-passphrase-file",
        &other,
        "--keep-passphrase-file",
        &ours,
        "--yes",
    ]);
    assert_code(&made, 0);
    bench
}

/// Both, from the start.
fn start(bench: &Bench) -> Running {
    bench.start(&["--passphrase-file", &bench.path("other")])
}

fn nickname(bench: &Bench, profile: &[&str]) -> String {
    let status = bench.run(&[profile, &["status", "--json"]].concat());
    assert_code(&status, 0);
    let status: Value = serde_json::from_slice(&status.stdout).unwrap();
    status["nickname"].as_str().unwrap().to_owned()
}

fn listed(bench: &Bench) -> Vec<(u64, String)> {
    let list = bench.run(&["profile", "list", "--json"]);
    assert_code(&list, 0);
    let list: Value = serde_json::from_slice(&list.stdout).unwrap();
    let one = |one: &Value| {
        let nickname = one["nickname"].as_str().unwrap().to_owned();
        (one["profile"].as_u64().unwrap(), nickname)
    };
    list["profiles"]
        .as_array()
        .unwrap()
        .iter()
        .map(one)
        .collect()
}

fn both() -> Vec<(u64, String)> {
    vec![(1, "Ann".to_owned()), (2, "Nina".to_owned())]
}

#[test]
fn commands_choose_a_profile() {
    let bench = bench();
    let running = start(&bench);
    assert_eq!(listed(&bench), both());
    let list = bench.run(&["profile", "list"]);
    assert!(text(&list.stdout).starts_with("1  Ann  "));
    assert_eq!(nickname(&bench, &[]), "Ann");
    assert_eq!(nickname(&bench, &["--profile", "2"]), "Nina");
    assert_eq!(nickname(&bench, &["--profile", "Ann"]), "Ann");
    // Also behind the command.
    assert_code(&bench.run(&["nickname", "Nora", "--profile", "Nina"]), 0);
    assert_eq!(nickname(&bench, &["--profile", "Nora"]), "Nora");
    for nobody in ["Nina", "3", "0", ""] {
        assert_refused(
            &bench.run(&["--profile", nobody, "contacts"]),
            1,
            "no such profile",
        );
    }
    // What one has the other has not.
    assert_code(
        &bench.run(&["--profile", "2", "send", "@me", "buy milk"]),
        0,
    );
    let notes = bench.run(&["--profile", "2", "history", "@me"]);
    assert!(text(&notes.stdout).contains("buy milk"));
    let none = bench.run(&["--profile", "1", "history", "@me"]);
    assert!(!text(&none.stdout).contains("buy milk"));
    // Two of one name are told apart by their numbers.
    assert_code(&bench.run(&["--profile", "1", "nickname", "Nora"]), 0);
    assert_refused(
        &bench.run(&["--profile", "Nora", "contacts"]),
        1,
        "by its number",
    );
    assert_refused(&bench.run(&["--profile", "1", "stop"]), 2, "use lock");
    assert_code(&bench.run(&["stop"]), 0);
    assert_eq!(running.ended().0.code(), Some(0));
}

#[test]
fn a_profile_is_unlocked_and_locked_beside_another() {
    let bench = bench();
    let running = bench.start(&["--log-level", "trace"]);
    assert_eq!(listed(&bench), both()[..1]);
    let unlock = |name: &str| bench.run(&["unlock", "--passphrase-file", &bench.path(name)]);
    assert_refused(&unlock("wrong"), 3, "wrong passphrase");
    assert_refused(&unlock("passphrase"), 1, "open already");
    let unlocked = unlock("other");
    assert_code(&unlocked, 0);
    assert_eq!(text(&unlocked.stdout), "profile 2 is unlocked\n");
    assert_eq!(listed(&bench), both());

    // A listener hears whose events they are, and when nothing more comes.
    let mut talk = bench.connect();
    for profile in [json!(2), json!("Ann"), json!(2)] {
        let done = talk.ask(json!({"command": "events", "profile": profile}));
        assert_eq!(done["reply"], "done");
    }
    assert_code(&bench.run(&["lock", "--profile", "Nina"]), 0);
    let locked = std::iter::from_fn(|| talk.read()).find(|event| event["event"] == "locked");
    assert_eq!(locked.unwrap(), json!({"event": "locked", "profile": 2}));
    assert_eq!(listed(&bench), both()[..1]);
    assert_refused(
        &bench.run(&["lock", "--profile", "2"]),
        1,
        "no such profile",
    );
    // No number is given twice.
    assert_eq!(text(&unlock("other").stdout), "profile 3 is unlocked\n");
    let refused = talk.ask(json!({"command": "profile", "profile": 2, "request": 5}));
    assert_eq!(refused["error"], "no_such_profile");
    assert_eq!(refused["request"], 5);

    // The first is locked: the other one is the first then, and the last one ends the process.
    assert_code(&bench.run(&["--profile", "1", "lock"]), 0);
    assert_eq!(nickname(&bench, &[]), "Nina");
    assert_code(&bench.run(&["--profile", "3", "lock"]), 0);
    assert_eq!(running.ended().0.code(), Some(0));
    assert_refused(
        &bench.run(&["unlock", "--passphrase-fd", "0"]),
        5,
        "not running",
    );
}

#[test]
fn a_passphrase_over_the_socket_is_base64_and_is_not_repeated() {
    let bench = bench();
    let _running = bench.start(&[]);
    let mut talk = bench.connect();
    for wrong in [json!("hunter2"), json!("hunter\u{7}2"), json!(["hunter2"])] {
        let refused = talk.ask(json!({"command": "unlock", "passphrase": wrong, "request": 1}));
        assert_eq!(refused["error"], "malformed");
        assert!(!refused.to_string().contains("hunter"), "{refused}");
    }
    let refused = talk.ask(json!({"command": "unlock", "passphrase": "aHVudGVyMg=="}));
    assert_eq!(refused["error"], "wrong_passphrase");
    let encoded = "YW5vdGhlciBwYXNzcGhyYXNl";
    let unlocked = talk.ask(json!({"command": "unlock", "passphrase": encoded}));
    assert_eq!(unlocked, json!({"reply": "unlocked", "profile": 2}));
    let refused = talk.ask(json!({"command": "unlock", "passphrase": encoded}));
    assert_eq!(refused["error"], "already_unlocked");
    let all = talk.ask(json!({"command": "profiles"}));
    let names: Vec<&Value> = all["profiles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["nickname"])
        .collect();
    assert_eq!(names, ["Ann", "Nina"]);
}

#[test]
fn a_start_with_several_passphrases_needs_all_of_them() {
    let bench = bench();
    let start = |names: [&str; 2]| {
        let arguments = bench.run_arguments();
        let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        arguments.retain(|one| !one.contains("passphrase"));
        let files = names.map(|name| bench.path(name));
        for file in &files {
            arguments.extend(["--passphrase-file", file]);
        }
        bench.run(&arguments)
    };
    assert_refused(&start(["passphrase", "wrong"]), 3, "wrong passphrase");
    assert_refused(&start(["other", "other"]), 1, "open already");
    assert!(!bench.home().join("control").exists());
    let both = ["--passphrase-fd", "3", "--profiles", "2"];
    let arguments = bench.run_arguments();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    assert_code(&bench.run(&[&arguments[..], &both[2..]].concat()), 2);
    assert_code(&bench.run(&["run", "--profiles", "5"]), 2);
}

/// What a wiping passphrase destroys runs, and it is entered at the socket: that profile ends, the other one is there.
#[test]
fn a_wiping_passphrase_ends_what_it_destroys() {
    let bench = bench();
    let [other, wiping] = ["other", "wiping"].map(|name| bench.path(name));
    let wipe = [
        "wipe",
        "--passphrase-file",
        &other,
        "--new-passphrase-file",
        &wiping,
        "--yes",
    ];
    assert_code(&bench.run(&wipe), 0);
    let running = bench.start(&[]);
    let mut talk = bench.connect();
    talk.ask(json!({"command": "events"}));
    let unlocked = bench.run(&["unlock", "--passphrase-file", &wiping]);
    assert_code(&unlocked, 0);
    let mut heard = std::iter::from_fn(|| talk.read()).filter(|event| {
        let event = &event["event"];
        *event == "stopped" || *event == "locked"
    });
    let stopped = heard.next().unwrap();
    assert_eq!(
        (&stopped["event"], &stopped["reason"], &stopped["profile"]),
        (&json!("stopped"), &json!("destroyed"), &json!(1))
    );
    assert_eq!(heard.next().unwrap()["event"], "locked");
    assert_eq!(listed(&bench), [(2, "Nina".to_owned())]);
    assert_refused(
        &bench.run(&["unlock", "--passphrase-file", &bench.path("passphrase")]),
        3,
        "wrong passphrase",
    );
    // Nobody notices at the other profile, and nothing of it was a failure.
    assert_code(&bench.run(&["status"]), 0);
    assert_code(&bench.run(&["lock"]), 0);
    assert_eq!(running.ended().0.code(), Some(0));
}

#[test]
fn panic_ends_all_of_them() {
    let bench = bench();
    let running = start(&bench);
    assert_code(&bench.run(&["panic", "--yes"]), 0);
    let (status, took) = running.ended();
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(5), "{took:?}");
    for name in ["passphrase", "other"] {
        let file = bench.path(name);
        let run = [
            "run",
            "--network",
            &bench.path("network"),
            "--passphrase-file",
            &file,
        ];
        assert_refused(&bench.run(&run), 3, "wrong passphrase");
    }
}
