//! One profile as a scenario drives it, be it a process or an engine inside the test: commands and
//! events are the same JSON either way, so two of either kind can become contacts and talk.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::OwnedWriteHalf;
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, timeout, timeout_at};
use undertone_engine::{Command, Engine};

use super::lab::LIMIT;

/// Why a command was not done.
#[derive(Debug)]
pub(crate) enum NotDone {
    /// The profile said so.
    Refused(Value),
    /// The process or engine is gone; nobody knows whether it was done.
    Gone,
}

/// A message as a profile shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) number: u64,
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) delivery: String,
}

impl Message {
    fn read(value: &Value) -> Self {
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        Self {
            number: value["number"].as_u64().expect("a number"),
            id: text("id"),
            text: text("text"),
            delivery: text("delivery"),
        }
    }

    /// What both sides must agree on.
    pub(crate) fn said(&self) -> (String, String) {
        (self.id.clone(), self.text.clone())
    }
}

/// What was heard, and when.
type Heard = Arc<Mutex<Vec<(Instant, Value)>>>;

pub(crate) struct Party {
    pub(crate) name: String,
    way: Way,
    heard: Heard,
    /// How much was heard.
    ticks: watch::Receiver<usize>,
}

enum Way {
    Socket(Control),
    Engine(Arc<Engine>),
}

/// The control socket of a process, with any number of requests under way.
struct Control {
    write: tokio::sync::Mutex<OwnedWriteHalf>,
    last: AtomicU64,
    /// Which of several profiles; `None`: the first, and the field is left out.
    profile: Option<u32>,
    asked: Arc<Mutex<HashMap<u64, oneshot::Sender<Value>>>>,
}

impl Party {
    /// Over the control socket of a process.
    pub(crate) async fn of_process(name: &str, stream: UnixStream) -> Self {
        Self::of_profile(name, stream, None).await
    }

