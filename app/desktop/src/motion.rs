//! Whether the system wants that nothing moves: the settings portal of the session says so, by the key that is standard
//! and by GNOME's own, which is older. Where no portal answers, the choice in the settings alone counts.

use futures::channel::mpsc::Sender;
use futures::{SinkExt as _, Stream, StreamExt as _};
use iced::stream;
use zbus::message::Type;
use zbus::zvariant::{OwnedValue, Value};
use zbus::{Connection, MatchRule, MessageStream};

use crate::session;

/// The portals, see the XDG Desktop Portal's documentation.
const SERVICE: &str = "org.freedesktop.portal.Desktop";
/// Where they are found.
const PLACE: &str = "/org/freedesktop/portal/desktop";
/// The one that tells settings.
const SETTINGS: &str = "org.freedesktop.portal.Settings";
/// The standard key: 1 means that nothing shall move.
const STANDARD: (&str, &str) = ("org.freedesktop.appearance", "reduced-motion");
/// GNOME's own: false means the same.
const GNOME: (&str, &str) = ("org.gnome.desktop.interface", "enable-animations");
/// Changes that may wait to be heard.
const WAITING: usize = 16;

/// Tells how it is, and each change. It ends at once where no portal answers.
pub fn listen() -> impl Stream<Item = bool> {
    stream::channel(4, async |mut out: Sender<bool>| {
        let Some(address) = session::address() else {
            return;
        };
        let Some(connection) = session::connect(&address).await else {
            return;
        };
        if let Err(error) = tell(&connection, &mut out).await {
            tracing::debug!(%error, "the system's settings are not known");
        }
    })
}

/// Tells until nobody wants to hear it any more.
async fn tell(connection: &Connection, out: &mut Sender<bool>) -> zbus::Result<()> {
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .interface(SETTINGS)?
        .member("SettingChanged")?
        .build();
    // Heard before it is asked: no change is missed.
    let mut changes = MessageStream::for_match_rule(rule, connection, Some(WAITING)).await?;
    let mut still = read(connection).await;
    if out.send(still).await.is_err() {
        return Ok(());
    }
    while let Some(change) = changes.next().await {
        let change = change?;
        let body = change.body();
        let Ok((group, key, _)) = body.deserialize::<(String, String, OwnedValue)>() else {
            continue;
        };
        if ![STANDARD, GNOME].contains(&(group.as_str(), key.as_str())) {
            continue;
        }
        // Both count, so both are asked.
        let now = read(connection).await;
        if now != still {
            still = now;
            if out.send(still).await.is_err() {
                break;
            }
        }
    }
    Ok(())
}

/// What the portal says now. A key that it does not know wants nothing.
async fn read(connection: &Connection) -> bool {
    let standard = one(connection, STANDARD).await;
    let gnome = one(connection, GNOME).await;
    standard.is_some_and(|value| matches!(plain(&value), Value::U32(1)))
        || gnome.is_some_and(|value| matches!(plain(&value), Value::Bool(false)))
}

async fn one(connection: &Connection, key: (&'static str, &'static str)) -> Option<OwnedValue> {
    // The second is what older portals have instead.
    for method in ["ReadOne", "Read"] {
        let reply = connection
            .call_method(Some(SERVICE), PLACE, Some(SETTINGS), method, &key)
            .await;
        if let Ok(reply) = reply
            && let Ok(value) = reply.body().deserialize()
        {
            return Some(value);
        }
    }
    None
}

/// The value itself: older portals wrap it once more.
fn plain<'a>(value: &'a Value<'a>) -> &'a Value<'a> {
    match value {
        Value::Value(inner) => plain(inner),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::session::stand_in;
    use futures::channel::mpsc;
    use zbus::object_server::SignalEmitter;

    type Settings = std::sync::Arc<Mutex<Vec<((String, String), Value<'static>)>>>;

    /// A portal of version 2.
    struct Portal(Settings);
    /// One of version 1.
    struct Older(Settings);

    fn answer(settings: &Settings, group: &str, key: &str) -> zbus::fdo::Result<OwnedValue> {
        let settings = settings.lock().unwrap();
        let found = settings.iter().find(|(at, _)| at.0 == group && at.1 == key);
        match found {
            Some((_, value)) => Ok(value.try_clone().unwrap().try_into().unwrap()),
            None => Err(zbus::fdo::Error::Failed("not found".to_owned())),
        }
    }

    #[zbus::interface(name = "org.freedesktop.portal.Settings")]
    impl Portal {
        fn read_one(&self, group: &str, key: &str) -> zbus::fdo::Result<OwnedValue> {
            answer(&self.0, group, key)
        }
    }

    #[zbus::interface(name = "org.freedesktop.portal.Settings")]
    impl Older {
        fn read(&self, group: &str, key: &str) -> zbus::fdo::Result<OwnedValue> {
            let value = Value::from(answer(&self.0, group, key)?);
            Ok(Value::Value(Box::new(value)).try_into().unwrap())
        }
    }

    fn key(
        (group, key): (&str, &str),
        value: Value<'static>,
    ) -> ((String, String), Value<'static>) {
        ((group.to_owned(), key.to_owned()), value)
    }

    async fn change(server: &Connection, (group, key): (&str, &str), value: Value<'static>) {
        let emitter = SignalEmitter::new(server, PLACE).unwrap();
        let body = (group, key, value);
        emitter
            .emit(SETTINGS, "SettingChanged", &body)
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn what_the_portal_says_is_heard_and_so_is_each_change() {
        let settings = Settings::default();
        let (server, client) = stand_in(PLACE, Portal(settings.clone())).await;
        let (mut sender, mut heard) = mpsc::channel(4);
        let telling = tokio::spawn(async move { tell(&client, &mut sender).await });
        assert_eq!(heard.next().await, Some(false), "neither key is known");
        let of = |value| vec![key(STANDARD, Value::U32(value))];
        *settings.lock().unwrap() = of(1);
        change(
            &server,
            ("org.freedesktop.appearance", "contrast"),
            Value::U32(1),
        )
        .await;
        change(&server, STANDARD, Value::U32(1)).await;
        assert_eq!(heard.next().await, Some(true));
        *settings.lock().unwrap() = of(7);
        change(&server, STANDARD, Value::U32(7)).await;
        assert_eq!(heard.next().await, Some(false), "not a value that is known");
        drop(heard);
        *settings.lock().unwrap() = vec![key(GNOME, Value::Bool(false))];
        change(&server, GNOME, Value::Bool(false)).await;
        assert!(telling.await.unwrap().is_ok(), "ends when nobody listens");
    }

    #[tokio::test]
    async fn an_older_portal_is_understood() {
        for (found, still) in [
            (vec![key(GNOME, Value::Bool(false))], true),
            (vec![key(GNOME, Value::Bool(true))], false),
            (vec![key(STANDARD, Value::U32(1))], true),
            (vec![key(GNOME, Value::Str("false".into()))], false),
        ] {
            let settings = Settings::default();
            *settings.lock().unwrap() = found;
            let (_server, client) = stand_in(PLACE, Older(settings)).await;
            assert_eq!(read(&client).await, still);
        }
    }
}
