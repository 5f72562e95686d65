//! Tells the desktop that something came: one notification at a time, replaced when there is more and taken
//! back when it was seen or the profile is locked. It never holds a word of a message, and a name only
//! where that was chosen. A press on it leads to what it is about.
//!
//! It speaks to the notification service of the [`session`](crate::session). Where there is no such service nothing
//! happens.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::{Stream, StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, watch};
use zbus::zvariant::Value;
use zbus::{Connection, MatchRule, MessageStream, message};

use crate::session;

/// What the desktop is told when something comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notices {
    /// Nothing.
    None,
    /// That there is a message.
    #[default]
    Plain,
    /// From whom.
    Named,
}

impl Notices {
    /// All of them, in the order of the settings.
    pub const ALL: [Self; 3] = [Self::None, Self::Plain, Self::Named];
}

/// The service, see the Desktop Notifications Specification 1.2.
const SERVICE: &str = "org.freedesktop.Notifications";
/// Where it is found.
const PLACE: &str = "/org/freedesktop/Notifications";
/// What a press on the notification itself is called there.
const PRESS: &str = "default";
/// So many signals wait at most.
const WAITING: usize = 4;

/// Where notifications go. Clones share one notification.
#[derive(Clone, Default)]
pub struct Announcer {
    address: Option<String>,
    /// The number of the latest wish: an older one that comes late is left aside.
    wishes: Arc<AtomicU64>,
    shown: Arc<Mutex<Shown>>,
    /// What the service said of the notification that is shown.
    there: watch::Sender<There>,
    /// How often it was pressed.
    pressed: watch::Sender<u64>,
}

/// Subscriptions tell announcers apart by this.
impl Hash for Announcer {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.wishes).hash(state);
    }
}

/// A notification that is shown.
#[derive(Default)]
struct There {
    /// The service's number for it; 0: none.
    number: u32,
    /// The service's own name on the bus.
    service: Option<String>,
}

/// The way to the service.
#[derive(Default)]
struct Shown {
    connection: Option<Connection>,
    /// Presses are listened to on that connection.
    heard: bool,
}

impl std::fmt::Debug for Announcer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Announcer(..)")
    }
}

impl Announcer {
    /// The service of this session, if it can be reached without a network.
    #[must_use]
    pub fn session() -> Self {
        Self {
            address: session::address(),
            ..Self::default()
        }
    }

    /// One that is connected already.
    #[must_use]
    pub fn over(connection: Connection) -> Self {
        let shown = Shown {
            connection: Some(connection),
            ..Shown::default()
        };
        Self {
            shown: Arc::new(Mutex::new(shown)),
            ..Self::default()
        }
    }

    /// Every press on the notification.
    pub fn presses(&self) -> impl Stream<Item = ()> + use<> {
        stream::unfold(self.pressed.subscribe(), async |mut pressed| {
            pressed.changed().await.ok()?;
            Some(((), pressed))
        })
    }

    /// Shows these words in place of what is shown, or takes it back. What the service refuses is not
    /// tried again.
    pub fn show(&self, words: Option<String>) -> impl Future<Output = ()> + Send + 'static {
        let wish = self.wishes.fetch_add(1, Ordering::Relaxed) + 1;
        self.clone().tell(wish, words)
    }

    async fn tell(self, wish: u64, words: Option<String>) {
        let mut shown = self.shown.lock().await;
        if self.wishes.load(Ordering::Relaxed) != wish {
            return;
        }
        if shown.connection.is_none() {
            let Some(address) = self.address.as_deref().filter(|_| words.is_some()) else {
                return;
            };
            shown.connection = session::connect(address).await;
        }
        let Some(connection) = shown.connection.clone() else {
            return;
        };
        if !std::mem::replace(&mut shown.heard, true) {
            match heard(&connection).await {
                Ok(signals) => drop(tokio::spawn(self.clone().hear(signals))),
                Err(error) => tracing::debug!(%error, "presses are not heard"),
            }
        }
        let before = self.there.borrow().number;
        let there = match words {
            Some(words) => match notify(&connection, before, &words).await {
                Ok(there) => there,
                Err(error) => {
                    tracing::debug!(%error, "the desktop was not told");
                    *shown = Shown::default();
                    // With it ends whoever listens to it.
                    let _ = connection.close().await;
                    There::default()
                }
            },
            None => {
                // It may have been taken away already, which is no error.
                if let Err(error) = close(&connection, before).await {
                    tracing::debug!(%error, "there was nothing to take back");
                }
                There::default()
            }
        };
        self.there.send_replace(there);
    }

    /// Tells of presses until the connection ends.
    async fn hear(self, mut signals: MessageStream) {
        while let Some(Ok(signal)) = signals.next().await {
            let Ok((number, action)) = signal.body().deserialize::<(u32, String)>() else {
                continue;
            };
            let sender = signal.header().sender().map(ToString::to_string);
            let ours = {
                let there = self.there.borrow();
                number > 0 && number == there.number && sender == there.service
            };
            if ours && action == PRESS {
                self.pressed.send_modify(|times| *times += 1);
            }
        }
    }
}

