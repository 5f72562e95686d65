//! People as the application sees them: notes to oneself, who can ask, who shares a door, who sees the profile, pictures;
//! over restarts.

use std::io::Cursor;
use std::time::Duration;

use data_encoding::BASE64;
use undertone_engine::{
    CircleView, Command, CommandError, ContactId, Delivery, Event, PictureView, Reason, Reply,
    Stage, picture,
};

use crate::place::{Person, Place, befriend};

pub(crate) async fn done(person: &Person, command: Command) {
    assert_eq!(person.run(command).await, Reply::Done);
}

async fn circles(person: &Person) -> Vec<CircleView> {
    match person.run(Command::Circles).await {
        Reply::Circles { circles } => circles,
        other => panic!("{other:?}"),
    }
}

async fn picture_of(person: &Person, contact: Option<ContactId>) -> Option<PictureView> {
    match person.run(Command::Picture { contact }).await {
        Reply::Picture { picture } => picture,
        other => panic!("{other:?}"),
    }
}

async fn profile(person: &Person) -> undertone_engine::ProfileView {
    match person.run(Command::Profile).await {
        Reply::Profile(profile) => profile,
        other => panic!("{other:?}"),
    }
}

/// Waits until a contact is shown as wanted.
async fn hear_contact(
    person: &mut Person,
    id: ContactId,
    wanted: impl Fn(&undertone_engine::ContactView) -> bool,
) {
    // An event may tell of what is over by now.
    while !wanted(&person.contact(id).await) {
        person
            .hear(|event| match event {
                Event::ContactChanged { contact } => (contact.id == id).then_some(()),
                _ => None,
            })
            .await;
    }
}

