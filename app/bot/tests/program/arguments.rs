//! Help, usage errors, completions, manual pages: nothing of it needs a profile.

use std::fs;

use super::bench::{Bench, assert_code, assert_refused, program, run, text};

fn output(arguments: &[&str]) -> std::process::Output {
    let mut command = program();
    command.args(arguments);
    run(command, "")
}

#[test]
fn help_and_version_go_to_standard_output() {
    let help = output(&["--help"]);
    assert_code(&help, 0);
    for said in [
        "Exit codes:",
        "4  the profile is in use",
        "create",
        "invite",
        "CONTACT is a pet name",
    ] {
        assert!(text(&help.stdout).contains(said), "{said}");
    }
    for subcommand in [
        "create", "run", "invite", "add", "send", "follow", "verify", "status",
    ] {
        let help = output(&["help", subcommand]);
        assert_code(&help, 0);
        assert!(text(&help.stdout).contains("Usage:"));
    }
    let version = output(&["--version"]);
    assert_eq!(
        text(&version.stdout),
        concat!("undertone-bot ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn wrong_usage_is_told_and_has_its_code() {
    for wrong in [
        &[][..],
        &["fly"],
        &["send"],
        &["create"],
        &[
            "--home",
            "/x",
            "create",
            "--nickname",
            "A",
            "--passphrase",
            "secret",
        ],
        &[
            "--home",
            "/x",
            "create",
            "--nickname",
            "A",
            "--passphrase-fd",
            "3",
            "--passphrase-file",
            "x",
        ],
        &["--home", "/x", "invite", "--qr", "--no-qr"],
        &["--home", "/x", "verify", "bob", "--compare", "--confirm"],
        &["--home", "/x", "history", "bob", "--limit", "0"],
        &["--home", "/x", "history", "bob", "--limit", "1001"],
        &["--home", "/x", "search", "lake", "--from", "yesterday"],
        &["--home", "/x", "search", "lake", "--after", "1/2/3"],
        &["--home", "/x", "follow", "--last", "3"],
        &["completions", "tcsh"],
        &["contacts"],
    ] {
        let output = output(wrong);
        assert_code(&output, 2);
        assert!(
            !output.stderr.is_empty() && output.stdout.is_empty(),
            "{wrong:?}"
        );
    }
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = output(&["completions", shell]);
        assert_code(&script, 0);
        assert!(text(&script.stdout).contains("invitations"), "{shell}");
    }
    let bench = Bench::new();
    let place = bench.path("man");
    assert_code(&output(&["man", &place]), 0);
    let page = fs::read_to_string(format!("{place}/undertone-bot.1")).unwrap();
    assert!(page.contains("Exit codes"));
    assert!(fs::exists(format!("{place}/undertone-bot-verify.1")).unwrap());
    assert_code(&output(&["man", "/dev/null/here"]), 7);
}

#[test]
fn every_command_says_when_the_profile_does_not_run() {
    let bench = Bench::new();
    for command in [
        &["invite"][..],
        &["invitations"],
        &["add"],
        &["accept", "bob"],
        &["reject", "bob"],
        &["block", "bob"],
        &["name", "bob", "Bob"],
        &["nickname", "Ann"],
        &["send", "bob", "hello"],
        &["follow"],
        &["contacts", "--json"],
        &["history", "bob"],
        &["search", "lake"],
        &["verify", "bob"],
        &["retry"],
        &["status"],
        &["chat"],
        &["stop"],
    ] {
        assert_refused(
            &bench.run(command),
            5,
            "start it with \"undertone-bot run\"",
        );
    }
    assert!(!bench.home().exists());
}
