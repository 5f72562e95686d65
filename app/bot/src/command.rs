//! What each subcommand does. All but `create`, `run`, `completions` and `man` are a short
//! conversation with the process that runs the profile.

mod contacts;
mod conversing;
mod doctor;
mod documents;
mod follow;
mod invitations;
mod messages;
mod people;
mod profiles;
mod run;
mod search;
mod several;
mod status;
mod verify;

use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use undertone_engine::{Command, ContactId};

use crate::arguments::{Arguments, Subcommands};
use crate::client::view::{Contact, Contacts, Event};
use crate::client::{AskError, Client, Object, names, understood};
use crate::control::Request;
use crate::control::several::Which;
use crate::failure::Failure;
use crate::output;
use crate::{profile, terminal};

/// Stages in which a contact can be talked to, for [`names::find`].
const TALKING: [&str; 5] = ["accepted", "accepting", "requested", "no_answer", "myself"];

/// Stages in which a request waits for a decision.
const DECIDING: [&str; 1] = ["undecided"];

/// Does what the arguments say.
///
/// # Errors
/// See [`Failure`].
pub async fn execute(arguments: Arguments) -> Result<(), Failure> {
    let home = match &arguments.command {
        Subcommands::Completions { shell } => return documents::completions(*shell),
        Subcommands::Man { directory } => return documents::manual(directory),
        _ => arguments
            .home
            .or_else(profile::default_home)
            .ok_or(Failure::NoHome)?,
    };
    let which = arguments.profile;
    match arguments.command {
        Subcommands::Create {
            nickname,
            passphrase,
        } => {
            let passphrase = passphrase.source().read_new()?;
            profile::create(&home, &nickname, passphrase).await?;
            output::remark("The profile is made. There is no way back in without its passphrase.");
            Ok(())
        }
        Subcommands::Passphrase { old, new } => {
            let (old, new) = (old.source().read()?, new.source().read_new()?);
            profile::vaults::change_passphrase(&home, old, new).await?;
            output::remark(crate::show::claims::PASSPHRASE);
            Ok(())
        }
        Subcommands::Profiles(command) => profiles::execute(&home, which, command).await,
        Subcommands::Run(how) => run::run(&home, which, how).await,
        Subcommands::Status { wait, json } => {
            status::show(&home, which, wait.wait, json.json).await
        }
        Subcommands::Chat { contact } => {
            let client = Client::connect(&home).await?.of(which);
            terminal::chat(client, contact).await
        }
        Subcommands::Unlock { passphrase, json } => {
            several::unlock(&home, &passphrase, json.json).await
        }
        Subcommands::Lock => several::lock(&home, which).await,
        Subcommands::Stop if which.is_some() => Err(Failure::StopsAll),
        other => talk(&home, which, other).await,
    }
}

