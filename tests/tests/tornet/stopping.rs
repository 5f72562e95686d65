//! How a process ends and begins: SIGTERM under traffic, and a second process on the same home.

use futures::future::join;
use tokio::time::{Duration, timeout};

use super::bot::{Home, output, said};
use super::lab::{LIMIT, Lab};
use super::party::{Message, NotDone, befriend};

const END: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminated_process_ends_in_order_and_a_home_is_opened_once() {
    let Some(lab) = Lab::shared("stopping").await else {
        return;
    };
    let homes = join(
        Home::create(&lab, "amal", "Amal"),
        Home::create(&lab, "noor", "Noor"),
    );
    let (amal_home, noor) = homes.await;
    let (amal, noor) = join(amal_home.run(), noor.run()).await;
    let (noor_there, amal_there) = befriend(&amal.party, &noor.party).await;

    let second = output(&mut amal_home.run_command()).await;
    assert_eq!(second.status.code(), Some(4), "{}", said(&second));
    assert!(said(&second).contains("in use"), "{}", said(&second));
    assert!(
        second.stdout.is_empty(),
        "it did not get as far as to be ready"
    );
    lab.say(format!(
        "a second process on the home: exit code 4, {:?}",
        said(&second).trim()
    ));
    amal.party
        .send(&noor_there, "the first one still runs")
        .await;
    noor.party
        .until_said(&amal_there, "the first one still runs")
        .await;

    // Messages are sent until the process is gone; it is told to end in the middle.
    let mut answered = Vec::new();
    let (middle, in_the_middle) = tokio::sync::oneshot::channel();
    let sending = async {
        let mut middle = Some(middle);
        for number in 0_usize.. {
            match amal
                .party
                .try_send(&noor_there, &format!("message {number}"))
                .await
            {
                Ok(message) => answered.push(message),
                // The engine may have closed before the connection did.
                Err(NotDone::Gone) => break,
                Err(NotDone::Refused(answer)) => {
                    assert_eq!(answer["error"], "closed");
                    break;
                }
            }
            if number == 30 {
                let told = middle.take().expect("once").send(());
                told.expect("somebody waits for it");
            }
        }
    };
    let ending = async {
        in_the_middle.await.expect("the traffic began");
        amal.signal("TERM").await;
    };
    timeout(LIMIT, join(sending, ending))
        .await
        .expect("it ends");
    let (status, took) = amal.terminated().await;
    lab.say(format!("SIGTERM under traffic: {status} after {took:.2?}"));
    assert_eq!(status.code(), Some(0));
    assert!(took < END);
    assert!(
        !amal_home.path.join("control").exists(),
        "no socket is left behind"
    );

    let amal = amal_home.run().await;
    let (_, mine) = amal.party.theirs_and_mine(&noor_there).await;
    let ids = |messages: &[Message]| messages.iter().map(Message::said).collect::<Vec<_>>();
    let kept = ids(&mine[1..]);
    assert_eq!(
        &kept[..answered.len()],
        &ids(&answered)[..],
        "what was answered is kept"
    );
    assert!(
        kept.len() <= answered.len() + 1,
        "and at most what was under way at the end"
    );
    amal.party.until_received(&noor_there).await;
    let (theirs, _) = noor.party.theirs_and_mine(&amal_there).await;
    assert_eq!(ids(&theirs), ids(&mine));
    lab.say(format!(
        "{} messages, all there once and in order",
        mine.len()
    ));
    join(amal.stop(), noor.stop()).await;
}
