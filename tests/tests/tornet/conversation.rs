//! The main path with the shipped program: two clean homes, an invitation, a request, an
//! acceptance, a verification, a hundred messages each way. Afterwards nothing of it lies in clear
//! in logs, homes or Arti's files.

use data_encoding::BASE32_NOPAD;
use futures::future::join;
use serde_json::json;
use tokio::time::Instant;
use undertone_wire::v1::Invitation;

use super::bot::{Bot, Home};
use super::canaries::{Canaries, snapshot};
use super::guest::Guest;
use super::lab::Lab;
use super::party::{Message, Party, befriend, id};

const MESSAGES: usize = 100;
/// Part of every message; the rest tells them apart.
const SAID: &str = "the bakery behind the tannery opens at";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_meet_verify_and_talk_and_none_of_it_lies_in_clear() {
    let Some(lab) = Lab::shared("conversation").await else {
        return;
    };
    let mut canaries = Canaries::default();
    let nicknames = ["Amal of the Seven Wells", "Noor of the Salt Road"];
    let pet_names = ["my cousin in the hills", "the one with the mule"];
    let greeting = "We met where the two rivers part.";
    for text in nicknames.iter().chain(&pet_names).chain([&greeting]) {
        canaries.add(text, text);
    }

    let homes = join(
        Home::create(&lab, "amal", nicknames[0]),
        Home::create(&lab, "noor", nicknames[1]),
    );
    let (amal, noor) = homes.await;
    let (amal, noor) = join(amal.run(), noor.run()).await;
    for bot in [&amal, &noor] {
        canaries.add(
            &format!("passphrase of {}", bot.home.name),
            &bot.home.passphrase,
        );
    }

    let began = Instant::now();
    let invitation = noor.party.invite(true).await;
    lab.say(format!(
        "invitation reachable after {:.2?}",
        began.elapsed()
    ));
    note_invitation(&invitation, &mut canaries);
    let began = Instant::now();
    let noor_there = amal.party.add(&invitation, pet_names[0], greeting).await;
    let asking = noor.party.until_asked(greeting).await;
    lab.say(format!("request shown after {:.2?}", began.elapsed()));
    assert_eq!(asking["nickname"], nicknames[0]);
    let amal_there = id(&asking);
    let began = Instant::now();
    noor.party.accept(&amal_there, pet_names[1]).await;
    amal.party.until_stage(&noor_there, "accepted").await;
    noor.party.until_stage(&amal_there, "accepted").await;
    lab.say(format!(
        "contacts on both sides {:.2?} after the decision",
        began.elapsed()
    ));
    assert_eq!(
        amal.party.contact(&noor_there).await["nickname"],
        nicknames[1]
    );

    verify((&amal.party, &noor_there), (&noor.party, &amal_there)).await;

    let began = Instant::now();
    let (from_amal, from_noor) = join(
        say_all(&amal.party, &noor_there),
        say_all(&noor.party, &amal_there),
    )
    .await;
    lab.say(format!(
        "{MESSAGES} messages each way stored after {:.2?}",
        began.elapsed()
    ));
    amal.party.until_received(&noor_there).await;
    noor.party.until_received(&amal_there).await;
    lab.say(format!("all received after {:.2?}", began.elapsed()));
    assert_same(
        (&amal.party, &noor_there),
        (&noor.party, &amal_there),
        &from_amal,
    )
    .await;
    assert_same(
        (&noor.party, &amal_there),
        (&amal.party, &noor_there),
        &from_noor,
    )
    .await;
    canaries.add("what was said", SAID);
    for message in from_amal.iter().chain(&from_noor) {
        canaries.add(&message.text, &message.text);
    }

    note_contact_door(&lab, &noor, &mut canaries).await;
    search(&lab, amal, noor, &canaries).await;
}

/// Everything that an invitation is made of.
fn note_invitation(text: &str, canaries: &mut Canaries) {
    canaries.add("invitation text", text);
    let parsed: Invitation = text.parse().expect("an invitation");
    canaries.add("invitation bytes", parsed.to_bytes());
    canaries.add("knock door", parsed.door.as_bytes());
    canaries.add("knock door's Noise key", parsed.noise.as_bytes());
    canaries.add(
        "one-time secret",
        parsed.one_time.as_ref().expect("for one person").0,
    );
    // The address itself ends in a checksum; what stands before it is enough to dial.
    let address = BASE32_NOPAD.encode(parsed.door.as_bytes()).to_lowercase();
    canaries.add("knock door's address", &address[..51]);
}

