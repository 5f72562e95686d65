//! The real program with a tray: a bus of its own, a tray that this test plays, an X server without a screen. Closing the
//! window and its icon are what only the whole program shows. Left out with a printed reason where a tool is missing,
//! unless `CI` is set.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use futures::StreamExt as _;
use tokio::sync::mpsc;
use tokio::time::timeout;
use zbus::zvariant::{OwnedValue, Value};
use zbus::{Connection, fdo::DBusProxy};

use crate::display::{Display, Process, missing};

/// Longer than anything takes on a busy computer.
const DEADLINE: Duration = Duration::from_secs(60);
/// The tray, as the StatusNotifierItem specification has it.
const WATCHER: &str = "org.kde.StatusNotifierWatcher";
/// Where it is found.
const PLACE: &str = "/StatusNotifierWatcher";
/// Where the menu of an icon is found.
const MENU: &str = "/MenuBar";

/// A tray that tells who comes.
struct Watcher(mpsc::UnboundedSender<String>);

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: String) {
        let _ = self.0.send(service);
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }
}

/// A bus without configuration of the system's.
fn bus() -> (Process, String) {
    let mut bus = Command::new("dbus-daemon")
        .args(["--session", "--nofork", "--print-address=1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a bus");
    let output = bus.stdout.take().expect("its output");
    let mut address = String::new();
    BufReader::new(output)
        .read_line(&mut address)
        .expect("its address");
    (Process(bus), address.trim().to_owned())
}

/// The labels of the menu, with their numbers.
async fn menu(connection: &Connection, item: &str) -> Vec<(i32, String)> {
    type Entry = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);
    let arguments = (0_i32, -1_i32, Vec::<&str>::new());
    let reply = connection
        .call_method(
            Some(item),
            MENU,
            Some("com.canonical.dbusmenu"),
            "GetLayout",
            &arguments,
        )
        .await
        .expect("the menu");
    let body = reply.body();
    let (_, (_, _, entries)): (u32, Entry) = body.deserialize().expect("a menu");
    let read = |entry: OwnedValue| -> Option<(i32, String)> {
        let Value::Structure(entry) = &*entry else {
            return None;
        };
        match entry.fields() {
            [Value::I32(number), Value::Dict(properties), _] => {
                let label: Option<String> = properties.get(&"label").ok()?;
                // Lines between entries have none.
                Some((*number, label?))
            }
            _ => None,
        }
    };
    entries.into_iter().filter_map(read).collect()
}

#[tokio::test]
async fn the_icon_of_the_tray_shows_what_can_be_done_and_ends_the_program() {
    if missing(&["Xvfb", "dbus-daemon"]) {
        return;
    }
    let home = tempfile::tempdir().expect("a directory");
    let display = Display::start();
    let (_bus, address) = bus();
    let (sender, mut registered) = mpsc::unbounded_channel();
    let connection = zbus::connection::Builder::address(address.as_str())
        .expect("an address")
        .name(WATCHER)
        .expect("a name")
        .serve_at(PLACE, Watcher(sender))
        .expect("a place")
        .build()
        .await
        .expect("a connection");
    let program = Command::new(env!("CARGO_BIN_EXE_undertone-desktop"))
        .arg("--home")
        .arg(home.path().join("home"))
        .args(["--language", "en"])
        .env("DISPLAY", display.name())
        .env("DBUS_SESSION_BUS_ADDRESS", &address)
        .env_remove("WAYLAND_DISPLAY")
        .spawn()
        .expect("the program");
    let _program = Process(program);
    let item = timeout(DEADLINE, registered.recv())
        .await
        .expect("an icon in time")
        .expect("an icon");
    let bus = DBusProxy::new(&connection).await.expect("the bus");
    let mut owners = bus
        .receive_name_owner_changed()
        .await
        .expect("news of names");
    // Words come a moment after the icon.
    let entries = timeout(DEADLINE, async {
        loop {
            let entries = menu(&connection, &item).await;
            let named = |(_, label): &(i32, String)| !label.is_empty();
            if !entries.is_empty() && entries.iter().all(named) {
                return entries;
            }
            tokio::task::yield_now().await;
        }
    });
    let entries = entries.await.expect("words in time");
    let labels: Vec<&str> = entries.iter().map(|(_, label)| label.as_str()).collect();
    // Nothing is unlocked that could be locked.
    assert_eq!(labels, ["Show", "Quit"]);
    let (quit, _) = entries.last().expect("an entry");
    let arguments = (*quit, "clicked", Value::from(0_i32), 0_u32);
    connection
        .call_method(
            Some(item.as_str()),
            MENU,
            Some("com.canonical.dbusmenu"),
            "Event",
            &arguments,
        )
        .await
        .expect("a click");
    let ended = timeout(DEADLINE, async {
        while let Some(change) = owners.next().await {
            let change = change.args().expect("a change");
            if change.name().as_str() == item && change.new_owner().is_none() {
                return;
            }
        }
    });
    ended.await.expect("the end of the program");
}
