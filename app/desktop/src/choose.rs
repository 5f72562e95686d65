//! Choosing a file in a dialog of the desktop: by the file chooser portal of the session, over its bus, so that no toolkit
//! of the desktop is in this process. The portal shows the dialog and hands the name back. Where no portal answers, the
//! caller lets the name be typed. A question that is dropped takes its dialog off the screen: the portal sees that who
//! asked is gone.

use std::collections::HashMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use futures::StreamExt as _;
use percent_encoding::percent_decode_str;
use zbus::message::Type;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};
use zbus::{Connection, MatchRule, MessageStream};

use crate::session;

/// The portals, see the XDG Desktop Portal's documentation.
const SERVICE: &str = "org.freedesktop.portal.Desktop";
/// Where they are found.
const PLACE: &str = "/org/freedesktop/portal/desktop";
/// The one that shows dialogs for files.
const CHOOSER: &str = "org.freedesktop.portal.FileChooser";
/// What says how a question ended.
const REQUEST: &str = "org.freedesktop.portal.Request";
/// Answers that may wait to be read: those of other dialogs of this connection, of which there are none.
const WAITING: usize = 8;

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// A picture of a QR code.
    Code,
    /// A picture of the owner.
    Picture,
    /// An export that is there.
    Import,
    /// The name of a new export.
    Export,
}

impl Wish {
    /// The sentence above the dialog.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Code => "picture-title",
            Self::Picture => "picture-own",
            Self::Import => "import-title",
            Self::Export => "export-title",
        }
    }

    const fn is_new(self) -> bool {
        matches!(self, Self::Export)
    }

    /// Names that are offered first.
    const fn patterns(self) -> &'static [&'static str] {
        match self {
            Self::Code => &["*.png", "*.PNG", "*.jpg", "*.JPG", "*.jpeg", "*.JPEG"],
            Self::Picture => &[
                "*.png", "*.PNG", "*.jpg", "*.JPG", "*.jpeg", "*.JPEG", "*.webp", "*.WEBP",
            ],
            Self::Import | Self::Export => &[],
        }
    }
}

/// The desktop has no dialog for files, or it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no dialog for files answers")]
pub struct NoDialog;

/// What was chosen; `None`: nothing.
pub type Chosen = Result<Option<PathBuf>, NoDialog>;

/// Where dialogs come from.
#[derive(Clone, Debug, Default)]
pub struct Chooser {
    address: Option<Arc<str>>,
}

impl Chooser {
    /// Those of this session.
    #[must_use]
    pub fn session() -> Self {
        Self {
            address: session::address().map(Into::into),
        }
    }

    /// Asks for a file, with a sentence above the dialog. It takes as long as somebody looks around.
    ///
    /// # Errors
    /// See [`NoDialog`].
    pub async fn ask(self, wish: Wish, title: String) -> Chosen {
        let address = self.address.ok_or(NoDialog)?;
        // One for each question: with it the dialog goes away.
        let connection = session::connect(&address).await.ok_or(NoDialog)?;
        over(&connection, wish, &title).await
    }
}

async fn over(connection: &Connection, wish: Wish, title: &str) -> Chosen {
    asked(connection, wish, title).await.map_err(|error| {
        tracing::debug!(%error, "no file was chosen by a dialog");
        NoDialog
    })
}

async fn asked(connection: &Connection, wish: Wish, title: &str) -> zbus::Result<Option<PathBuf>> {
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .interface(REQUEST)?
        .member("Response")?
        .build();
    // Heard before it is asked for: nothing answers too soon.
    let mut answers = MessageStream::for_match_rule(rule, connection, Some(WAITING)).await?;
    let mut options = HashMap::from([("modal", Value::from(true))]);
    if wish.is_new() {
        options.insert("current_name", Value::from("undertone.export"));
    }
    if !wish.patterns().is_empty() {
        // Zero: names are compared with a pattern.
        let patterns = wish.patterns().iter().map(|pattern| (0_u32, *pattern));
        let filter = (title, patterns.collect::<Vec<_>>());
        options.insert("filters", Value::from(vec![filter]));
    }
    let method = if wish.is_new() {
        "SaveFile"
    } else {
        "OpenFile"
    };
    let arguments = ("", title, options);
    let reply = connection
        .call_method(Some(SERVICE), PLACE, Some(CHOOSER), method, &arguments)
        .await?;
    let request: OwnedObjectPath = reply.body().deserialize()?;
    while let Some(answer) = answers.next().await {
        let answer = answer?;
        if answer.header().path() != Some(&request) {
            continue;
        }
        let body = answer.body();
        let (code, mut results): (u32, HashMap<String, OwnedValue>) = body.deserialize()?;
        // One: cancelled. Two: ended otherwise.
        if code != 0 {
            return Ok(None);
        }
        let uris: Vec<String> = match results.remove("uris") {
            Some(uris) => uris.try_into()?,
            None => Vec::new(),
        };
        return Ok(uris.first().and_then(|uri| path(uri)));
    }
    Err(zbus::Error::InterfaceNotFound)
}

