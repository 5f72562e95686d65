//! Introductions as the application sees them, and who has the name of somebody else.

use undertone_engine::{
    Command, CommandError, Event, IntroductionStage, IntroductionView, Line, Reason, Reply, Stage,
};

use crate::people::done;
use crate::place::{Person, Place, befriend};

async fn introductions(person: &Person) -> Vec<IntroductionView> {
    match person.run(Command::Introductions).await {
        Reply::Introductions { introductions } => introductions,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn two_are_introduced_and_see_through_whom() {
    let place = Place::new(66);
    let mut ann = place.create("Ann").await;
    let (mut bob, mut carol) = (place.create("Bob").await, place.create("Carol").await);
    let (bob_id, ann_at_bob) = befriend(&mut ann, &mut bob).await;
    let (carol_id, ann_at_carol) = befriend(&mut ann, &mut carol).await;
    let introduce = Command::Introduce {
        contact: bob_id,
        to: carol_id,
        name: "Bob".to_owned(),
        to_name: "Carol from work".to_owned(),
    };
    done(&ann, introduce.clone()).await;
    assert_eq!(
        ann.engine.run(introduce).await,
        Err(CommandError::Introduction)
    );
    for (person, by, name) in [
        (&mut bob, ann_at_bob, "Carol from work"),
        (&mut carol, ann_at_carol, "Bob"),
    ] {
        person
            .hear(|event| (event == Event::IntroductionsChanged).then_some(()))
            .await;
        let offers = introductions(person).await;
        assert_eq!(
            (offers[0].by, offers[0].name.as_deref()),
            (Some(by), Some(name))
        );
        assert_eq!(offers[0].stage, IntroductionStage::Offered);
        let yes = Command::AnswerIntroduction {
            contact: by,
            introduction: offers[0].introduction,
            accept: true,
            pet_name: None,
        };
        done(person, yes.clone()).await;
        assert_eq!(
            person.engine.run(yes).await,
            Err(CommandError::NoSuchIntroduction)
        );
    }
    for (person, other, by, name) in [
        (&mut bob, "Carol", ann_at_bob, "Carol from work"),
        (&mut carol, "Bob", ann_at_carol, "Bob"),
    ] {
        let met = person
            .hear(|event| match event {
                Event::ContactChanged { contact }
                    if contact.stage == Stage::Accepted && contact.introduced.is_some() =>
                {
                    Some(contact)
                }
                _ => None,
            })
            .await;
        assert_eq!((met.nickname.as_str(), met.verified), (other, false));
        let introduced = met.introduced.expect("introduced");
        assert_eq!((introduced.by, introduced.name.as_str()), (by, name));
        let led = introductions(person).await;
        assert_eq!(
            (led[0].stage, led[0].contact),
            (IntroductionStage::Led, Some(met.id))
        );
        assert!(
            person
                .history(met.id)
                .await
                .iter()
                .all(|m| m.line != Line::Unsupported)
        );
    }
    assert_eq!(
        introductions(&ann).await[0].stage,
        IntroductionStage::PassedOn
    );
}

/// What keeps two apart who were introduced is told, where it is who introduced them.
#[tokio::test(start_paused = true)]
async fn nothing_is_exchanged_by_the_way_of_an_introducer_who_must_not_see() {
    let place = Place::new(68);
    let mut ann = place.create("Ann").await;
    let (mut bob, mut carol) = (place.create("Bob").await, place.create("Carol").await);
    let (bob_id, _) = befriend(&mut ann, &mut bob).await;
    let (carol_id, ann_at_carol) = befriend(&mut ann, &mut carol).await;
    let introduce = Command::Introduce {
        contact: bob_id,
        to: carol_id,
        name: "Bob".to_owned(),
        to_name: "Carol".to_owned(),
    };
    done(&ann, introduce).await;
    // Carol agrees and goes; Bob agrees, makes the invitation and goes: Carol will ask somebody who is not there.
    agree(&mut carol).await;
    hear_made(&mut ann, |one| one.between[1].answer == Some(true)).await;
    carol.engine.shutdown().await;
    agree(&mut bob).await;
    hear_made(&mut ann, |one| one.stage == IntroductionStage::PassedOn).await;
    bob.engine.shutdown().await;
    let mut carol = place.start("Carol").await;
    let led = carol
        .hear(|event| match event {
            Event::ContactChanged { contact } if contact.introduced.is_some() => Some(contact.id),
            _ => None,
        })
        .await;
    assert_ne!(carol.contact(led).await.reason, Some(Reason::Withheld));
    let invisible = |invisible| Command::SetInvisible {
        contact: ann_at_carol,
        invisible,
    };
    done(&carol, invisible(true)).await;
    let view = carol.contact(led).await;
    assert_eq!(
        (view.stage, view.reason),
        (Stage::Requested, Some(Reason::Withheld))
    );
    done(&carol, invisible(false)).await;
    assert_ne!(carol.contact(led).await.reason, Some(Reason::Withheld));
}

/// Says yes to the introduction that comes.
async fn agree(person: &mut Person) {
    person
        .hear(|event| (event == Event::IntroductionsChanged).then_some(()))
        .await;
    let offer = &introductions(person).await[0];
    let yes = Command::AnswerIntroduction {
        contact: offer.by.expect("offered"),
        introduction: offer.introduction,
        accept: true,
        pet_name: None,
    };
    done(person, yes).await;
}

/// Waits until the introduction that somebody makes is as wanted.
async fn hear_made(person: &mut Person, wanted: impl Fn(&IntroductionView) -> bool) {
    while !wanted(&introductions(person).await[0]) {
        person
            .hear(|event| (event == Event::IntroductionsChanged).then_some(()))
            .await;
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_has_the_name_of_a_contact_is_shown_with_a_warning() {
    let place = Place::new(67);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (noor_id, _) = befriend(&mut amal, &mut noor).await;
    assert_eq!(amal.contact(noor_id).await.resembles, None);
    let mut other = place.create("NOOR\u{200b}").await;
    let (_, other_id) = befriend(&mut other, &mut amal).await;
    assert_eq!(amal.contact(other_id).await.resembles, Some(noor_id));
    assert_eq!(
        amal.contact(noor_id).await.resembles,
        Some(other_id),
        "nothing says who of them is who she says"
    );
    let named = Command::SetPetName {
        contact: other_id,
        pet_name: Some("the other Noor".to_owned()),
    };
    done(&amal, named).await;
    assert_eq!(amal.contact(other_id).await.resembles, None);
    // Both are named by the owner, who knows who is who.
    let named = Command::SetPetName {
        contact: noor_id,
        pet_name: Some("Noor".to_owned()),
    };
    done(&amal, named).await;
    for contact in [noor_id, other_id] {
        assert_eq!(amal.contact(contact).await.resembles, None);
    }
}