/// Waits until a contact has received everything, also what has no line of its own.
async fn all_received(person: &Person, contact: ContactId) {
    for _ in 0..7_200 {
        if person.contact(contact).await.waiting == 0 {
            return;
        }
        // Virtual: everything else that can happen in this second happens first.
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    panic!("not everything was acknowledged within two hours");
}

async fn notes(person: &Person) -> ContactId {
    match person.run(Command::Notes).await {
        Reply::Contact(contact) => {
            assert_eq!(contact.stage, Stage::Myself);
            contact.id
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn notes_to_oneself_are_a_conversation_like_any_other() {
    let place = Place::new(61);
    let mut amal = place.create("Amal").await;
    let me = notes(&amal).await;
    let first = amal.send(me, "buy oat milk").await;
    assert_eq!(first.delivery, Delivery::Received);
    let second = amal.send(me, "call Noor").await;
    let edit = Command::Edit {
        contact: me,
        message: second.number,
        text: "call Noor tomorrow".to_owned(),
    };
    done(&amal, edit).await;
    let pin = Command::Pin {
        contact: me,
        message: first.number,
        pinned: true,
    };
    done(&amal, pin).await;
    for for_both in [false, true] {
        let passing = amal.send(me, "passing").await;
        let delete = Command::Delete {
            contact: me,
            message: passing.number,
            for_both,
        };
        done(&amal, delete).await;
        let removed = Event::MessageRemoved {
            contact: me,
            message: passing.number,
        };
        amal.hear(|event| (event == removed).then_some(())).await;
    }
    amal.engine.shutdown().await;
    let amal = place.start("Amal").await;
    assert_eq!(notes(&amal).await, me);
    let texts: Vec<_> = amal.history(me).await.into_iter().map(|m| m.text).collect();
    let texts: Vec<_> = texts.iter().flatten().map(String::as_str).collect();
    assert_eq!(texts, ["buy oat milk", "call Noor tomorrow"]);
    let search = Command::Search {
        query: "oat".to_owned(),
        contact: Some(me),
        from: None,
        to: None,
        before: None,
        limit: 10,
    };
    let Reply::Found { hits, .. } = amal.run(search).await else {
        panic!("nothing found");
    };
    assert_eq!(hits.len(), 1);
    let view = amal.contact(me).await;
    assert_eq!(
        (view.nickname.as_str(), view.reason, view.waiting),
        ("Amal", None, 0)
    );
    let Reply::Conversations { conversations } = amal.run(Command::Conversations).await else {
        panic!("no conversations");
    };
    assert_eq!(conversations[0].pinned_messages, [first.number]);
    assert_eq!(conversations[0].unread, 0);
    let wrong = amal.engine.run(Command::Block { contact: me }).await;
    assert_eq!(wrong, Err(CommandError::WrongStage(Stage::Myself)));
    done(&amal, Command::Clear { contact: me }).await;
    assert!(amal.history(me).await.is_empty());
    assert_eq!(profile(&amal).await.doors, 0, "nobody can reach it");
}

#[tokio::test(start_paused = true)]
async fn strangers_are_kept_off_and_the_invitation_works_later() {
    let place = Place::new(62);
    let (amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let invitation = amal.invite().await;
    done(&amal, Command::SetRequests { open: false }).await;
    assert!(!profile(&amal).await.takes_requests);
    let Reply::Invitations { invitations } = amal.run(Command::Invitations).await else {
        panic!("no invitations");
    };
    assert!(invitations[0].shut && !invitations[0].reachable);
    let add = Command::AddContact {
        invitation,
        pet_name: None,
        greeting: String::new(),
    };
    let Reply::Contact(asked) = noor.run(add).await else {
        panic!("no contact");
    };
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    let view = noor.contact(asked.id).await;
    assert_eq!(
        (view.stage, view.reason),
        (Stage::Requested, Some(Reason::Away))
    );
    assert!(amal.contacts().await.is_empty());
    amal.engine.shutdown().await;
    let mut amal = place.start("Amal").await;
    assert!(!profile(&amal).await.takes_requests, "after a restart");
    done(&amal, Command::SetRequests { open: true }).await;
    let request = |event| matches!(event, Event::RequestReceived { .. }).then_some(());
    amal.hear(request).await;
    let delivered = |event| matches!(event, Event::RequestDelivered { .. }).then_some(());
    noor.hear(delivered).await;
}

#[tokio::test(start_paused = true)]
async fn circles_are_shown_and_arranged_and_one_of_them_sees_nothing() {
    let place = Place::new(63);
    let mut amal = place.create("Amal").await;
    let (mut noor, mut sami) = (place.create("Noor").await, place.create("Sami").await);
    let (noor_id, amal_at_noor) = befriend(&mut amal, &mut noor).await;
    let (sami_id, amal_at_sami) = befriend(&mut amal, &mut sami).await;
    let shared = circles(&amal).await;
    assert_eq!(shared.len(), 1);
    assert_eq!(shared[0].contacts.len(), 2);
    let alone = Command::MoveToCircle {
        contact: noor_id,
        circle: None,
    };
    done(&amal, alone).await;
    let mut apart: Vec<_> = circles(&amal)
        .await
        .into_iter()
        .map(|c| c.contacts)
        .collect();
    apart.sort();
    let mut expected = [vec![noor_id], vec![sami_id]];
    expected.sort();
    assert_eq!(apart, expected);
    for circle in circles(&amal).await {
        done(
            &amal,
            Command::RenewCircle {
                circle: circle.circle,
            },
        )
        .await;
    }
    noor.send(amal_at_noor, "still here").await;
    sami.send(amal_at_sami, "me too").await;
    all_received(&noor, amal_at_noor).await;
    all_received(&sami, amal_at_sami).await;
    all_received(&amal, noor_id).await;
    assert_eq!(
        amal.engine.run(Command::RenewCircle { circle: 999 }).await,
        Err(CommandError::NoSuchCircle)
    );

    let invisible = |invisible| Command::SetInvisible {
        contact: noor_id,
        invisible,
    };
    done(&amal, invisible(true)).await;
    amal.send(noor_id, "later").await;
    noor.send(amal_at_noor, "where are you?").await;
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    let view = amal.contact(noor_id).await;
    assert!(view.invisible && !view.connected && view.waiting == 1);
    assert_eq!(
        (view.reason, view.next_try),
        (Some(Reason::Invisible), None)
    );
    assert_eq!(
        noor.contact(amal_at_noor).await.reason,
        Some(Reason::Away),
        "as if it did not run"
    );
    assert!(amal.contact(sami_id).await.connected);
    let closed: Vec<_> = circles(&amal)
        .await
        .into_iter()
        .filter(|c| c.closed)
        .collect();
    assert_eq!(closed.len(), 1);
    assert!(!closed[0].reachable && closed[0].contacts == [noor_id]);
    let moved = Command::MoveToCircle {
        contact: noor_id,
        circle: None,
    };
    assert_eq!(amal.engine.run(moved).await, Err(CommandError::Invisible));
    done(&amal, invisible(false)).await;
    amal.run(Command::Retry { contact: None }).await;
    all_received(&amal, noor_id).await;
    all_received(&noor, amal_at_noor).await;
    assert_eq!(amal.contact(noor_id).await.reason, None);
}

#[tokio::test(start_paused = true)]
async fn being_away_is_told_and_appearing_offline_is_the_reason_that_is_shown() {
    let place = Place::new(64);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (noor_id, amal_id) = befriend(&mut amal, &mut noor).await;
    done(&amal, Command::SetAway { away: true }).await;
    hear_contact(&mut noor, amal_id, |contact| {
        contact.away && contact.connected
    })
    .await;
    assert!(profile(&amal).await.away);
    done(&amal, Command::SetAway { away: false }).await;
    hear_contact(&mut noor, amal_id, |contact| !contact.away).await;
    done(&amal, Command::SetHidden { hidden: true }).await;
    hear_contact(&mut noor, amal_id, |contact| !contact.connected).await;
    let view = amal.contact(noor_id).await;
    assert_eq!((view.reason, view.next_try), (Some(Reason::Hidden), None));
    done(&amal, Command::SetHidden { hidden: false }).await;
    hear_contact(&mut amal, noor_id, |contact| contact.connected).await;
    assert_eq!(amal.contact(noor_id).await.reason, None);
}

/// A picture of one colour, as a file.
fn file(colour: [u8; 3]) -> Vec<u8> {
    let pixels = image::RgbImage::from_pixel(600, 400, image::Rgb(colour));
    let mut bytes = Cursor::new(Vec::new());
    pixels
        .write_to(&mut bytes, image::ImageFormat::Png)
        .expect("written");
    bytes.into_inner()
}

#[tokio::test(start_paused = true)]
async fn pictures_reach_those_who_are_there_later_and_new_and_only_the_last_of_them() {
    let place = Place::new(65);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (noor_id, amal_id) = befriend(&mut amal, &mut noor).await;
    let set = |colour: [u8; 3]| Command::SetPicture {
        picture: Some(BASE64.encode(&picture::shrink(&file(colour)).expect("a picture"))),
    };
    done(&amal, set([200, 0, 0])).await;
    hear_contact(&mut noor, amal_id, |contact| contact.picture.is_some()).await;
    let red = picture_of(&noor, Some(amal_id)).await.expect("told");
    let pixels = BASE64.decode(red.jpeg.as_bytes()).expect("base64");
    let pixels = image::load_from_memory(&pixels).expect("decodes").to_rgb8();
    assert_eq!(pixels.dimensions(), (128, 128));
    assert!(pixels.get_pixel(64, 64).0[0] > 180);
    noor.engine.shutdown().await;
    hear_contact(&mut amal, noor_id, |contact| !contact.connected).await;
    for colour in [[0, 200, 0], [0, 0, 200]] {
        done(&amal, set(colour)).await;
    }
    assert_eq!(
        amal.contact(noor_id).await.waiting,
        0,
        "nothing waits for who is not there"
    );
    amal.engine.shutdown().await;
    let mut amal = place.start("Amal").await;
    let mut noor = place.start("Noor").await;
    assert_eq!(
        picture_of(&noor, Some(amal_id)).await.as_ref(),
        Some(&red),
        "kept over a restart"
    );
    let old = red.name.clone();
    hear_contact(&mut noor, amal_id, |contact| {
        contact.picture.as_ref() != Some(&old)
    })
    .await;
    let blue = picture_of(&noor, Some(amal_id)).await.expect("told");
    let pixels = BASE64.decode(blue.jpeg.as_bytes()).expect("base64");
    let pixels = image::load_from_memory(&pixels).expect("decodes").to_rgb8();
    assert!(pixels.get_pixel(64, 64).0[2] > 180, "the last one");
    let mut sami = place.create("Sami").await;
    let (amal_at_sami, _) = befriend(&mut sami, &mut amal).await;
    hear_contact(&mut sami, amal_at_sami, |contact| contact.picture.is_some()).await;
    done(&amal, Command::SetPicture { picture: None }).await;
    assert_eq!(picture_of(&amal, None).await, None);
    for (person, amal) in [(&mut noor, amal_id), (&mut sami, amal_at_sami)] {
        hear_contact(person, amal, |contact| contact.picture.is_none()).await;
        assert_eq!(picture_of(person, Some(amal)).await, None);
    }
    for wrong in ["", "x", "AAAA"] {
        let picture = Some(wrong.to_owned());
        let refused = amal.engine.run(Command::SetPicture { picture }).await;
        assert_eq!(refused, Err(CommandError::Picture));
    }
}