/// The path of a file of this computer.
fn path(uri: &str) -> Option<PathBuf> {
    let path = uri.strip_prefix("file://")?;
    if !path.starts_with('/') {
        return None;
    }
    let bytes: Vec<u8> = percent_decode_str(path).collect();
    (!bytes.contains(&0)).then(|| OsString::from_vec(bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use zbus::object_server::SignalEmitter;

    const HANDLE: &str = "/org/freedesktop/portal/desktop/request/1_1/x";

    /// A portal that answers at once.
    struct Portal {
        code: u32,
        uri: &'static str,
        asked: std::sync::mpsc::Sender<String>,
    }

    impl Portal {
        async fn answer(
            &self,
            connection: &Connection,
            method: &str,
            title: &str,
        ) -> OwnedObjectPath {
            let _ = self.asked.send(format!("{method}: {title}"));
            let results = HashMap::from([("uris", Value::from(vec![self.uri]))]);
            for handle in ["/org/freedesktop/portal/desktop/request/1_1/other", HANDLE] {
                let code = if handle == HANDLE { self.code } else { 9 };
                let emitter = SignalEmitter::new(connection, handle).unwrap();
                emitter
                    .emit(REQUEST, "Response", &(code, &results))
                    .await
                    .unwrap();
            }
            OwnedObjectPath::try_from(HANDLE).unwrap()
        }
    }

    #[zbus::interface(name = "org.freedesktop.portal.FileChooser")]
    impl Portal {
        async fn open_file(
            &self,
            _parent: String,
            title: String,
            _options: HashMap<String, OwnedValue>,
            #[zbus(connection)] connection: &Connection,
        ) -> OwnedObjectPath {
            self.answer(connection, "open", &title).await
        }

        async fn save_file(
            &self,
            _parent: String,
            title: String,
            options: HashMap<String, OwnedValue>,
            #[zbus(connection)] connection: &Connection,
        ) -> OwnedObjectPath {
            assert!(options.contains_key("current_name"));
            self.answer(connection, "save", &title).await
        }
    }

    async fn choose(code: u32, uri: &'static str, wish: Wish) -> (Chosen, String) {
        let (asked, told) = std::sync::mpsc::channel();
        let portal = Portal { code, uri, asked };
        let (_server, client) = crate::session::stand_in(PLACE, portal).await;
        let chosen = over(&client, wish, "A title").await;
        (chosen, told.try_iter().collect())
    }

    #[tokio::test]
    async fn what_the_portal_says_is_chosen() {
        let (chosen, asked) = choose(0, "file:///home/ann/my%20code.png", Wish::Code).await;
        assert_eq!(chosen, Ok(Some("/home/ann/my code.png".into())));
        assert_eq!(asked, "open: A title");
        let (chosen, asked) = choose(0, "file:///media/x.export", Wish::Export).await;
        assert_eq!(chosen, Ok(Some("/media/x.export".into())));
        assert_eq!(asked, "save: A title");
        let (chosen, _) = choose(1, "file:///home/x", Wish::Import).await;
        assert_eq!(chosen, Ok(None), "cancelled");
    }

    #[test]
    fn only_files_of_this_computer_are_taken() {
        for other in [
            "http://example.org/x",
            "file://example.org/x",
            "/etc/passwd",
            "file:///a%00b",
        ] {
            assert_eq!(path(other), None, "{other}");
        }
        let bytes = path("file:///%ff").map(PathBuf::into_os_string);
        assert_eq!(bytes.map(|path| path.into_vec()), Some(b"/\xff".to_vec()));
    }

    #[tokio::test]
    async fn where_there_is_no_portal_it_is_said() {
        let nobody = Chooser::default().ask(Wish::Code, String::new()).await;
        assert_eq!(nobody, Err(NoDialog));
        let nowhere = Chooser {
            address: Some("unix:path=/nonexistent/bus".into()),
        };
        assert_eq!(nowhere.ask(Wish::Code, String::new()).await, Err(NoDialog));
    }
}
