//! The running profile as the window holds it: commands become tasks, events come in batches. A frame
//! never waits for the engine; everything here is awaited elsewhere.

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::{FutureExt as _, SinkExt as _, Stream};
use iced::{Subscription, Task, stream};
use tokio::sync::RwLock;
use undertone_engine::{
    CircleView, Command, CommandError, ContactView, ConversationView, Engine, Event,
    IntroductionView, ProfileView, Reply,
};

/// Events of one batch at most: each batch costs one drawing.
const BATCH: usize = 512;

/// What the window hears of its engine.
#[derive(Clone, Debug)]
pub enum Heard {
    /// From now on events are heard; what was before has to be asked for.
    Listening,
    /// What happened, in order.
    Events(Vec<Event>),
}

/// Everything that lists show.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Who I am.
    pub profile: ProfileView,
    /// All contacts.
    pub contacts: Vec<ContactView>,
    /// All conversations.
    pub conversations: Vec<ConversationView>,
    /// Introductions that are not over.
    pub introductions: Vec<IntroductionView>,
    /// Which contacts share an address of mine.
    pub circles: Vec<CircleView>,
}

/// A running profile. Clones are the same.
#[derive(Clone)]
pub struct Running {
    number: u64,
    engine: Arc<RwLock<Option<Engine>>>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Running({})", self.number)
    }
}

/// Subscriptions tell running profiles apart by this.
impl Hash for Running {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

impl Running {
    /// Holds an engine.
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        Self::of(Some(engine))
    }

    /// A profile that has ended: every command is refused.
    #[must_use]
    pub fn ended() -> Self {
        Self::of(None)
    }

    /// Tells running profiles apart; later ones have larger numbers.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    fn of(engine: Option<Engine>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            engine: Arc::new(RwLock::new(engine)),
        }
    }

    /// Runs a command.
    ///
    /// # Errors
    /// Why it was not done.
    pub async fn run(&self, command: Command) -> Result<Reply, CommandError> {
        match &*self.engine.read().await {
            Some(engine) => engine.run(command).await,
            None => Err(CommandError::Closed),
        }
    }

    /// The same as a task.
    pub fn task<Message: Send + 'static>(
        &self,
        command: Command,
        done: impl FnOnce(Result<Reply, CommandError>) -> Message + Send + 'static,
    ) -> Task<Message> {
        let running = self.clone();
        Task::future(async move { done(running.run(command).await) })
    }

    /// Asks for everything that lists show.
    ///
    /// # Errors
    /// The profile is closed.
    pub async fn snapshot(self) -> Result<Box<Snapshot>, CommandError> {
        let Reply::Profile(profile) = self.run(Command::Profile).await? else {
            return Err(CommandError::Unsupported);
        };
        let Reply::Contacts { contacts } = self.run(Command::Contacts).await? else {
            return Err(CommandError::Unsupported);
        };
        let Reply::Conversations { conversations } = self.run(Command::Conversations).await? else {
            return Err(CommandError::Unsupported);
        };
        let Reply::Introductions { introductions } = self.run(Command::Introductions).await? else {
            return Err(CommandError::Unsupported);
        };
        let Reply::Circles { circles } = self.run(Command::Circles).await? else {
            return Err(CommandError::Unsupported);
        };
        Ok(Box::new(Snapshot {
            profile,
            contacts,
            conversations,
            introductions,
            circles,
        }))
    }

    /// Ends the profile in order. Commands that come later are refused.
    pub async fn close(&self) {
        let engine = self.engine.write().await.take();
        if let Some(engine) = engine {
            engine.shutdown().await;
        }
    }

    /// What it does, for as long as it runs.
    pub fn events(&self) -> Subscription<Heard> {
        Subscription::run_with(self.clone(), listen)
    }
}

fn listen(running: &Running) -> impl Stream<Item = Heard> + use<> {
    let engine = Arc::clone(&running.engine);
    stream::channel(4, async move |mut out| {
        let events = engine.read().await.as_ref().map(Engine::events);
        drop(engine);
        let Some(mut events) = events else { return };
        if out.send(Heard::Listening).await.is_err() {
            return;
        }
        while let Some(event) = events.next().await {
            let mut batch = vec![event];
            while batch.len() < BATCH {
                match events.next().now_or_never() {
                    Some(Some(event)) => batch.push(event),
                    _ => break,
                }
            }
            if out.send(Heard::Events(batch)).await.is_err() {
                return;
            }
        }
    })
}