async fn talk(home: &Path, which: Option<Which>, command: Subcommands) -> Result<(), Failure> {
    let mut connection = Client::connect(home).await?.of(which);
    let client = &mut connection;
    match command {
        Subcommands::Invite {
            one_time,
            expires,
            wait,
            qr,
            json,
        } => {
            let draw = qr.draw(output::is_terminal() && !json.json);
            let expires = expires.map(|hours| Duration::from_secs(u64::from(hours) * 3600));
            invitations::invite(client, one_time, expires, wait.wait, draw, json.json).await
        }
        Subcommands::Invitations {
            close: Some(invitation),
            ..
        } => done(client, Command::CloseInvitation { invitation }).await,
        Subcommands::Invitations { close: None, json } => {
            invitations::list(client, json.json).await
        }
        Subcommands::Add {
            name,
            greeting,
            wait,
            json,
        } => {
            let invitation = output::read_line("Invitation: ")?;
            let command = Command::AddContact {
                invitation,
                pet_name: name,
                greeting,
            };
            contacts::add(client, command, wait.wait, json.json).await
        }
        Subcommands::Accept { contact, name } => {
            let contact = find(client, &contact, &DECIDING).await?;
            done(
                client,
                Command::Accept {
                    contact,
                    pet_name: name,
                },
            )
            .await
        }
        Subcommands::Reject { contact } => {
            let contact = find(client, &contact, &DECIDING).await?;
            done(client, Command::Reject { contact }).await
        }
        Subcommands::Block { contact } => {
            let contact = find(client, &contact, &TALKING).await?;
            done(client, Command::Block { contact }).await
        }
        Subcommands::Name { contact, name } => {
            let contact = find(client, &contact, &TALKING).await?;
            done(
                client,
                Command::SetPetName {
                    contact,
                    pet_name: name,
                },
            )
            .await
        }
        Subcommands::Nickname { nickname } => done(client, Command::SetNickname { nickname }).await,
        Subcommands::Send {
            contact,
            text,
            reply_to,
            wait,
            json,
        } => {
            let contact = find(client, &contact, &TALKING).await?;
            let text = output::words(text)?;
            messages::send(client, (contact, reply_to), text, wait.wait, json.json).await
        }
        Subcommands::Conversing(command) => conversing::converse(client, command).await,
        Subcommands::People(command) => people::execute(client, command).await,
        Subcommands::History {
            contact,
            limit,
            before,
            json,
        } => {
            let contact = find_one(client, &contact, &TALKING).await?;
            messages::history(client, &contact, before, limit, json.json).await
        }
        Subcommands::Follow {
            contact,
            last,
            count,
            seconds,
            json,
        } => {
            let how = follow::How {
                last,
                count,
                seconds,
                json: json.json,
            };
            follow::follow(client, contact.as_deref(), how).await
        }
        Subcommands::Search {
            words,
            with,
            from,
            to,
            limit,
            after,
            json,
        } => {
            let words = if words.is_empty() {
                output::read_input()?
            } else {
                words.join(" ")
            };
            let what = search::What {
                words,
                with,
                from,
                to,
                limit,
                after,
            };
            search::search(client, what, json.json).await
        }
        Subcommands::Contacts { json } => contacts::list(client, json.json).await,
        Subcommands::Verify {
            contact,
            how,
            qr,
            json,
        } => {
            let contact = find(client, &contact, &TALKING).await?;
            verify::verify(client, contact, how, qr, json.json).await
        }
        Subcommands::Retry {
            network_changed: true,
            ..
        } => done(client, Command::NetworkChanged).await,
        Subcommands::Retry { contact, .. } => {
            let contact = match contact {
                Some(name) => Some(find(client, &name, &TALKING).await?),
                None => None,
            };
            done(client, Command::Retry { contact }).await
        }
        Subcommands::UseThisCopy => done(client, Command::UseThisCopy).await,
        Subcommands::Stop => stop(client).await,
        // Done by `execute`.
        Subcommands::Create { .. }
        | Subcommands::Passphrase { .. }
        | Subcommands::Profiles(_)
        | Subcommands::Run(_)
        | Subcommands::Unlock { .. }
        | Subcommands::Lock
        | Subcommands::Chat { .. }
        | Subcommands::Status { .. }
        | Subcommands::Completions { .. }
        | Subcommands::Man { .. } => Ok(()),
    }
}

/// Gives a command that is answered with "done".
async fn done(client: &mut Client, command: Command) -> Result<(), Failure> {
    client.ask(&Request::Engine(command)).await?;
    Ok(())
}

/// Ends the process that runs the profile, and waits until it let go of the connection.
async fn stop(client: &mut Client) -> Result<(), Failure> {
    client.ask(&Request::Stop).await?;
    loop {
        match client.event().await {
            Ok(_) => {}
            Err(AskError::Gone) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

/// All contacts and requests.
pub(crate) async fn all_contacts(client: &mut Client) -> Result<Vec<Contact>, AskError> {
    let contacts: Contacts = client.get(&Request::Engine(Command::Contacts)).await?;
    Ok(contacts.contacts)
}

/// The contact that is meant by a name.
async fn find(client: &mut Client, name: &str, stages: &[&str]) -> Result<ContactId, Failure> {
    Ok(find_one(client, name, stages).await?.id)
}

async fn find_one(client: &mut Client, name: &str, stages: &[&str]) -> Result<Contact, Failure> {
    open_notes(client, name).await?;
    let contacts = all_contacts(client).await?;
    Ok(names::find(&contacts, name, stages)?.clone())
}

/// Makes the conversation with oneself, if that is meant and there is none yet.
pub(crate) async fn open_notes(client: &mut Client, name: &str) -> Result<(), AskError> {
    if name == names::MYSELF {
        client.ask(&Request::Engine(Command::Notes)).await?;
    }
    Ok(())
}

/// Waits for the event that `wanted` accepts, after [`Request::Events`].
async fn wait_for(
    client: &mut Client,
    seconds: u32,
    mut wanted: impl FnMut(&Event) -> bool,
) -> Result<Object, Failure> {
    let deadline = Instant::now() + Duration::from_secs(seconds.into());
    let waiting = async {
        loop {
            let object = client.event().await?;
            if wanted(&understood(object.clone())?) {
                return Ok(object);
            }
        }
    };
    timeout_at(deadline, waiting)
        .await
        .unwrap_or(Err(Failure::NotInTime(seconds)))
}
