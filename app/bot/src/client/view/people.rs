//! What the commands about people read from answers.

use serde::Deserialize;
use undertone_engine::{ContactId, IntroductionId};

/// Contacts that share a door.
#[derive(Clone, Debug, Deserialize)]
pub struct Circle {
    /// Names it in commands.
    pub circle: u32,
    /// Who shares it.
    pub contacts: Vec<ContactId>,
    /// I am invisible to them.
    pub closed: bool,
    /// I chose who is in it.
    pub chosen: bool,
    /// The door can be found.
    pub reachable: bool,
}

/// Several circles.
#[derive(Debug, Deserialize)]
pub struct Circles {
    /// In the order of their numbers.
    pub circles: Vec<Circle>,
}

/// Through whom somebody came.
#[derive(Clone, Debug, Deserialize)]
pub struct Introduced {
    /// The contact who introduced them.
    pub by: ContactId,
    /// What that contact calls them.
    pub name: String,
}

/// One of two who are introduced.
#[derive(Clone, Debug, Deserialize)]
pub struct One {
    /// Who.
    pub contact: ContactId,
    /// What they said.
    pub answer: Option<bool>,
}

/// An introduction.
#[derive(Clone, Debug, Deserialize)]
pub struct Introduction {
    /// Names it, together with `by`.
    pub introduction: IntroductionId,
    /// Who offers it; none: I make it.
    pub by: Option<ContactId>,
    /// What they call the other one.
    pub name: Option<String>,
    /// Whom I introduce.
    pub between: Vec<One>,
    /// How far it is.
    pub stage: String,
    /// Who came of it.
    pub contact: Option<ContactId>,
    /// When it is over, seconds since 1970.
    pub ends: i64,
}

/// Several introductions.
#[derive(Debug, Deserialize)]
pub struct Introductions {
    /// Those that are offered first.
    pub introductions: Vec<Introduction>,
}

/// A picture, if there is one.
#[derive(Debug, Deserialize)]
pub struct Pictured {
    /// The picture.
    pub picture: Option<Picture>,
}

/// A picture.
#[derive(Debug, Deserialize)]
pub struct Picture {
    /// JPEG, in base64.
    pub jpeg: String,
}

/// Holds these views against what the engine really says.
#[cfg(test)]
mod tests {
    use undertone_engine as engine;

    use super::*;

    fn read<T: serde::de::DeserializeOwned>(said: &impl serde::Serialize) -> T {
        serde_json::from_value(serde_json::to_value(said).unwrap()).unwrap()
    }

    #[test]
    fn replies_about_people_are_read_as_they_are_written() {
        let id = ContactId::from_bytes([7; 16]);
        let circle = engine::CircleView {
            circle: 3,
            contacts: vec![id],
            closed: true,
            chosen: true,
            reachable: false,
        };
        let circles: Circles = read(&engine::Reply::Circles {
            circles: vec![circle],
        });
        assert_eq!(
            (circles.circles[0].circle, circles.circles[0].closed),
            (3, true)
        );
        let introduction = engine::IntroductionView {
            introduction: IntroductionId::from_bytes([9; 16]),
            by: None,
            name: None,
            between: vec![engine::IntroducedOne {
                contact: id,
                answer: Some(true),
            }],
            stage: engine::IntroductionStage::BothAgreed,
            contact: None,
            ends: 1_800_000_000,
        };
        let read_back: Introductions = read(&engine::Reply::Introductions {
            introductions: vec![introduction],
        });
        let [one] = read_back.introductions.as_slice() else {
            panic!("one introduction")
        };
        assert_eq!(
            (one.stage.as_str(), one.between[0].answer),
            ("both_agreed", Some(true))
        );
        let picture = Some(engine::PictureView {
            name: "0011223344556677".to_owned(),
            jpeg: "AA==".to_owned(),
        });
        let pictured: Pictured = read(&engine::Reply::Picture { picture });
        assert_eq!(
            pictured.picture.map(|one| one.jpeg).as_deref(),
            Some("AA==")
        );
        let none: Pictured = read(&engine::Reply::Picture { picture: None });
        assert!(none.picture.is_none());
        let event = serde_json::to_value(engine::Event::IntroductionsChanged).unwrap();
        assert_eq!(event["event"], "introductions_changed");
        assert!(include_str!("../../../README.md").contains("| `introductions_changed` |"));
    }
}
