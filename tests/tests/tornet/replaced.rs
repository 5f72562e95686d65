//! A profile goes on in a second home that was made from an export, while the first one runs as well (D12): the contact
//! talks with the newer copy, and the older one learns that it was replaced and says so.
//!
//! Only a contact can prove it: one that dials the door which both copies have, and comes to the older one. That is
//! so when the older one published it last and the newer one is away, so this is what is done here. Until then the
//! older one meets silence with all of its own dials.

use futures::future::join;
use serde_json::{Value, json};

use super::bot::{Bot, Home};
use super::lab::Lab;
use super::party::{NotDone, Party, befriend};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_copies_run_and_the_older_says_that_it_was_replaced() {
    let Some(lab) = Lab::shared("replaced").await else {
        return;
    };
    let homes = join(
        Home::create(&lab, "amal", "Amal"),
        Home::create(&lab, "noor", "Noor"),
    );
    let (older_home, noor) = homes.await;
    let (first, noor) = join(older_home.run(), noor.run()).await;
    let (there, amal) = befriend(&first.party, &noor.party).await;
    say((&first, &there), (&noor, &amal), "before the export").await;
    first.party.until_received(&there).await;
    first.stop().await;
    let file = lab.path("export");
    older_home.export(&file).await;
    let newer_home = Home::import(&lab, "amal-again", &file, &older_home).await;

    // Both run, the older one first.
    let older = older_home.run().await;
    older.party.until_connected(&there, true).await;
    let newer = newer_home.run().await;
    say((&newer, &there), (&noor, &amal), "from the newer").await;
    say((&noor, &amal), (&newer, &there), "to the newer").await;
    older.party.until_connected(&there, false).await;
    match older.party.try_send(&there, "from the older").await {
        Ok(message) => assert_eq!(message.delivery, "waiting"),
        // It knows already.
        Err(NotDone::Refused(refused)) => assert_eq!(refused["error"], "replaced", "{refused}"),
        Err(NotDone::Gone) => panic!("the older copy is gone"),
    }
    lab.say(format!(
        "both run; the older one says: {}",
        copy(&older.party).await
    ));

    newer.stop().await;
    older.stop().await;
    let older = older_home.run().await;
    older
        .party
        .until("it was replaced", async || {
            (copy(&older.party).await == "replaced").then_some(())
        })
        .await;
    lab.say("the older one knows");

    // The newer one comes back while the older one runs on.
    let newer = newer_home.run().await;
    say((&noor, &amal), (&newer, &there), "to the newer again").await;
    say((&newer, &there), (&noor, &amal), "from the newer again").await;
    newer.party.until_received(&there).await;
    assert_eq!(copy(&newer.party).await, "present");

    assert_eq!(copy(&older.party).await, "replaced");
    let profile = older.party.ask(json!({"command": "profile"})).await;
    assert_eq!(profile["doors"], 0, "{profile}");
    assert_eq!(older.party.contact(&there).await["replaced"], true);
    let refused = older.party.try_send(&there, "once more").await;
    assert!(matches!(refused, Err(NotDone::Refused(_))), "{refused:?}");
    // Everything once and in order, and nothing of the older one.
    let (theirs, _) = noor.party.theirs_and_mine(&amal).await;
    let words = theirs.iter().map(|message| message.text.as_str());
    // The line that says that they use a copy has no words.
    let words: Vec<&str> = words.filter(|text| !text.is_empty()).collect();
    assert_eq!(
        words,
        [
            "before the export",
            "from the newer",
            "from the newer again"
        ]
    );
    join(join(older.stop(), newer.stop()), noor.stop()).await;
}

/// One says something, and the other has it.
async fn say((from, to): (&Bot, &str), (other, from_there): (&Bot, &str), text: &str) {
    from.party.send(to, text).await;
    other.party.until_said(from_there, text).await;
}

/// What a copy says of itself.
async fn copy(party: &Party) -> Value {
    let profile = party.ask(json!({"command": "profile"})).await;
    profile["copy"].clone()
}
