//! A private Tor network with profiles on it. Every party has a runtime, threads and a Tor client of
//! its own, as if it were a program of its own; only the process is shared, so that one clock times
//! all.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::time::timeout;
use undertone_engine::{
    Command, ContactId, Delivery, Engine, EngineOptions, Event, EventStream, Reply, Stage,
};
use undertone_storage::{DataKey, Home, Store};
use undertone_tests::tornet::{TorNet, TorNetOptions};
use undertone_tor::{Network, NetworkFile, TorOptions, TorState, TorTransport};
use undertone_transport::Transport;

/// Longer than anything takes on a network without faults, however loaded the computer is.
const DEADLINE: Duration = Duration::from_secs(300);

/// The key of all stores: what Argon2id costs is measured by itself.
pub(crate) const KEY: [u8; 32] = [7; 32];

/// The network and the place on the disk for all homes.
pub(crate) struct Lab {
    pub(crate) network: TorNet,
    place: TempDir,
    /// The forwarders that delay every link live in it.
    _runtime: Runtime,
}

impl Lab {
    pub(crate) fn start(relays: usize, delay: Duration) -> Self {
        let runtime = runtime("forwarders");
        let options = TorNetOptions {
            relays,
            delay: Some(delay),
            directory: None,
        };
        let network = runtime.block_on(TorNet::start(options)).expect("a network");
        // On the disk on which the program was built: the system's temporary directory may be memory.
        let place = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
        Self {
            network,
            place,
            _runtime: runtime,
        }
    }

    pub(crate) fn place(&self) -> &Path {
        self.place.path()
    }

    pub(crate) fn tor_options(&self, cache: Option<PathBuf>) -> TorOptions {
        tor_options(&self.network.network_file(), self.place.path(), cache)
    }
}

/// For a client of the network that the file names, with the files of its run at `place`.
pub(crate) fn tor_options(file: &Path, place: &Path, cache: Option<PathBuf>) -> TorOptions {
    let network = Network::Private(NetworkFile::read(file).expect("a network file"));
    TorOptions {
        cache_dir: cache,
        ..TorOptions::new(network, place.to_owned())
    }
}

fn runtime(name: &str) -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(2).thread_name(name).enable_all();
    builder.build().expect("threads")
}

/// A Tor client with threads of its own; their name is the station's.
pub(crate) struct Station {
    pub(crate) name: &'static str,
    pub(crate) transport: Arc<TorTransport>,
    runtime: Option<Runtime>,
}

impl Station {
    pub(crate) async fn start(name: &'static str, options: TorOptions) -> Self {
        let runtime = runtime(name);
        let started = runtime.spawn(TorTransport::start(options)).await;
        Self {
            name,
            transport: Arc::new(started.expect("no panic").expect("a transport")),
            runtime: Some(runtime),
        }
    }

    pub(crate) fn handle(&self) -> &Handle {
        self.runtime.as_ref().expect("runs until dropped").handle()
    }

    /// Ends the client; gives what it wants to find again.
    pub(crate) async fn end(self) -> TorState {
        self.transport.shutdown().await
    }
}

impl Drop for Station {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A profile that runs on a station.
pub(crate) struct Person {
    pub(crate) name: &'static str,
    pub(crate) engine: Engine,
    events: EventStream,
}

impl Person {
    /// A new profile in an empty home.
    pub(crate) async fn create(
        name: &'static str,
        home: PathBuf,
        handle: Handle,
        transport: Arc<dyn Transport>,
    ) -> Self {
        let home = Home::create(home).expect("a home");
        let store = Store::create_with_key(&home, &DataKey::from_bytes(KEY)).expect("a store");
        let options = EngineOptions::new(store, transport);
        let starting = handle.spawn(Engine::create(options, name));
        Self::with(name, starting.await.expect("no panic").expect("an engine"))
    }

    pub(crate) fn with(name: &'static str, engine: Engine) -> Self {
        Self {
            name,
            events: engine.events(),
            engine,
        }
    }

    pub(crate) async fn run(&self, command: Command) -> Reply {
        match self.engine.run(command).await {
            Ok(reply) => reply,
            Err(error) => panic!("{}: {error}", self.name),
        }
    }

    /// Waits for an event that fits.
    pub(crate) async fn hear<T>(&mut self, mut fits: impl FnMut(Event) -> Option<T>) -> T {
        let found = timeout(DEADLINE, async {
            loop {
                let event = self.events.next().await.expect("the engine runs");
                if let Some(found) = fits(event) {
                    return found;
                }
            }
        });
        let found = found.await;
        found.unwrap_or_else(|_| panic!("{} waited in vain", self.name))
    }

    /// Waits until the contact is as wanted.
    pub(crate) async fn until(&mut self, id: ContactId, stage: Stage, connected: bool) {
        let fits = |view: &undertone_engine::ContactView| {
            view.id == id && view.stage == stage && (view.connected || !connected)
        };
        let Reply::Contacts { contacts } = self.run(Command::Contacts).await else {
            panic!("no contacts");
        };
        if contacts.iter().any(fits) {
            return;
        }
        self.hear(|event| match event {
            Event::ContactChanged { contact } if fits(&contact) => Some(()),
            _ => None,
        })
        .await;
    }

    /// From the command to the recipient's acknowledgement, as an application sees it.
    pub(crate) async fn send(&mut self, contact: ContactId, text: &str) -> (Instant, Instant) {
        let command = Command::Send {
            contact,
            text: text.to_owned(),
            reply_to: None,
        };
        let begin = Instant::now();
        let Reply::Message(sent) = self.run(command).await else {
            panic!("no message");
        };
        let end = self
            .hear(|event| match event {
                Event::MessageChanged { message, .. }
                    if message.id == sent.id && message.delivery == Delivery::Received =>
                {
                    Some(Instant::now())
                }
                _ => None,
            })
            .await;
        (begin, end)
    }
}

/// How two people became contacts: how each names the other, and when what was reached since
/// `begin`. `a` asks, `b` invites and accepts at once.
pub(crate) struct Beginning {
    pub(crate) at_a: ContactId,
    pub(crate) at_b: ContactId,
    pub(crate) steps: Vec<(&'static str, Duration)>,
}

pub(crate) async fn befriend(begin: Instant, a: &mut Person, b: &mut Person) -> Beginning {
    let mut steps = Vec::new();
    let mut reached = |step| steps.push((step, begin.elapsed()));
    let command = Command::Invite {
        one_time: true,
        expires_after: None,
    };
    let Reply::Invitation(invitation) = b.run(command).await else {
        panic!("no invitation");
    };
    reached("invitation made");
    b.hear(|event| match event {
        Event::InvitationReachable { .. } => Some(()),
        _ => None,
    })
    .await;
    reached("knock door published");
    let command = Command::AddContact {
        invitation: invitation.text,
        pet_name: None,
        greeting: "hello".to_owned(),
    };
    let Reply::Contact(at_a) = a.run(command).await else {
        panic!("no contact");
    };
    let at_b = b
        .hear(|event| match event {
            Event::RequestReceived { contact } => Some(contact.id),
            _ => None,
        })
        .await;
    reached("request received");
    b.run(Command::Accept {
        contact: at_b,
        pet_name: None,
    })
    .await;
    a.until(at_a.id, Stage::Accepted, false).await;
    reached("acceptance received");
    b.until(at_b, Stage::Accepted, false).await;
    reached("acceptance confirmed");
    a.send(at_a.id, "hello again").await;
    reached("first message acknowledged");
    Beginning {
        at_a: at_a.id,
        at_b,
        steps,
    }
}
