//! Two profiles of one home online at once in one process, and somebody elsewhere who is a contact of both: each talks for itself,
//! by a Tor client of its own; they survive a kill; one is locked and unlocked again while the other goes on.

use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use futures::future::join;
use serde_json::json;

use super::bot::{Home, output, said};
use super::lab::Lab;
use super::party::{Party, befriend};

/// Makes a second profile in a home; gives the file of its passphrase.
async fn beside(lab: &Lab, home: &Home, nickname: &str) -> PathBuf {
    let file = lab.path(&format!("{nickname}.passphrase"));
    std::fs::copy(&home.passphrase_file, &file).expect("its rights are copied too");
    std::fs::write(
        &file,
        format!("{nickname}, {:032x}", rand::random::<u128>()),
    )
    .expect("ours");
    let mut command = home.command("profile");
    command.args(["create", "--yes", "--nickname", nickname]);
    command.arg("--new-passphrase-file").arg(&file);
    command
        .arg("--keep-passphrase-file")
        .arg(&home.passphrase_file);
    let made = output(&mut command).await;
    assert!(made.status.success(), "{}", said(&made));
    file
}

/// What lies in a home, by name.
fn names(home: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(home).expect("a home").flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

async fn talk(one: &Party, other_there: &str, other: &Party, one_there: &str, words: &str) {
    one.send(other_there, words).await;
    other.until_said(one_there, words).await;
    let answer = format!("{words}, says {}", other.name);
    other.send(one_there, &answer).await;
    one.until_said(other_there, &answer).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_profiles_of_one_home_are_online_at_once() {
    let Some(lab) = Lab::shared("several").await else {
        return;
    };
    let homes = join(
        Home::create(&lab, "household", "Amal"),
        Home::create(&lab, "sami", "Sami"),
    );
    let (home, sami_home) = homes.await;
    let second = beside(&lab, &home, "Noor").await;

    // The first by itself, and then the second beside it.
    let (house, sami) = join(home.run(), sami_home.run()).await;
    house
        .party
        .until("the first is online", async || {
            let profile = house.party.ask(json!({"command": "profile"})).await;
            (profile["network"] == "ready").then_some(())
        })
        .await;
    let alone = house.memory();
    let one = house.run_directories();
    assert_eq!(one.len(), 1);
    let before = names(&home.path);
    let passphrase = std::fs::read(&second).expect("a passphrase");
    let unlock = json!({"command": "unlock", "passphrase": BASE64.encode(&passphrase)});
    let unlocked = house.party.ask(unlock.clone()).await;
    assert_eq!(unlocked["profile"], 2);
    let noor = house.profile("noor", 2).await;
    noor.until("the second is online", async || {
        let profile = noor.ask(json!({"command": "profile"})).await;
        (profile["network"] == "ready" && profile["nickname"] == "Noor").then_some(())
    })
    .await;
    let both = house.memory();
    lab.say(format!(
        "resident memory: one profile {} MiB, two {} MiB ({:.2} times)",
        alone >> 20,
        both >> 20,
        both as f64 / alone as f64
    ));
    // Each client has a place of its own for its guards and all else; the home has nothing that it had not.
    let two = house.run_directories();
    assert_eq!(two.len(), 2, "{two:?}");
    for place in &two {
        assert!(place.join("client-1").is_dir(), "{place:?}");
    }
    assert_eq!(names(&home.path), before);

    // The same person is a contact of both, and they are contacts of each other.
    let amal = &house.party;
    let (sami_of_amal, amal_of_sami) = befriend(amal, &sami.party).await;
    let (sami_of_noor, noor_of_sami) = befriend(&noor, &sami.party).await;
    let (noor_of_amal, amal_of_noor) = befriend(amal, &noor).await;
    assert_ne!(amal_of_sami, noor_of_sami);
    talk(amal, &sami_of_amal, &sami.party, &amal_of_sami, "from Amal").await;
    talk(
        &noor,
        &sami_of_noor,
        &sami.party,
        &noor_of_sami,
        "from Noor",
    )
    .await;
    talk(amal, &noor_of_amal, &noor, &amal_of_noor, "in one house").await;
    assert_eq!(amal.conversation(&sami_of_amal).await.len(), 2);
    assert_eq!(noor.conversation(&sami_of_noor).await.len(), 2);

    // Killed, and started with both from the beginning.
    house.kill();
    house.killed().await;
    assert!(
        two.iter().any(|place| place.exists()),
        "a killed process leaves them"
    );
    let file = second.to_str().expect("a path").to_owned();
    let house = home
        .clone()
        .with("--passphrase-file")
        .with(&file)
        .run()
        .await;
    assert!(
        !two.iter().any(|place| place.exists()),
        "the next start does not"
    );
    // The file that was named first is that of the second one, which so is the first to be unlocked.
    let (noor, amal) = (&house.party, &house.profile("amal", 2).await);
    assert_eq!(amal.conversation(&sami_of_amal).await.len(), 2);
    assert_eq!(noor.conversation(&sami_of_noor).await.len(), 2);
    assert_eq!(noor.conversation(&amal_of_noor).await.len(), 2);
    talk(
        amal,
        &sami_of_amal,
        &sami.party,
        &amal_of_sami,
        "Amal again",
    )
    .await;
    talk(
        noor,
        &sami_of_noor,
        &sami.party,
        &noor_of_sami,
        "Noor again",
    )
    .await;

    // One is locked: nothing of it is left, and what is sent to it waits. The other one goes on.
    noor.ask(json!({"command": "lock"})).await;
    assert_eq!(house.run_directories().len(), 1);
    sami.party.send(&noor_of_sami, "while you were away").await;
    talk(
        amal,
        &sami_of_amal,
        &sami.party,
        &amal_of_sami,
        "still here",
    )
    .await;
    let unlocked = amal.ask(unlock).await;
    assert_eq!(unlocked["profile"], 3, "no number twice");
    let noor = house.profile("noor", 3).await;
    noor.until_said(&sami_of_noor, "while you were away").await;

    let places = house.run_directories();
    join(house.stop(), sami.stop()).await;
    assert!(places.iter().all(|place| !place.exists()));
    assert!(names(&home.path).iter().all(|name| before.contains(name)));
}
