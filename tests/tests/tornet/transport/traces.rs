//! What a transport leaves on the disk: no key, no address, and nothing that stays after it but its guards.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use data_encoding::{BASE32_NOPAD, BASE64, BASE64_NOPAD, HEXLOWER};

use super::*;

/// All files under `roots`, with their contents. Files that go away meanwhile are left out.
fn files(roots: &[&Path]) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut directories: Vec<PathBuf> = roots.iter().map(|root| root.to_path_buf()).collect();
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(&directory)
            .into_iter()
            .flatten()
            .flatten()
        {
            let path = entry.path();
            if path.is_dir() {
                directories.push(path);
            } else if let Ok(bytes) = std::fs::read(&path) {
                found.push((path, bytes));
            }
        }
    }
    found
}

/// The ways in which 32 secret bytes may be written.
fn spellings(secret: &[u8; 32]) -> Vec<Vec<u8>> {
    let base32 = BASE32_NOPAD.encode(secret);
    let hex = HEXLOWER.encode(secret);
    // The last characters of base32 and base64 depend on what follows, as in an onion address.
    let cut = |text: String| text.as_bytes()[..text.len() - 2].to_vec();
    vec![
        secret.to_vec(),
        cut(base32.to_lowercase()),
        cut(base32),
        cut(BASE64_NOPAD.encode(secret)),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
    ]
}

fn holds(files: &[(PathBuf, Vec<u8>)], needle: &[u8]) -> bool {
    files
        .iter()
        .any(|(_, bytes)| bytes.windows(needle.len()).any(|window| window == needle))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_key_and_no_address_reaches_a_file_and_nothing_stays() {
    let Some(lab) = Lab::new().await else { return };
    let cache = lab.place.path().join("cache");
    let mut options = lab.options();
    options.cache_dir = Some(cache.clone());
    let host = TorTransport::start(options).await.unwrap();
    let guest = lab.transport().await;
    let seed = DoorSeed(rand::random());
    let (secret, public) = reader();
    let door = echo_door(&host, &seed, Some(vec![public])).await;
    let mut stream = guest.dial(target(&seed, Some(&secret))).await.unwrap();
    ping(&mut stream).await.unwrap();

    let runs = [host.run_directory(), guest.run_directory()];
    assert_ne!(runs[0], runs[1]);
    let roots = [runs[0], runs[1], lab.place.path()];
    let seen = files(&roots);
    let named = |name: &str| seen.iter().any(|(path, _)| path.ends_with(name));
    assert!(
        named("ipts.json") && named("dir.sqlite3"),
        "positive control: arti's files are seen"
    );
    let secrets = [
        seed.0,
        *TorTransport::onion_key(&seed).as_bytes(),
        *secret.as_bytes(),
        *public.as_bytes(),
    ];
    for needle in secrets.iter().flat_map(spellings) {
        assert!(!holds(&seen, &needle));
    }
    let canary = seen
        .iter()
        .find(|(path, _)| path.ends_with("ipts.json"))
        .unwrap();
    assert!(
        holds(&seen, &canary.1[..32]),
        "positive control: the search finds what is there"
    );
    let padded = BASE64.encode(&secrets[0]).into_bytes();
    let written = [(PathBuf::new(), padded)];
    assert!(
        spellings(&secrets[0])
            .iter()
            .any(|needle| holds(&written, needle))
    );

    drop((stream, door));
    let guards = host.shutdown().await;
    guest.shutdown().await;
    assert!(!host.run_directory().exists() && !guest.run_directory().exists());
    let left = files(&[lab.place.path()]);
    assert!(!left.is_empty() && left.iter().all(|(path, _)| path.starts_with(&cache)));

    println!("guards survive in the caller's hands");
    let guards_text = String::from_utf8(guards.guards.clone().unwrap().to_vec()).unwrap();
    assert!(guards_text.contains("confirmed"));
    let mut options = lab.options();
    options.cache_dir = Some(cache);
    options.state = guards;
    let again = TorTransport::start(options).await.unwrap();
    let begun = Instant::now();
    let mut status = again.status();
    timeout(
        LIMIT,
        status.wait_for(|status| *status == NetworkStatus::Ready),
    )
    .await
    .unwrap()
    .unwrap();
    println!("    ready after {:.2?} with a warm cache", begun.elapsed());
    drop(echo_door(&again, &seed, None).await);
    let later = String::from_utf8(again.shutdown().await.guards.unwrap().to_vec()).unwrap();
    let ids = |text: &str| -> BTreeSet<String> {
        text.split("ed25519")
            .skip(1)
            .map(|rest| rest.chars().take(50).collect())
            .collect()
    };
    assert!(!ids(&guards_text).is_empty());
    assert!(
        ids(&guards_text).is_subset(&ids(&later)),
        "the guards stay the same"
    );
}
