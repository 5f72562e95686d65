//! Making and opening a profile: passphrases, their files, and what is refused.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use super::bench::{Bench, PASSPHRASE, assert_code, assert_refused, run};

#[test]
fn a_profile_is_made_once_and_opened_by_its_passphrase_alone() {
    let bench = Bench::with_profile();
    let mode = fs::metadata(bench.home()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);

    let passphrase = bench.path("passphrase");
    let create = [
        "create",
        "--nickname",
        "Eve",
        "--passphrase-file",
        &passphrase,
    ];
    assert_refused(&bench.run(&create), 1, "already");
    let create = ["create", "--nickname", "Eve", "--passphrase-fd", "0"];
    assert_refused(&bench.run_with(&create, "another"), 1, "already");

    let network = bench.path("network");
    let run = ["run", "--network", &network, "--passphrase-fd", "0"];
    assert_refused(&bench.run_with(&run, "wrong"), 3, "wrong passphrase");
    assert_refused(&bench.run_with(&run, ""), 2, "the passphrase is empty");
    fs::set_permissions(bench.home(), Permissions::from_mode(0o755)).unwrap();
    assert_refused(
        &bench.run_with(&run, PASSPHRASE),
        3,
        "others can read the profile directory",
    );
}

#[test]
fn there_is_nothing_to_open_before_it_was_made() {
    let bench = Bench::new();
    let run = [
        "run",
        "--passphrase-fd",
        "0",
        "--network",
        &bench.path("network"),
    ];
    assert_refused(&bench.run_with(&run, PASSPHRASE), 3, "there is no profile");
    assert!(!bench.home().exists());
    // Others' files are never taken for a profile.
    let wrong = ["--home", &bench.path("network")];
    let run = [&wrong[..], &run].concat();
    assert_code(&bench.run_with(&run, PASSPHRASE), 2);
}

#[test]
fn a_refused_nickname_leaves_no_obstacle() {
    let bench = Bench::new();
    let create = |name: &str| {
        bench.run(&[
            "create",
            "--nickname",
            name,
            "--passphrase-file",
            &bench.path("passphrase"),
        ])
    };
    for name in ["", "two\nlines", &"x".repeat(129)] {
        assert_code(&create(name), 1);
    }
    assert_code(&create("Ann"), 0);
    assert_code(&create("Ann"), 1);
}

#[test]
fn a_passphrase_file_must_be_private() {
    let bench = Bench::new();
    let create = |file: &str| {
        let file = bench.path(file);
        bench.run(&["create", "--nickname", "Ann", "--passphrase-file", &file])
    };
    bench.write("open", PASSPHRASE, 0o640);
    assert_refused(&create("open"), 2, "chmod 600");
    bench.write("written", PASSPHRASE, 0o602);
    assert_refused(&create("written"), 2, "chmod 600");
    assert_refused(&create("missing"), 2, "cannot be read");
    assert_refused(&create("."), 2, "not a regular file");
    assert!(!bench.home().exists());
}

#[test]
fn a_descriptor_can_hold_the_passphrase() {
    let bench = Bench::new();
    let file = bench.path("passphrase");
    let create = |number: &str, redirection: &str| {
        let mut shell = Command::new("sh");
        shell
            .arg("-c")
            .arg(format!("exec \"$0\" \"$@\" {redirection}"));
        shell
            .arg(env!("CARGO_BIN_EXE_undertone-bot"))
            .arg("--home")
            .arg(bench.home());
        shell.args(["create", "--nickname", "Ann", "--passphrase-fd", number]);
        shell
    };
    assert_refused(&run(create("1", ""), ""), 2, "for output");
    assert_refused(&run(create("7", "7<&-"), ""), 2, "cannot be read");
    assert_code(&run(create("7", &format!("7<'{file}'")), ""), 0);
}

/// `setsid` takes the terminal away, so nobody can be asked.
#[test]
fn without_a_terminal_nobody_is_asked() {
    let bench = Bench::new();
    let mut alone = Command::new("setsid");
    alone
        .arg("--wait")
        .arg(env!("CARGO_BIN_EXE_undertone-bot"))
        .arg("--home")
        .arg(bench.home());
    alone
        .args(["create", "--nickname", "Ann"])
        .stdin(Stdio::null());
    assert_refused(&run(alone, ""), 2, "--passphrase-fd or --passphrase-file");
}

#[test]
fn the_passphrase_can_be_changed() {
    let bench = Bench::with_profile();
    bench.write("new", "a new one", 0o600);
    let (old, new) = (bench.path("passphrase"), bench.path("new"));
    let change = [
        "passphrase",
        "--passphrase-file",
        &old,
        "--new-passphrase-file",
        &new,
    ];
    assert_code(&bench.run(&change), 0);
    assert_refused(&bench.run(&change), 3, "wrong passphrase");
    let back = [
        "passphrase",
        "--passphrase-file",
        &new,
        "--new-passphrase-file",
        &old,
    ];
    assert_code(&bench.run(&back), 0);
}
