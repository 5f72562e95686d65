//! The control socket as a bot in another language uses it, and as it is misused.

use serde_json::{Value, json};

use super::bench::{Bench, assert_code};

#[test]
fn requests_are_answered_in_turn_under_their_numbers() {
    let bench = Bench::with_profile();
    let _running = bench.start(&[]);
    let mut talk = bench.connect();
    // Several at once.
    talk.write(
        "{\"command\":\"profile\",\"request\":1}\n{\"request\":2,\"command\":\"contacts\"}\n",
    )
    .unwrap();
    let profile = talk.read().unwrap();
    assert_eq!(
        (&profile["request"], &profile["reply"]),
        (&json!(1), &json!("profile"))
    );
    assert_eq!(
        talk.read().unwrap(),
        json!({"request": 2, "reply": "contacts", "contacts": []})
    );

    let nobody = "00".repeat(16);
    let refused =
        talk.ask(json!({"command": "send", "contact": nobody, "text": "x", "reply_to": null}));
    assert_eq!(refused["error"], "no_such_contact");
    assert_eq!(refused["message"], "there is no such contact");
}

#[test]
fn events_come_after_they_were_asked_for() {
    let other = Bench::with_profile();
    let running = other.start(&[]);
    let invitation = other
        .connect()
        .ask(json!({"command": "invite", "one_time": false}));
    drop(running);

    let bench = Bench::with_profile();
    let _running = bench.start(&[]);
    let mut listeners = [bench.connect(), bench.connect()];
    for listener in &mut listeners {
        assert_eq!(
            listener.ask(json!({"command": "events", "request": 5})),
            json!({"request": 5, "reply": "done"})
        );
    }
    let added = bench.connect().ask(json!({
        "command": "add_contact", "invitation": invitation["text"], "greeting": "", "pet_name": "Bob"
    }));
    assert_eq!(
        (&added["reply"], &added["stage"]),
        (&json!("contact"), &json!("requested")),
        "{added}"
    );
    for listener in &mut listeners {
        let event = std::iter::from_fn(|| listener.read())
            .find(|event| event["event"] == "contact_changed");
        assert_eq!(event.unwrap()["contact"]["id"], added["id"]);
    }
    assert!(
        bench.connect().ask(json!({"command": "contacts"}))["contacts"][0]["pet_name"] == "Bob"
    );
}

#[test]
fn misuse_is_answered_and_harms_nobody() {
    let bench = Bench::with_profile();
    let _running = bench.start(&[]);
    let mut talk = bench.connect();
    for wrong in [
        "",
        "hello",
        "[1]",
        "{\"command\":\"fly\"}",
        "{\"command\":7}",
        "\u{0}\u{ff}",
        "{\"command\":\"send\"}",
    ] {
        talk.write(&format!("{wrong}\n")).unwrap();
        assert_eq!(talk.read().unwrap()["error"], "malformed", "{wrong}");
    }
    let deep = format!("{{\"command\":\"profile\",\"x\":{}\n", "[".repeat(300_000));
    talk.write(&deep).unwrap();
    assert_eq!(talk.read().unwrap()["error"], "malformed");

    // A line without an end is cut off.
    let mut endless = bench.connect();
    let mut cut = false;
    for _ in 0..64 {
        cut |= endless.write(&"x".repeat(16 * 1024)).is_err();
    }
    if !cut {
        assert_eq!(
            endless.read().map(|answer| answer["error"].clone()),
            Some(json!("line_too_long"))
        );
    }

    // Too many connections wait; once others end, they are served.
    let mut crowd: Vec<_> = (0..100).map(|_| bench.connect()).collect();
    let mut last = crowd.pop().unwrap();
    last.write("{\"command\":\"profile\"}\n").unwrap();
    drop(crowd);
    assert_eq!(last.read().unwrap()["reply"], "profile");

    assert_eq!(talk.ask(json!({"command": "profile"}))["reply"], "profile");
    assert_code(&bench.run(&["status"]), 0);
}

#[test]
fn stop_is_answered_before_the_end() {
    let bench = Bench::with_profile();
    let running = bench.start(&[]);
    let mut listener = bench.connect();
    let mut talk = bench.connect();
    assert_eq!(
        talk.ask(json!({"command": "stop", "request": 9})),
        json!({"request": 9, "reply": "done"})
    );
    assert_eq!(talk.read(), None::<Value>);
    assert_eq!(listener.read(), None::<Value>);
    assert_eq!(running.ended().0.code(), Some(0));
}
