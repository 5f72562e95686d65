//! Commands about people: requests, circles, visibility, pictures, introductions.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use data_encoding::BASE64;
use undertone_engine::{Command, ContactId, IntroductionId, picture};

use super::profiles::ask_consent;
use super::{TALKING, all_contacts, done, find, find_one};
use crate::arguments::people::{People, PictureArguments};
use crate::client::view::Contact;
use crate::client::view::people::{Circles, Introductions, Pictured};
use crate::client::{Client, understood};
use crate::control::Request;
use crate::failure::Failure;
use crate::visible::Name;
use crate::{output, show};

/// The shortest beginning of an introduction's id that counts.
const MIN_PREFIX: usize = 4;

pub(super) async fn execute(client: &mut Client, command: People) -> Result<(), Failure> {
    match command {
        People::Requests { how } => {
            let open = how.into();
            done(client, Command::SetRequests { open }).await
        }
        People::Circles { json } => circles(client, json.json).await,
        People::Circle {
            contact,
            with,
            number,
        } => {
            let contact = find(client, &contact, &TALKING).await?;
            let circle = match with {
                Some(other) => {
                    let other = find(client, &other, &TALKING).await?;
                    Some(circle_of(client, other).await?)
                }
                None => number,
            };
            done(client, Command::MoveToCircle { contact, circle }).await
        }
        People::Renew { circle } => done(client, Command::RenewCircle { circle }).await,
        People::Invisible { contact, undo } => {
            let contact = find(client, &contact, &TALKING).await?;
            let invisible = !undo;
            done(client, Command::SetInvisible { contact, invisible }).await
        }
        People::Picture { how, json } => pictures(client, how, json.json).await,
        People::Introduce {
            contact,
            to,
            name,
            to_name,
            consent,
        } => {
            let first = find_one(client, &contact, &TALKING).await?;
            let second = find_one(client, &to, &TALKING).await?;
            let given = name.is_some() && to_name.is_some();
            let (name, to_name) = (
                name.unwrap_or_else(|| plain_name(&first)),
                to_name.unwrap_or_else(|| plain_name(&second)),
            );
            if !given {
                let (one, other) = (Name(&name), Name(&to_name));
                output::remark(format_args!(
                    "{} is told of \"{other}\", and {} is told of \"{one}\".",
                    first.name(),
                    second.name()
                ));
                ask_consent(consent)?;
            }
            let command = Command::Introduce {
                contact: first.id,
                to: second.id,
                name,
                to_name,
            };
            done(client, command).await
        }
        People::Introductions { answer, name, json } => {
            let (id, accept) = match (answer.accept, answer.decline) {
                (Some(id), _) => (id, true),
                (None, Some(id)) => (id, false),
                (None, None) => return introductions(client, json.json).await,
            };
            let (contact, introduction) = offered(client, &id).await?;
            let command = Command::AnswerIntroduction {
                contact,
                introduction,
                accept,
                pet_name: name,
            };
            done(client, command).await
        }
    }
}

/// What a contact is called, without marks.
fn plain_name(contact: &Contact) -> String {
    contact
        .pet_name
        .clone()
        .unwrap_or_else(|| contact.nickname.clone())
}

async fn circles(client: &mut Client, json: bool) -> Result<(), Failure> {
    let answer = client.ask(&Request::Engine(Command::Circles)).await?;
    if json {
        return output::json(answer);
    }
    let contacts = all_contacts(client).await?;
    let circles = understood::<Circles>(answer)?.circles;
    if circles.is_empty() {
        output::remark("No contact shares a door of yours yet.");
    }
    circles
        .iter()
        .try_for_each(|circle| output::line(show::people::circle(circle, &contacts)))
}

async fn circle_of(client: &mut Client, contact: ContactId) -> Result<u32, Failure> {
    let circles: Circles = client.get(&Request::Engine(Command::Circles)).await?;
    let mut circles = circles.circles.into_iter();
    let found = circles.find(|circle| circle.contacts.contains(&contact));
    found.map(|circle| circle.circle).ok_or(Failure::NoCircle)
}

async fn pictures(client: &mut Client, how: PictureArguments, json: bool) -> Result<(), Failure> {
    if how.clear {
        return done(client, Command::SetPicture { picture: None }).await;
    }
    if let Some(path) = how.set {
        let small = picture::shrink(&read(&path)?).map_err(Failure::Picture)?;
        let picture = Some(BASE64.encode(&small));
        return done(client, Command::SetPicture { picture }).await;
    }
    let contact = match how.of {
        Some(name) => Some(find(client, &name, &TALKING).await?),
        None => None,
    };
    let answer = client
        .ask(&Request::Engine(Command::Picture { contact }))
        .await?;
    if let Some(path) = how.export {
        let picture = understood::<Pictured>(answer)?.picture;
        let picture = picture.ok_or(Failure::NoPicture)?;
        let bytes = BASE64.decode(picture.jpeg.as_bytes());
        let bytes = bytes.map_err(|_| crate::client::AskError::NotUnderstood)?;
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path);
        let written = file.and_then(|mut file| file.write_all(&bytes));
        return written.map_err(Failure::PictureFile);
    }
    if json {
        return output::json(answer);
    }
    output::line(match understood::<Pictured>(answer)?.picture {
        Some(_) => "There is a picture; --export FILE writes it into a file.",
        None => "There is no picture.",
    })
}

/// A file that is not larger than a picture can be.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let file = File::open(path).map_err(Failure::PictureFile)?;
    let mut bytes = Vec::new();
    file.take(picture::MAX_FILE as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(Failure::PictureFile)?;
    Ok(bytes)
}

async fn introductions(client: &mut Client, json: bool) -> Result<(), Failure> {
    let answer = client.ask(&Request::Engine(Command::Introductions)).await?;
    if json {
        return output::json(answer);
    }
    let contacts = all_contacts(client).await?;
    let introductions = understood::<Introductions>(answer)?.introductions;
    if introductions.is_empty() {
        output::remark("No introduction is under way.");
    }
    introductions
        .iter()
        .try_for_each(|one| output::line(show::people::introduction(one, &contacts)))
}

/// The offer that is meant by the beginning of its id.
async fn offered(client: &mut Client, id: &str) -> Result<(ContactId, IntroductionId), Failure> {
    let all: Introductions = client.get(&Request::Engine(Command::Introductions)).await?;
    let open = all.introductions.into_iter().filter_map(|one| {
        let fits = id.len() >= MIN_PREFIX
            && one.stage == "offered"
            && one
                .introduction
                .to_string()
                .starts_with(&id.to_ascii_lowercase());
        fits.then_some((one.by?, one.introduction))
    });
    match open.collect::<Vec<_>>().as_slice() {
        [one] => Ok(*one),
        _ => Err(Failure::NoIntroduction),
    }
}