    /// The same for one of several profiles of a process.
    pub(crate) async fn of_profile(name: &str, stream: UnixStream, profile: Option<u32>) -> Self {
        let (read, write) = stream.into_split();
        let asked: Arc<Mutex<HashMap<u64, oneshot::Sender<Value>>>> = Arc::default();
        let (heard, answers) = (Heard::default(), Arc::clone(&asked));
        let (tick, ticks) = watch::channel(0);
        let hearing = Arc::clone(&heard);
        tokio::spawn(async move {
            let mut lines = BufReader::new(read).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                let value: Value = serde_json::from_str(&line).expect("JSON from the socket");
                match value["request"].as_u64() {
                    Some(number) => {
                        let waiting = answers.lock().expect("not poisoned").remove(&number);
                        // Whoever asked may have given up.
                        let _ = waiting.map(|waiting| waiting.send(value));
                    }
                    None => hear(&hearing, &tick, value),
                }
            }
            // Whoever waits for an answer hears that there is none.
            answers.lock().expect("not poisoned").clear();
        });
        let control = Control {
            write: tokio::sync::Mutex::new(write),
            last: AtomicU64::new(0),
            profile,
            asked,
        };
        let party = Self {
            name: name.to_owned(),
            way: Way::Socket(control),
            heard,
            ticks,
        };
        party.ask(json!({"command": "events"})).await;
        party
    }

    /// Of an engine inside this process.
    pub(crate) fn of_engine(name: &str, engine: Engine) -> Self {
        let (tick, ticks) = watch::channel(0);
        let heard = Heard::default();
        let (hearing, mut events) = (Arc::clone(&heard), engine.events());
        tokio::spawn(async move {
            while let Some(event) = events.next().await {
                hear(&hearing, &tick, serde_json::to_value(event).expect("JSON"));
            }
        });
        Self {
            name: name.to_owned(),
            way: Way::Engine(Arc::new(engine)),
            heard,
            ticks,
        }
    }

    /// Ends an engine in order.
    pub(crate) async fn shutdown(self) {
        let Way::Engine(engine) = self.way else {
            panic!("{} is a process", self.name);
        };
        let engine = Arc::into_inner(engine).expect("no command is under way");
        engine.shutdown().await;
    }

    pub(crate) async fn try_ask(&self, request: Value) -> Result<Value, NotDone> {
        let answer = match &self.way {
            Way::Socket(control) => control.ask(request).await?,
            Way::Engine(engine) => {
                let command: Command = serde_json::from_value(request).expect("a command");
                match engine.run(command).await {
                    Ok(reply) => serde_json::to_value(reply).expect("JSON"),
                    Err(error) => json!({"error": error}),
                }
            }
        };
        match answer.get("error") {
            None => Ok(answer),
            Some(_) => Err(NotDone::Refused(answer)),
        }
    }

    /// A command that must succeed.
    pub(crate) async fn ask(&self, request: Value) -> Value {
        let what = request["command"].to_string();
        match timeout(LIMIT, self.try_ask(request)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => panic!("{}: {what}: {error:?}", self.name),
            Err(_) => panic!("{}: {what}: no answer", self.name),
        }
    }

    /// Looks again after each event until there is something to see.
    pub(crate) async fn until<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        self.until_within(LIMIT, what, &mut look).await
    }

    pub(crate) async fn until_within<T>(
        &self,
        limit: Duration,
        what: &str,
        mut look: impl AsyncFnMut() -> Option<T>,
    ) -> T {
        let deadline = Instant::now() + limit;
        let mut ticks = self.ticks.clone();
        loop {
            ticks.borrow_and_update();
            if let Some(found) = look().await {
                return found;
            }
            match timeout_at(deadline, ticks.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => panic!("{} ended while it waited: {what}", self.name),
                Err(_) => {
                    let contacts = self.contacts().await;
                    panic!(
                        "{} waited {limit:.0?} in vain: {what}; {contacts:?}",
                        self.name
                    )
                }
            }
        }
    }

    /// All events since `from` of [`Self::heard_so_far`], with their times.
    pub(crate) fn heard_since(&self, from: usize) -> Vec<(Instant, Value)> {
        self.heard.lock().expect("not poisoned")[from..].to_vec()
    }

    pub(crate) fn heard_so_far(&self) -> usize {
        self.heard.lock().expect("not poisoned").len()
    }

    /// Makes an invitation and waits until its door can be found.
    pub(crate) async fn invite(&self, one_time: bool) -> String {
        let command = json!({"command": "invite", "one_time": one_time, "expires_after": null});
        let made = self.ask(command).await;
        self.until("the invitation can be found", async || {
            let open = self.ask(json!({"command": "invitations"})).await;
            let open = open["invitations"].as_array().expect("a list").clone();
            let same = |one: &&Value| one["number"] == made["number"];
            (open.iter().find(same)?["reachable"] == true).then_some(())
        })
        .await;
        made["text"].as_str().expect("a text").to_owned()
    }

    /// Sends a request; gives the contact's local name.
    pub(crate) async fn add(&self, invitation: &str, pet_name: &str, greeting: &str) -> String {
        let command = json!({
            "command": "add_contact", "invitation": invitation,
            "pet_name": pet_name, "greeting": greeting,
        });
        id(&self.ask(command).await)
    }

    pub(crate) async fn contacts(&self) -> Vec<Value> {
        let answer = self.ask(json!({"command": "contacts"})).await;
        answer["contacts"].as_array().expect("a list").clone()
    }

    pub(crate) async fn contact(&self, contact: &str) -> Value {
        let contacts = self.contacts().await;
        let found = contacts.into_iter().find(|one| one["id"] == contact);
        found.expect("a known contact")
    }

    pub(crate) async fn until_stage(&self, contact: &str, stage: &str) {
        self.until(&format!("a contact is {stage}"), async || {
            (self.contact(contact).await["stage"] == stage).then_some(())
        })
        .await;
    }

    pub(crate) async fn until_connected(&self, contact: &str, connected: bool) {
        self.until(&format!("connected: {connected}"), async || {
            (self.contact(contact).await["connected"] == connected).then_some(())
        })
        .await;
    }

    /// Waits until the other side has stored everything that was said to it.
    pub(crate) async fn until_received(&self, contact: &str) {
        let all = |messages: &[Message]| {
            let mut mine = messages
                .iter()
                .filter(|message| message.delivery != "incoming");
            mine.all(|message| message.delivery == "received")
        };
        self.until("everything is received", async || {
            // The newest ones first, for they are the last to be received.
            let newest = self.page(contact, &Value::Null).await;
            (all(&newest) && all(&self.conversation(contact).await)).then_some(())
        })
        .await;
    }

    /// The undecided request with this greeting.
    pub(crate) async fn until_asked(&self, greeting: &str) -> Value {
        self.until("a request comes", async || {
            let contacts = self.contacts().await;
            contacts
                .into_iter()
                .find(|one| one["stage"] == "undecided" && one["greeting"] == greeting)
        })
        .await
    }

    pub(crate) async fn accept(&self, contact: &str, pet_name: &str) {
        let command = json!({"command": "accept", "contact": contact, "pet_name": pet_name});
        self.ask(command).await;
    }

    /// Sends words; they are durable here when this returns.
    pub(crate) async fn try_send(&self, contact: &str, text: &str) -> Result<Message, NotDone> {
        let command =
            json!({"command": "send", "contact": contact, "text": text, "reply_to": null});
        self.try_ask(command)
            .await
            .map(|answer| Message::read(&answer))
    }

    pub(crate) async fn send(&self, contact: &str, text: &str) -> Message {
        self.try_send(contact, text).await.expect("sent")
    }

    /// The whole conversation, oldest first.
    pub(crate) async fn conversation(&self, contact: &str) -> Vec<Message> {
        let mut pages = Vec::new();
        let mut before = Value::Null;
        loop {
            let page = self.page(contact, &before).await;
            let Some(first) = page.first() else { break };
            before = first.number.into();
            pages.push(page);
        }
        pages.into_iter().rev().flatten().collect()
    }

    async fn page(&self, contact: &str, before: &Value) -> Vec<Message> {
        let command = json!({
            "command": "history", "contact": contact, "before": before, "limit": 100,
        });
        let answer = self.ask(command).await;
        answer["messages"]
            .as_array()
            .expect("a list")
            .iter()
            .map(Message::read)
            .collect()
    }

    /// (Theirs, mine), each in the order of this side.
    pub(crate) async fn theirs_and_mine(&self, contact: &str) -> (Vec<Message>, Vec<Message>) {
        let all = self.conversation(contact).await;
        all.into_iter()
            .partition(|message| message.delivery == "incoming")
    }

    /// Waits for a message with this text.
    pub(crate) async fn until_said(&self, contact: &str, text: &str) -> Message {
        self.until("a message comes", async || {
            let (theirs, _) = self.theirs_and_mine(contact).await;
            theirs.into_iter().find(|message| message.text == text)
        })
        .await
    }

    pub(crate) async fn retry(&self) {
        self.ask(json!({"command": "retry", "contact": null})).await;
    }
}