/// The address of the contact door and a key that opens its descriptor, as a third contact was
/// told them.
async fn note_contact_door(lab: &Lab, noor: &Bot, canaries: &mut Canaries) {
    let guest = Guest::create(lab, "third").await;
    befriend(&guest.party, &noor.party).await;
    let guest = guest.restart().await;
    let target = guest.contact_door(None).await;
    canaries.add("contact door", target.door.as_bytes());
    let address = BASE32_NOPAD.encode(target.door.as_bytes()).to_lowercase();
    canaries.add("contact door's address", &address[..51]);
    canaries.add(
        "descriptor key",
        target.descriptor_key.expect("restricted").as_bytes(),
    );
    guest.shutdown().await;
}

/// Both compute the same digits, and each takes the other's code for right and its own for wrong.
async fn verify(one: (&Party, &str), other: (&Party, &str)) {
    let code = async |(party, contact): (&Party, &str)| {
        let asked = party
            .ask(json!({"command": "verification", "contact": contact}))
            .await;
        (
            asked["digits"].as_str().expect("digits").to_owned(),
            asked["qr"].clone(),
        )
    };
    let ((ours, our_qr), (theirs, their_qr)) = join(code(one), code(other)).await;
    assert_eq!(ours, theirs);
    assert_eq!(
        ours.chars().filter(char::is_ascii_digit).count(),
        60,
        "{ours}"
    );
    let scan = |(_, contact): (&Party, &str), scanned: &serde_json::Value| json!({"command": "verify_scanned", "contact": contact, "scanned": scanned});
    assert!(
        one.0.try_ask(scan(one, &our_qr)).await.is_err(),
        "our own code"
    );
    assert_eq!(one.0.contact(one.1).await["verified"], false);
    one.0.ask(scan(one, &their_qr)).await;
    other.0.ask(scan(other, &our_qr)).await;
    for (party, contact) in [one, other] {
        assert_eq!(party.contact(contact).await["verified"], true);
    }
}

async fn say_all(party: &Party, contact: &str) -> Vec<Message> {
    let mut sent = Vec::new();
    for number in 0..MESSAGES {
        let text = format!("{}: {SAID} {number:03} sharp", party.name);
        sent.push(party.send(contact, &text).await);
    }
    sent
}

/// What `from` sent is what both sides show, in this order, and all of it is acknowledged.
async fn assert_same(from: (&Party, &str), to: (&Party, &str), sent: &[Message]) {
    let said = |messages: &[Message]| messages.iter().map(Message::said).collect::<Vec<_>>();
    assert_eq!(sent.len(), MESSAGES);
    let (theirs, _) = to.0.theirs_and_mine(to.1).await;
    assert_eq!(said(&theirs), said(sent), "as {} shows it", to.0.name);
    let (_, mine) = from.0.theirs_and_mine(from.1).await;
    assert_eq!(said(&mine), said(sent), "as {} shows it", from.0.name);
    assert!(mine.iter().all(|message| message.delivery == "received"));
}

/// While they run: homes, logs and Arti's files. After their end: homes and logs.
async fn search(lab: &Lab, amal: Bot, noor: Bot, canaries: &Canaries) {
    let homes = [amal.home.clone(), noor.home.clone()];
    let mut files = 0;
    for bot in [&amal, &noor] {
        let name = &bot.home.name;
        let copies = lab.path(&format!("{name}.copies"));
        let arti = snapshot(&bot.run_directory(), &copies.join("arti"));
        assert!(
            arti.contains("ipts.json"),
            "control: Arti's files are there: {arti:?}"
        );
        let home = snapshot(&bot.home.path, &copies.join("home"));
        assert!(
            home.contains("keys-1"),
            "control: the vault is there: {home:?}"
        );
        files += arti.len() + home.len();
        assert_eq!(canaries.found(&copies), [].into(), "while {name} runs");
        assert_eq!(
            canaries.found(&bot.home.logs),
            [].into(),
            "the log of {name}"
        );
    }
    join(amal.stop(), noor.stop()).await;
    for home in &homes {
        assert!(
            home.log().contains("undertone_engine::phase"),
            "control: everything is logged"
        );
        assert_eq!(
            canaries.found(&home.path),
            [].into(),
            "after the end of {}",
            home.name
        );
        assert_eq!(
            canaries.found(&home.logs),
            [].into(),
            "the log of {}",
            home.name
        );
    }
    lab.say(format!(
        "{} canaries in no log and none of {files} files",
        canaries.len()
    ));
    canaries.assert_found_when_unsealed(&homes[0].path);
    canaries.assert_found_when_unsealed(&homes[1].logs);
}
