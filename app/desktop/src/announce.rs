//! Tells the desktop that something came: one notification at a time, replaced when there is more and taken
//! back when it was seen or the profile is locked. It never holds a word of a message, and a name only
//! where that was chosen.
//!
//! It speaks to the notification service of the [`session`](crate::session). Where there is no such service nothing
//! happens.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use zbus::Connection;
use zbus::zvariant::Value;

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

/// Where notifications go. Clones share one notification.
#[derive(Clone, Default)]
pub struct Announcer {
    address: Option<String>,
    /// The number of the latest wish: an older one that comes late is left aside.
    wishes: Arc<AtomicU64>,
    shown: Arc<Mutex<Shown>>,
}

/// What is on the screen.
#[derive(Default)]
struct Shown {
    connection: Option<Connection>,
    /// The service's number for the notification; 0: none.
    number: u32,
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
            number: 0,
        };
        Self {
            shown: Arc::new(Mutex::new(shown)),
            ..Self::default()
        }
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
        let told = match words {
            Some(words) => notify(&connection, shown.number, &words).await,
            None => close(&connection, shown.number).await,
        };
        match told {
            Ok(number) => shown.number = number,
            Err(error) => {
                tracing::debug!(%error, "the desktop was not told");
                *shown = Shown::default();
            }
        }
    }
}

async fn notify(connection: &Connection, before: u32, words: &str) -> zbus::Result<u32> {
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
        Vec::<&str>::new(),
        hints,
        -1_i32,
    );
    let answer = connection
        .call_method(Some(SERVICE), PLACE, Some(SERVICE), "Notify", &arguments)
        .await?;
    answer.body().deserialize()
}

async fn close(connection: &Connection, number: u32) -> zbus::Result<u32> {
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
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A service that remembers what it was told.
    struct Service(std::sync::mpsc::Sender<String>);

    #[zbus::interface(name = "org.freedesktop.Notifications")]
    impl Service {
        #[allow(clippy::too_many_arguments)]
        fn notify(
            &self,
            _program: String,
            replaces: u32,
            _icon: String,
            summary: String,
            body: String,
            _actions: Vec<String>,
            _hints: HashMap<String, zbus::zvariant::OwnedValue>,
            _expires: i32,
        ) -> u32 {
            let _ = self.0.send(format!("{replaces}:{summary}:{body}"));
            7
        }

        fn close_notification(&self, number: u32) {
            let _ = self.0.send(format!("close {number}"));
        }
    }

    #[tokio::test]
    async fn one_notification_is_shown_replaced_and_taken_back() {
        let (sender, told) = std::sync::mpsc::channel();
        let (_server, client) = crate::session::stand_in(PLACE, Service(sender)).await;
        let announcer = Announcer::over(client);
        announcer.show(Some("New message".to_owned())).await;
        announcer.show(Some("2 new <b>".to_owned())).await;
        announcer.show(None).await;
        announcer.show(None).await;
        let told: Vec<String> = told.try_iter().collect();
        assert_eq!(told, ["0:New message:", "7:2 new <b>:", "close 7"]);
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
