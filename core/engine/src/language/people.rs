//! What is shown of circles, introductions and pictures.

use serde::Serialize;
use undertone_protocol::{ContactId, IntroductionId};

/// Contacts that share a door of mine. Its address is shown to nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CircleView {
    /// Names it in commands. It has another number after its door was renewed.
    pub circle: u32,
    /// Who shares the door, at most 16.
    pub contacts: Vec<ContactId>,
    /// I am invisible to them: the door is closed.
    pub closed: bool,
    /// I chose who is in it: new contacts do not join by themselves.
    pub chosen: bool,
    /// The door can be found.
    pub reachable: bool,
}

/// Through whom somebody became a contact. That says nothing about who they are: see [`super::ContactView::verified`].
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct IntroducedView {
    /// The contact who introduced them.
    pub by: ContactId,
    /// What that contact calls them.
    pub name: String,
}

impl std::fmt::Debug for IntroducedView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IntroducedView({})", self.by)
    }
}

/// How far an introduction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IntroductionStage {
    /// Offered to me: I have to decide.
    Offered,
    /// I said yes; the other one has not said so yet, or is on the way.
    Agreed,
    /// I said no; of one that I make: one of the two said no.
    Declined,
    /// Somebody came of it.
    Led,
    /// It came to nothing: too many requests or invitations are open here, or the introducer confused something.
    Failed,
    /// I make it, and not both have answered.
    Asked,
    /// I make it, both said yes, and the invitation has not come.
    BothAgreed,
    /// I made it; the rest is between the two.
    PassedOn,
}

/// One of two whom I introduce.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct IntroducedOne {
    /// Who.
    pub contact: ContactId,
    /// What they said, if anything. The other one does not hear it.
    pub answer: Option<bool>,
}

/// An introduction, offered to me or made by me.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct IntroductionView {
    /// Names it, together with `by`.
    pub introduction: IntroductionId,
    /// The contact who offers it; `None`: I make it.
    pub by: Option<ContactId>,
    /// What that contact calls the other one. They can write anything there.
    pub name: Option<String>,
    /// The two whom I introduce; empty if I do not make it.
    pub between: Vec<IntroducedOne>,
    /// How far it is.
    pub stage: IntroductionStage,
    /// Who came of it.
    pub contact: Option<ContactId>,
    /// When it is over, seconds since 1970.
    pub ends: u64,
}

impl std::fmt::Debug for IntroductionView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "IntroductionView({}, {:?})",
            self.introduction, self.stage
        )
    }
}

/// A picture of a person: mine, or one that was checked, decoded and encoded anew here.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct PictureView {
    /// Another one for another picture, as in [`super::ContactView::picture`].
    pub name: String,
    /// A JPEG of 128 by 128 pixels without anything else in it, at most 12 KiB, in base64.
    pub jpeg: String,
}

impl std::fmt::Debug for PictureView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PictureView({})", self.name)
    }
}
