//! Floods at doors and of requests: bounded, and no harm to others.

use super::*;

/// A flood at one door: memory is bounded, those who came first and said nothing make room, and no
/// other door answers differently for it (so none tells that both belong to one profile).
#[test]
fn a_flood_at_one_door_is_bounded_and_does_not_show_at_another() {
    let (mut world, noor, amal) = quiet_pair(4);
    for _ in 0..2 {
        world.command(1, |p, now, rng| {
            p.invite(now, rng, false, None).expect("room")
        });
    }
    let (mut silenced, mut cut) = (0, 0);
    for _ in 0..1_000 {
        let link = world.fresh_link(1);
        let door = DoorName::Knock(2);
        for effect in world.intercept(1, Input::Arrived { door, link }) {
            match effect {
                Effect::Silence(_) => silenced += 1,
                Effect::Cut(_) => cut += 1,
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!((silenced, cut), (1_000 - 64, 1_000 - 512));
    // A contact comes in by its door, and a stranger knocks at the other one, all the same.
    world.cut_all();
    assert!(world.run_until(60, |w| w.connected(0, noor) && w.connected(1, amal)));
    world.send(0, noor, "still here?");
    world.send(1, amal, "yes");
    assert!(world.run_until(30, |w| w.all_received(0, noor) && w.all_received(1, amal)));
    let other = world.nodes[1]
        .profile
        .open_invitations()
        .last()
        .expect("made")
        .text;
    let mut late = World::new(40, &["Eve"], Faults::default());
    std::mem::swap(&mut late.nodes, &mut world.nodes);
    world.nodes.extend(late.nodes);
    world.nodes.rotate_left(1);
    world.command(2, |p, now, rng| {
        p.add_contact_by(now, rng, &other, None, "hi")
            .expect("good")
    });
    assert!(world.run_until(60, |w| w.undecided(1).is_some()));
}

/// One member of a circle floods its door, with connections that say nothing and with handshakes that are genuine: the
/// fifteen others come in all the same, and the flood costs little.
#[test]
fn a_flood_by_one_member_of_a_circle_keeps_no_other_out() {
    const MEMBERS: usize = 16;
    let names: Vec<String> = (0..=MEMBERS).map(|index| format!("n{index}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut world = World::new(13, &names, Faults::default());
    let mut friends = Vec::new();
    for other in 1..=MEMBERS {
        friends.push(world.befriend(0, other).0);
    }
    world.run(120);
    let doors = world.nodes[0].profile.doors();
    assert_eq!(doors.len(), 1, "all are in one circle");
    let door = doors[0].name;
    let hostile = MEMBERS;
    let enemy = friends.pop().expect("the last");
    let amal = world.nodes[hostile]
        .profile
        .contacts()
        .next()
        .expect("one")
        .id;
    let (mut answered, mut tried) = (0, 0);
    for second in 0..60 {
        if second == 10 {
            // The others lose their links, and come back by this door only.
            world.waits.insert(0);
            world.cut_all();
        }
        for _ in 0..20 {
            world.attack(0, door, &[]);
            let link = world.fresh_link(hostile);
            let input = Input::Dialled {
                contact: amal,
                purpose: Purpose::Chat,
                link,
            };
            let flight = world.intercept(hostile, input);
            let flight = flight.into_iter().find_map(|effect| match effect {
                Effect::Send(to, frames) if to == link => Some(frames),
                _ => None,
            });
            let (_, answers) = world.attack(0, door, &flight.expect("flight 1"));
            tried += 1;
            answered += usize::from(!answers.is_empty());
        }
        world.run(1);
    }
    for friend in friends {
        assert!(world.connected(0, friend), "a member is kept out");
    }
    assert!(
        tried == 1_200 && (20..=42).contains(&answered),
        "{answered}"
    );
    assert_eq!(world.stage(0, enemy), StageName::Accepted);
}

/// D4.7: whoever hands an invitation to a crowd cannot fill the disk.
#[test]
fn a_flood_of_requests_is_bounded_and_the_newest_stay() {
    let names: Vec<String> = (0..80).map(|index| format!("n{index}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut world = World::new(5, &names, Faults::default());
    world.command(0, |p, now, rng| {
        p.invite(now, rng, false, None).expect("room")
    });
    let invitations: Vec<_> = world.nodes[0].profile.open_invitations().collect();
    let text = &invitations[0].text;
    for other in 1..80 {
        world.command(other, |p, now, rng| {
            p.add_contact_by(now, rng, text, None, "me too")
                .expect("good")
        });
        world.run(5);
    }
    world.run(600);
    assert_eq!(world.nodes[0].profile.contacts().count(), 64);
    for other in 1..80 {
        let told = |event: &Event| matches!(event, Event::RequestDelivered(_));
        assert!(
            world.nodes[other].events.iter().any(told),
            "n{other} was told"
        );
    }
    let newest = world.nodes[0]
        .profile
        .contacts()
        .last()
        .expect("64 of them");
    assert_eq!(newest.nickname, "n79");
}
