//! What a running profile does by itself when it was told so: accept every request, answer every
//! text with the same text. For tests, demonstrations, and as the smallest example of a bot.

use std::sync::Arc;

use undertone_engine::{
    Command, CommandError, ContactId, Engine, Event, EventStream, MessageView, Reply, Stage,
};

/// What is done by itself. By default nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Automatic {
    /// Answer every text with the same text. Answers are not answered, so two profiles that do
    /// this do not talk for ever.
    pub echo: bool,
    /// Accept every contact request, also those that wait already.
    pub accept_all: bool,
}

/// Does it until the engine is gone.
pub(super) async fn run(what: Automatic, engine: Arc<Engine>, mut events: EventStream) {
    if what.accept_all {
        accept_waiting(&engine).await;
    }
    while let Some(event) = events.next().await {
        match event {
            Event::RequestReceived { contact } if what.accept_all => {
                accept(&engine, contact.id).await;
            }
            Event::MessageReceived { contact, message } if what.echo => {
                echo(&engine, contact, message).await;
            }
            Event::Missed { .. } => {
                if what.accept_all {
                    accept_waiting(&engine).await;
                }
                if what.echo {
                    tracing::warn!("too much happened at once; some messages are not answered");
                }
            }
            _ => {}
        }
    }
}

async fn accept_waiting(engine: &Engine) {
    match engine.run(Command::Contacts).await {
        Ok(Reply::Contacts { contacts }) => {
            for contact in contacts.iter().filter(|one| one.stage == Stage::Undecided) {
                accept(engine, contact.id).await;
            }
        }
        Ok(_) => {}
        Err(error) => report("the waiting requests are not known", &error),
    }
}

async fn accept(engine: &Engine, contact: ContactId) {
    let command = Command::Accept {
        contact,
        pet_name: None,
    };
    if let Err(error) = engine.run(command).await {
        report("a request was not accepted", &error);
    }
}

async fn echo(engine: &Engine, contact: ContactId, message: MessageView) {
    let (Some(text), None) = (message.text, message.reply_to) else {
        return;
    };
    let command = Command::Send {
        contact,
        text,
        reply_to: Some(message.id),
    };
    if let Err(error) = engine.run(command).await {
        report("a message was not answered", &error);
    }
}

fn report(what: &'static str, error: &CommandError) {
    tracing::warn!(%error, "{what}");
}
