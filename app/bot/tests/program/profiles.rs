//! Several profiles in one home, wiping, deniable mode, destruction, exports, and the doctor.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::bench::{Bench, assert_code, assert_refused, text};

const OTHER: &str = "another passphrase";
const THIRD: &str = "a third passphrase";

/// A home with a profile and the passphrase files of further ones.
fn bench() -> Bench {
    let bench = Bench::with_profile();
    bench.write("other", OTHER, 0o600);
    bench.write("third", THIRD, 0o600);
    bench
}

fn opens(bench: &Bench, passphrase: &str) -> bool {
    let file = bench.path(passphrase);
    let doctor = bench.run(&["doctor", "--passphrase-file", &file, "--json"]);
    let opening = findings(&doctor)
        .into_iter()
        .find(|finding| finding["check"] == "opening")
        .unwrap();
    opening["state"] == "well"
}

fn findings(output: &std::process::Output) -> Vec<Value> {
    let lines = text(&output.stdout).lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn state<'a>(findings: &'a [Value], check: &str) -> &'a Value {
    let found = findings.iter().find(|finding| finding["check"] == check);
    &found.unwrap_or_else(|| panic!("{check}: {findings:?}"))["state"]
}

/// Every file below a directory and what is in it.
fn files(directory: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.clone(), fs::read(&path).unwrap_or_default()));
        }
    }
    found.sort();
    found
}

#[test]
fn a_decoy_beside_and_a_passphrase_that_wipes() {
    let bench = bench();
    let [ours, other, third] = ["passphrase", "other", "third"].map(|name| bench.path(name));
    let decoy = [
        "decoy",
        "--nickname",
        "Anna",
        "--new-passphrase-file",
        &other,
        "--keep-passphrase-file",
        &ours,
    ];
    let refused = bench.run(&decoy);
    assert_code(&refused, 2);
    assert!(text(&refused.stderr).contains("OVERWRITTEN"));
    assert_code(&bench.run(&[&decoy[..], &["--yes"]].concat()), 0);
    assert!(opens(&bench, "passphrase") && opens(&bench, "other"));
    // A passphrase opens one profile only, and what is to be kept must open.
    assert_refused(
        &bench.run(&[&decoy[..], &["--yes"]].concat()),
        1,
        "opens a profile here already",
    );
    let wrong = [
        "profile",
        "create",
        "--nickname",
        "Nina",
        "--new-passphrase-file",
        &third,
        "--keep-passphrase-file",
        &third,
        "--yes",
    ];
    assert_refused(&bench.run(&wrong), 3, "wrong passphrase");

    let wipe = [
        "wipe",
        "--passphrase-file",
        &other,
        "--new-passphrase-file",
        &third,
        "--yes",
    ];
    assert_code(&bench.run(&wipe), 0);
    assert!(opens(&bench, "passphrase") && !opens(&bench, "other"));
    // The doctor looks, and destroys nothing; nor does making another profile, or the deniable mode.
    assert!(!opens(&bench, "third"));
    let change = [
        "--passphrase-file",
        &third,
        "--new-passphrase-file",
        &bench.path("new"),
    ];
    bench.write("new", "a new one", 0o600);
    for changing in [&["passphrase"][..], &["wipe", "--yes"]] {
        assert_refused(
            &bench.run(&[changing, &change].concat()),
            3,
            "wrong passphrase",
        );
    }
    let looks: [&[&str]; 2] = [
        &["deniable", "on", "--passphrase-file", &third],
        &["create", "--nickname", "Nina", "--passphrase-file", &third],
    ];
    for look in looks {
        assert_ne!(bench.run(look).status.code(), Some(0));
    }
    assert!(opens(&bench, "passphrase"));
    // Opening does.
    let export = [
        "export",
        &bench.path("export"),
        "--passphrase-file",
        &third,
        "--export-passphrase-file",
        &third,
    ];
    assert_code(&bench.run(&export), 0);
    assert!(!opens(&bench, "passphrase"));
    // It fires once.
    assert!(opens(&bench, "third"));
}

#[test]
fn deniable_mode_says_what_it_claims_and_costs() {
    let bench = bench();
    let file = bench.path("passphrase");
    let on = bench.run(&["deniable", "on", "--passphrase-file", &file]);
    assert_code(&on, 0);
    assert!(text(&on.stdout).contains("deniable mode is on"));
    let said = text(&on.stderr);
    assert!(
        said.contains("two looks") && said.contains("four times"),
        "{said}"
    );
    let running = bench.start(&[]);
    let mut talk = bench.connect();
    let health = talk.ask(serde_json::json!({"command": "health"}));
    assert_eq!(health["deniable"]["on"], true);
    let off = bench.run(&["deniable", "off"]);
    assert_code(&off, 0);
    assert!(text(&off.stderr).contains("how many profiles"));
    let health = talk.ask(serde_json::json!({"command": "health"}));
    assert_eq!(health["deniable"]["on"], false);
    assert_code(&bench.run(&["lock"]), 0);
    assert_eq!(running.ended().0.code(), Some(0));
}

#[test]
fn panic_destroys_all_within_a_second_running_or_not() {
    for runs in [false, true] {
        let bench = bench();
        assert_code(&bench.run(&["panic"]), 2);
        assert!(opens(&bench, "passphrase"));
        let running = runs.then(|| bench.start(&[]));
        let start = Instant::now();
        assert_code(&bench.run(&["panic", "--yes"]), 0);
        let took = start.elapsed();
        assert!(took < Duration::from_secs(1), "{took:?}");
        if let Some(running) = running {
            assert_eq!(running.ended().0.code(), Some(0));
        }
        assert!(!opens(&bench, "passphrase"));
    }
    // Others could read the home: everything refuses it, but not this.
    let bench = bench();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(bench.home(), open).unwrap();
    assert_code(&bench.run(&["panic", "--yes"]), 0);
    assert!(!opens(&bench, "passphrase"));
}