impl Control {
    async fn ask(&self, mut request: Value) -> Result<Value, NotDone> {
        let number = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        request["request"] = number.into();
        if let Some(profile) = self.profile {
            request["profile"] = profile.into();
        }
        let (answer, answered) = oneshot::channel();
        self.asked
            .lock()
            .expect("not poisoned")
            .insert(number, answer);
        let line = format!("{request}\n");
        let written = self.write.lock().await.write_all(line.as_bytes()).await;
        written.map_err(|_| NotDone::Gone)?;
        answered.await.map_err(|_| NotDone::Gone)
    }
}

fn hear(heard: &Heard, tick: &watch::Sender<usize>, event: Value) {
    let count = {
        let mut heard = heard.lock().expect("not poisoned");
        heard.push((Instant::now(), event));
        heard.len()
    };
    tick.send_replace(count);
}

pub(crate) fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

/// Makes two profiles contacts, `asking` by an invitation for one person; gives how each names the
/// other: the host at the asking side, the asking side at the host.
pub(crate) async fn befriend(asking: &Party, host: &Party) -> (String, String) {
    let invitation = host.invite(true).await;
    let greeting = format!("It is {}.", asking.name);
    let host_there = asking.add(&invitation, &host.name, &greeting).await;
    let asking_here = id(&host.until_asked(&greeting).await);
    host.accept(&asking_here, &asking.name).await;
    asking.until_stage(&host_there, "accepted").await;
    host.until_stage(&asking_here, "accepted").await;
    (host_there, asking_here)
}
