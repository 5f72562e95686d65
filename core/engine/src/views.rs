//! What is shown of the machine's state, in the words of the language.

use undertone_protocol::{
    ContactId, ContactState, Emoji, Note, Profile, Refusal, ScanError, StageName, StoredMessage,
};
use undertone_wire::v1::Kind;

use crate::language::{
    CommandError, ContactView, CopyState, Delivery, EarlierView, EmojiView, IntroducedView,
    InvitationView, Line, MessageView, ReactionView, Reason, Stage,
};

pub(crate) const fn stage(name: StageName) -> Stage {
    match name {
        StageName::Requested => Stage::Requested,
        StageName::NoAnswer => Stage::NoAnswer,
        StageName::Undecided => Stage::Undecided,
        StageName::Accepting => Stage::Accepting,
        StageName::Accepted => Stage::Accepted,
        StageName::Rejected => Stage::Rejected,
        StageName::Blocked => Stage::Blocked,
        StageName::Myself => Stage::Myself,
    }
}

pub(crate) const fn copy(state: undertone_protocol::CopyState) -> CopyState {
    match state {
        undertone_protocol::CopyState::Present => CopyState::Present,
        undertone_protocol::CopyState::PerhapsReplaced => CopyState::PerhapsReplaced,
        undertone_protocol::CopyState::Replaced => CopyState::Replaced,
    }
}

pub(crate) fn contact(
    state: ContactState,
    reason: Option<(Reason, Option<u64>)>,
    apart: Option<Reason>,
    now: undertone_protocol::Now,
) -> ContactView {
    let waits = state
        .next_repeat
        .map(|at| at.saturating_sub(now.wall))
        .filter(|_| state.stage == StageName::Requested);
    let wanted = matches!(
        state.stage,
        StageName::Requested | StageName::Accepting | StageName::Accepted
    );
    // What keeps this side from trying is the reason, whatever happened before.
    let chosen = match (state.invisible, state.withheld) {
        (true, _) => Some(Reason::Invisible),
        (_, true) => Some(Reason::Withheld),
        _ => apart.filter(|_| wanted),
    };
    let (reason, next_try) = match reason {
        _ if chosen.is_some() && !state.connected => (chosen, None),
        Some((reason, next)) if !state.connected => (Some(reason), next),
        _ => (None, waits),
    };
    ContactView {
        id: state.id,
        nickname: state.nickname,
        pet_name: state.pet_name,
        status: state.status,
        stage: stage(state.stage),
        greeting: state.greeting,
        verified: state.verified,
        connected: state.connected,
        replaced: state.replaced,
        away: state.away,
        invisible: state.invisible,
        introduced: state.introduced.map(|introduced| IntroducedView {
            by: introduced.by,
            name: introduced.name,
        }),
        picture: None,
        resembles: None,
        reason,
        next_try,
        waiting: u32::try_from(state.waiting).unwrap_or(u32::MAX),
    }
}

pub(crate) fn invitation(
    state: undertone_protocol::InvitationState,
    reachable: bool,
) -> InvitationView {
    InvitationView {
        number: state.number,
        text: state.text,
        one_time: state.one_time,
        expires: state.expires,
        reachable,
        shut: state.shut,
        introduced: state.introduced,
    }
}

pub(crate) fn message(
    profile: &Profile,
    contact: ContactId,
    stored: &StoredMessage,
    expires: Option<u64>,
) -> MessageView {
    let delivery = match stored.place {
        None => Delivery::Incoming,
        Some(place) => match profile.delivery(contact, place) {
            undertone_protocol::Delivery::Waiting => Delivery::Waiting,
            undertone_protocol::Delivery::Sent => Delivery::Sent,
            undertone_protocol::Delivery::Received => Delivery::Received,
            undertone_protocol::Delivery::Unknown => Delivery::Unknown,
        },
    };
    let words = stored.words();
    let line = match stored.content().map(|content| content.kind) {
        _ if stored.deleted => Line::Deleted,
        _ if matches!(stored.note, Some(Note::Restored(_))) => Line::Restored,
        Some(Kind::Text(_)) => Line::Words,
        Some(Kind::Timer { seconds, .. }) => Line::Timer { seconds },
        _ => Line::Unsupported,
    };
    let reaction = |reaction: &undertone_protocol::Reaction| ReactionView {
        mine: reaction.ours,
        emoji: reaction.emoji.clone(),
    };
    MessageView {
        number: stored.number,
        id: stored.id,
        delivery,
        time: stored.time,
        line,
        reply_to: words.as_ref().and_then(|words| words.reply_to),
        forwarded: words.as_ref().is_some_and(|words| words.forwarded),
        text: words.map(|words| words.text),
        edited: stored.is_edited(),
        earlier: Vec::new(),
        reactions: stored.reactions().map(reaction).collect(),
        read: stored.read,
        expires,
    }
}

pub(crate) fn earlier(stored: &StoredMessage) -> Vec<EarlierView> {
    let view = |earlier: &undertone_protocol::Earlier| EarlierView {
        text: earlier.text.clone(),
        until: earlier.until,
    };
    stored.earlier.iter().map(view).collect()
}

pub(crate) fn short_code(code: [Emoji; 7]) -> Vec<EmojiView> {
    let view = |emoji: Emoji| EmojiView {
        symbol: emoji.symbol,
        name: emoji.name,
    };
    code.map(view).into()
}

/// A refusal of the machine in the words of the language. `None`: a broken invariant.
pub(crate) fn refusal(refusal: Refusal) -> Option<CommandError> {
    Some(match refusal {
        Refusal::NoSuchContact => CommandError::NoSuchContact,
        Refusal::NoSuchInvitation => CommandError::NoSuchInvitation,
        Refusal::WrongStage(name) => CommandError::WrongStage(stage(name)),
        Refusal::Invitation(error) => CommandError::Invitation(error.to_string()),
        Refusal::OwnInvitation => CommandError::OwnInvitation,
        Refusal::AlreadyUsed => CommandError::AlreadyUsed,
        Refusal::Name => CommandError::Name,
        Refusal::Greeting => CommandError::Greeting,
        Refusal::TextTooLong(length) => CommandError::TextTooLong(length),
        Refusal::Empty => CommandError::Empty,
        Refusal::Status => CommandError::Status,
        Refusal::Timer => CommandError::Timer,
        Refusal::Reaction => CommandError::Reaction,
        Refusal::NotConnected => CommandError::NotConnected,
        Refusal::Replaced => CommandError::Replaced,
        Refusal::NoSuchCircle => CommandError::NoSuchCircle,
        Refusal::CircleFull => CommandError::CircleFull,
        Refusal::Invisible => CommandError::Invisible,
        Refusal::Picture => CommandError::Picture,
        Refusal::NoSuchIntroduction => CommandError::NoSuchIntroduction,
        Refusal::Introduction => CommandError::Introduction,
        Refusal::TooSoon => CommandError::TooSoon,
        Refusal::AlreadySent => CommandError::NoSuchMessage,
        Refusal::QueueFull => CommandError::QueueFull,
        Refusal::TooMany => CommandError::TooMany,
        Refusal::UnusableRequest => CommandError::UnusableRequest,
        Refusal::Scan(ScanError::NotACode) => CommandError::NotACode,
        Refusal::Scan(ScanError::OwnCode) => CommandError::OwnCode,
        Refusal::Scan(ScanError::Differs) => CommandError::CodesDiffer,
        Refusal::Bug(bug) => {
            tracing::error!(%bug, "a command met a broken invariant");
            return None;
        }
        _ => return None,
    })
}