/// The signals by which the service says what was pressed.
async fn heard(connection: &Connection) -> zbus::Result<MessageStream> {
    let rule = MatchRule::builder()
        .msg_type(message::Type::Signal)
        .path(PLACE)?
        .interface(SERVICE)?
        .member("ActionInvoked")?
        .build();
    MessageStream::for_match_rule(rule, connection, Some(WAITING)).await
}

async fn notify(connection: &Connection, before: u32, words: &str) -> zbus::Result<There> {
    let hints = HashMap::from([
        ("category", Value::from("im.received")),
        ("desktop-entry", Value::from("undertone-desktop")),
    ]);
    // The summary is plain text, where the body could be read as markup.
    let arguments = (
        "Undertone",
        before,
        "undertone",
        words,
        "",
        // The name of the press is not shown by any service that is known to us.
        vec![PRESS, "Undertone"],
        hints,
        -1_i32,
    );
    let answer = connection
        .call_method(Some(SERVICE), PLACE, Some(SERVICE), "Notify", &arguments)
        .await?;
    Ok(There {
        number: answer.body().deserialize()?,
        service: answer.header().sender().map(ToString::to_string),
    })
}

async fn close(connection: &Connection, number: u32) -> zbus::Result<()> {
    if number > 0 {
        let arguments = (number,);
        connection
            .call_method(
                Some(SERVICE),
                PLACE,
                Some(SERVICE),
                "CloseNotification",
                &arguments,
            )
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A service that remembers what it was told and numbers what it shows, from 7 on.
    struct Service(std::sync::mpsc::Sender<String>, u32);

    #[zbus::interface(name = "org.freedesktop.Notifications")]
    impl Service {
        #[allow(clippy::too_many_arguments)]
        fn notify(
            &mut self,
            _program: String,
            replaces: u32,
            _icon: String,
            summary: String,
            body: String,
            actions: Vec<String>,
            _hints: HashMap<String, zbus::zvariant::OwnedValue>,
            _expires: i32,
        ) -> u32 {
            assert_eq!(actions.first().map(String::as_str), Some(PRESS));
            let _ = self.0.send(format!("{replaces}:{summary}:{body}"));
            if replaces == 0 {
                self.1 += 1;
            }
            self.1
        }

        fn close_notification(&self, number: u32) {
            let _ = self.0.send(format!("close {number}"));
        }
    }

    #[tokio::test]
    async fn one_notification_is_shown_replaced_and_taken_back() {
        let (sender, told) = std::sync::mpsc::channel();
        let (_server, client) = crate::session::stand_in(PLACE, Service(sender, 6)).await;
        let announcer = Announcer::over(client);
        announcer.show(Some("New message".to_owned())).await;
        announcer.show(Some("2 new <b>".to_owned())).await;
        announcer.show(None).await;
        announcer.show(None).await;
        let told: Vec<String> = told.try_iter().collect();
        assert_eq!(told, ["0:New message:", "7:2 new <b>:", "close 7"]);
    }

    #[tokio::test]
    async fn a_press_on_what_is_shown_is_heard_and_nothing_else() {
        let (sender, _told) = std::sync::mpsc::channel();
        let (server, client) = crate::session::stand_in(PLACE, Service(sender, 6)).await;
        let announcer = Announcer::over(client);
        let mut presses = std::pin::pin!(announcer.presses());
        let press = async |member: &str, number: u32, action: &str| {
            let none = None::<zbus::names::BusName<'_>>;
            let body = (number, action);
            let sent = server.emit_signal(none, PLACE, SERVICE, member, &body);
            sent.await.unwrap();
        };
        announcer.show(Some("New message".to_owned())).await;
        press("ActionInvoked", 8, PRESS).await;
        press("ActionInvoked", 7, "another").await;
        press("NotificationClosed", 7, PRESS).await;
        press("ActionInvoked", 7, PRESS).await;
        presses.next().await.unwrap();
        assert_eq!(*announcer.pressed.borrow(), 1, "they are heard in order");
        // What was taken back is not pressed any more.
        announcer.show(None).await;
        press("ActionInvoked", 7, PRESS).await;
        press("ActionInvoked", 0, PRESS).await;
        announcer.show(Some("New message".to_owned())).await;
        press("ActionInvoked", 8, PRESS).await;
        presses.next().await.unwrap();
        assert_eq!(*announcer.pressed.borrow(), 2);
    }

    #[tokio::test]
    async fn where_there_is_no_service_nothing_happens() {
        let nowhere = Announcer {
            address: Some("unix:path=/nonexistent/bus".to_owned()),
            ..Announcer::default()
        };
        nowhere.show(Some("x".to_owned())).await;
        Announcer::default().show(Some("x".to_owned())).await;
    }
}
