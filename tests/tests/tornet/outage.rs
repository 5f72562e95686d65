//! All relays die and come back half a minute or a minute later: the same processes talk again by
//! themselves.

use std::time::Duration;

use futures::future::join;
use tokio::time::{Instant, sleep_until};

use super::bot::Home;
use super::lab::{Lab, long};
use super::party::befriend;

/// How long all relays are gone; in the check, and in a long run.
const DOWN: [Duration; 2] = [Duration::from_secs(30), Duration::from_secs(60)];
/// From the relays' return until messages flow.
const RECOVERY: Duration = Duration::from_secs(180);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_processes_talk_again_after_all_relays_died() {
    let Some(lab) = Lab::alone("outage").await else {
        return;
    };
    let homes = join(
        Home::create(&lab, "amal", "Amal"),
        Home::create(&lab, "noor", "Noor"),
    );
    let (amal, noor) = homes.await;
    let (amal, noor) = join(amal.run(), noor.run()).await;
    let (amal, noor) = (&amal.party, &noor.party);
    let (noor_there, amal_there) = befriend(amal, noor).await;
    amal.send(&noor_there, "before").await;
    noor.until_said(&amal_there, "before").await;
    amal.until_received(&noor_there).await;

    let died = Instant::now();
    lab.network.kill_relays();
    join(
        amal.until_connected(&noor_there, false),
        noor.until_connected(&amal_there, false),
    )
    .await;
    lab.say(format!("both know it after {:.1?}", died.elapsed()));
    let waiting = amal.send(&noor_there, "into the dark").await;
    assert_eq!(waiting.delivery, "waiting");
    // How long the network is down is what is tested, not a wait for something.
    sleep_until(died + DOWN[usize::from(long())]).await;
    let view = amal.contact(&noor_there).await;
    assert_eq!(
        (&view["connected"], &view["waiting"]),
        (&false.into(), &1.into())
    );
    lab.say(format!(
        "while it is down: {} (next try in {} s)",
        view["reason"], view["next_try"]
    ));

    lab.network.restart_relays().await.expect("relays");
    let back = Instant::now();
    let heard = noor.until_within(RECOVERY, "what was sent meanwhile", async || {
        let (theirs, _) = noor.theirs_and_mine(&amal_there).await;
        theirs
            .into_iter()
            .find(|message| message.text == "into the dark")
    });
    assert_eq!(heard.await.id, waiting.id);
    amal.until_received(&noor_there).await;
    lab.say(format!(
        "down {:.1?}; heard {:.1?} after the relays were back",
        back - died,
        back.elapsed()
    ));
    assert!(back.elapsed() < RECOVERY);

    noor.send(&amal_there, "and the other way").await;
    amal.until_said(&noor_there, "and the other way").await;
    lab.say(format!("the other way after {:.1?}", back.elapsed()));
    assert!(back.elapsed() < RECOVERY);
}
