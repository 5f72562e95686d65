//! What takes part in nothing lets its Tor client sleep; awake again, it serves its doors and dials as before.

use tokio::time::timeout;
use undertone_transport::{DoorSeed, NetworkStatus, Transport as _};

use super::{LIMIT, Lab, TorTransport, dial_until, echo_door, ping, target};

async fn until(transport: &TorTransport, wanted: NetworkStatus) {
    let mut status = transport.status();
    let reached = timeout(LIMIT, status.wait_for(|status| *status == wanted)).await;
    reached.expect("in time").expect("the client lives");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_slept_serves_and_dials_again() {
    let Some(lab) = Lab::new().await else { return };
    let (host, guest) = (lab.transport().await, lab.transport().await);
    let seed = DoorSeed(rand::random());
    let door = echo_door(&host, &seed, None).await;
    let mut stream = guest.dial(target(&seed, None)).await.expect("an open door");
    ping(&mut stream).await.expect("an answer");
    for client in [&host, &guest] {
        client.set_dormant(true);
        until(client, NetworkStatus::Dormant).await;
    }
    for client in [&host, &guest] {
        client.set_dormant(false);
        until(client, NetworkStatus::Ready).await;
    }
    let again = dial_until(&guest, &target(&seed, None), None).await;
    ping(&mut again.expect("a stream"))
        .await
        .expect("an answer");
    drop(door);
    host.shutdown().await;
    guest.shutdown().await;
}