#[test]
fn an_export_becomes_a_copy_in_another_process_and_damaged_ones_touch_nothing() {
    let bench = bench();
    let [ours, other, third] = ["passphrase", "other", "third"].map(|name| bench.path(name));
    let file = bench.path("export");
    let export = [
        "export",
        &file,
        "--passphrase-file",
        &ours,
        "--export-passphrase-file",
        &third,
    ];
    let running = bench.start(&[]);
    assert_refused(&bench.run(&export), 4, "in use");
    assert!(!Path::new(&file).exists());
    assert_code(&bench.run(&["stop"]), 0);
    assert_eq!(running.ended().0.code(), Some(0));
    assert_code(&bench.run(&export), 0);
    assert_refused(&bench.run(&export), 1, "a file of that name");
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    assert!(!Path::new(&format!("{file}.part")).exists());

    let place = Bench::new();
    for (name, passphrase) in [("other", OTHER), ("third", THIRD)] {
        place.write(name, passphrase, 0o600);
    }
    let whole = fs::read(&file).unwrap();
    let length = whole.len();
    let import = |file: &str, more: &[&str]| {
        let arguments = [
            "import",
            file,
            "--export-passphrase-file",
            &third,
            "--new-passphrase-file",
            &other,
        ];
        place.run(&[&arguments[..], more].concat())
    };
    let damaged = place.path("damaged");
    for damage in 0..10_usize {
        let mut bytes = whole.clone();
        match damage {
            0 => bytes.clear(),
            1 => bytes.truncate(100),
            2 => bytes.truncate(length / 2),
            3 => bytes.truncate(length - 1),
            4 => bytes.push(0),
            5 => bytes.extend_from_within(length - 65_536..),
            6 => bytes[0] ^= 1,
            many => bytes[length * (many - 6) / 4] ^= 0x80,
        }
        assert_ne!(bytes, whole);
        fs::write(&damaged, bytes).unwrap();
        assert_code(&import(&damaged, &[]), 1);
        assert!(!place.home().exists(), "{damage}");
    }
    assert_code(&import(&file, &[]), 0);
    // The same passphrase, so it looks like an import that was interrupted, and is not: there is a profile.
    let before = place.home().join("vaults");
    assert_refused(&import(&file, &[]), 1, "profile already");
    assert!(opens(&place, "other") && !opens(&place, "passphrase"));

    place.write("passphrase", OTHER, 0o600);
    let running = place.start(&[]);
    let status = place.run(&["status", "--json"]);
    let profile: Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(profile["nickname"], "Ann");
    assert_code(&place.run(&["stop"]), 0);
    assert_eq!(running.ended().0.code(), Some(0));

    // Beside: a damaged one leaves every byte of the home as it was.
    let files_before = files(&before);
    let beside = ["--beside", "--keep-passphrase-file", &other, "--yes"];
    fs::write(&damaged, &whole[..length / 2]).unwrap();
    assert_code(&import(&damaged, &beside), 1);
    assert!(files(&before) == files_before);
}

#[test]
fn the_doctor_explains_and_succeeds_only_if_all_is_well() {
    let bench = Bench::new();
    let doctor = |bench: &Bench| {
        let output = bench.run(&["doctor", "--json"]);
        assert_code(&output, 8);
        findings(&output)
    };
    assert_eq!(state(&doctor(&bench), "home"), "wrong");
    fs::create_dir(bench.home()).unwrap();
    let open = |mode| std::os::unix::fs::PermissionsExt::from_mode(mode);
    fs::set_permissions(bench.home(), open(0o755)).unwrap();
    let found = doctor(&bench);
    assert!(found[0]["do"].as_str().unwrap().contains("chmod 700"));
    fs::set_permissions(bench.home(), open(0o700)).unwrap();
    assert_eq!(state(&doctor(&bench), "files"), "wrong");

    let bench = self::bench();
    let found = doctor(&bench);
    for check in ["home", "files", "clock"] {
        assert_eq!(state(&found, check), "well", "{check}");
    }
    assert_eq!(state(&found, "running"), "wrong");
    assert!(opens(&bench, "passphrase") && !opens(&bench, "other"));
    let words = bench.run(&["doctor"]);
    assert!(
        text(&words.stdout).contains("-> start it with"),
        "{}",
        text(&words.stdout)
    );

    let running = bench.start(&[]);
    let found = doctor(&bench);
    for (check, expected) in [
        ("running", "well"),
        ("files", "note"),
        ("network", "wrong"),
        ("copy", "well"),
        ("contacts", "well"),
        ("export", "well"),
    ] {
        assert_eq!(state(&found, check), expected, "{check}");
    }
    assert_code(&bench.run(&["stop"]), 0);
    assert_eq!(running.ended().0.code(), Some(0));

    // A header of which one copy is damaged, and a clock that was set back.
    let header = bench.home().join("vaults/v0/header-1");
    let mut bytes = fs::read(&header).unwrap();
    bytes[300] ^= 1;
    fs::write(&header, bytes).unwrap();
    let later = std::time::SystemTime::now() + Duration::from_secs(86_400);
    let file = fs::File::options().write(true).open(&header).unwrap();
    file.set_modified(later).unwrap();
    let found = doctor(&bench);
    assert_eq!(state(&found, "files"), "wrong");
    assert_eq!(state(&found, "clock"), "wrong");
}
