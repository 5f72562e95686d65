//! What every scenario begins with: the private network that scenarios share, a place for files,
//! lines that are shown also when the test passes, and the switch for long runs.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::Mutex;
use tokio::time::{Instant, interval, timeout};
use undertone_tests::tornet::{TorNet, TorNetOptions};
use undertone_tor::{Network, NetworkFile, TorOptions, TorTransport};
use undertone_transport::{BoxStream, DialTarget, Transport as _};

/// Long enough for a loaded machine; nothing that a scenario waits for normally takes more than
/// some seconds.
pub(crate) const LIMIT: Duration = Duration::from_secs(120);

/// The network of the scenarios that run at the moment. The last of them ends it: a static that
/// lived on would leave relays and files behind.
static SHARED: Mutex<Weak<TorNet>> = Mutex::const_new(Weak::new());

/// Whether to do more than the check has time for.
pub(crate) fn long() -> bool {
    std::env::var_os("UNDERTONE_LONG").is_some_and(|value| value == "1")
}

/// What decides what is left to chance; another one by `UNDERTONE_SEED`.
pub(crate) fn seed() -> u64 {
    let given = std::env::var("UNDERTONE_SEED").ok();
    given.map_or(1, |text| text.parse().expect("UNDERTONE_SEED is a number"))
}

/// A scenario's surroundings.
pub(crate) struct Lab {
    scenario: &'static str,
    began: Instant,
    pub(crate) network: Arc<TorNet>,
    place: TempDir,
}

impl Lab {
    /// On the shared network. `None`, after the reason was printed, where there is no `tor`.
    pub(crate) async fn shared(scenario: &'static str) -> Option<Self> {
        if !TorNet::available_or_skip().expect("CI has tor") {
            return None;
        }
        let mut shared = SHARED.lock().await;
        let network = match shared.upgrade() {
            Some(network) => network,
            None => {
                let started = TorNet::start(TorNetOptions::default()).await;
                let started = Arc::new(started.expect("a private network"));
                *shared = Arc::downgrade(&started);
                started
            }
        };
        Some(Self::on(scenario, network))
    }

    /// On a network of its own, for a scenario that breaks it.
    pub(crate) async fn alone(scenario: &'static str) -> Option<Self> {
        if !TorNet::available_or_skip().expect("CI has tor") {
            return None;
        }
        let started = TorNet::start(TorNetOptions::default()).await;
        Some(Self::on(
            scenario,
            Arc::new(started.expect("a private network")),
        ))
    }

    fn on(scenario: &'static str, network: Arc<TorNet>) -> Self {
        let place = tempfile::Builder::new().prefix("ut-").tempdir();
        let lab = Self {
            scenario,
            began: Instant::now(),
            network,
            place: place.expect("a temporary directory"),
        };
        lab.say("begins");
        lab
    }

    /// A path in the scenario's directory, which goes with the lab.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    pub(crate) fn say(&self, text: impl AsRef<str>) {
        say(self.scenario, text);
    }

    /// The end of what each program logged, without its steps: the files go with the lab.
    fn show_logs(&self) {
        let entries = std::fs::read_dir(self.place.path())
            .into_iter()
            .flatten()
            .flatten();
        for entry in entries.filter(|entry| entry.path().extension() == Some("logs".as_ref())) {
            for log in std::fs::read_dir(entry.path())
                .into_iter()
                .flatten()
                .flatten()
            {
                let text = std::fs::read_to_string(log.path()).unwrap_or_default();
                let lines: Vec<&str> = text
                    .lines()
                    .filter(|line| !line.contains("::phase"))
                    .collect();
                let end = &lines[lines.len().saturating_sub(20)..];
                self.say(format!(
                    "{}\n{}",
                    entry.file_name().display(),
                    end.join("\n")
                ));
            }
        }
    }

    /// A Tor client of its own, as a program that is none of ours would use.
    pub(crate) async fn transport(&self) -> TorTransport {
        let file = NetworkFile::read(&self.network.network_file()).expect("a network file");
        let options = TorOptions::new(Network::Private(file), self.place.path().to_owned());
        TorTransport::start(options).await.expect("a Tor client")
    }
}

/// Dials until there is a stream: a door needs a moment until it admits a new reader.
pub(crate) async fn dial_open(transport: &TorTransport, target: &DialTarget) -> BoxStream {
    // A dial that fails at once must not be repeated at once.
    let mut pace = interval(Duration::from_millis(250));
    let opened = timeout(LIMIT, async {
        loop {
            pace.tick().await;
            if let Ok(stream) = transport.dial(target.clone()).await {
                return stream;
            }
        }
    });
    opened.await.expect("a stream in time")
}

impl Drop for Lab {
    fn drop(&mut self) {
        let how = if std::thread::panicking() {
            "FAILED"
        } else {
            "done"
        };
        self.say(format!("{how} after {:.1?}", self.began.elapsed()));
        if std::thread::panicking() {
            self.show_logs();
        }
    }
}

/// Shows a line at once, also of a test that passes: what was measured is wanted then too.
pub(crate) fn say(scenario: &str, text: impl AsRef<str>) {
    let mut lines = String::new();
    for line in text.as_ref().lines() {
        lines.push_str(&format!("    {scenario}: {line}\n"));
    }
    // A closed standard error is no reason to fail.
    let _ = std::io::stderr().write_all(lines.as_bytes());
}
