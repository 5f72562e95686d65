//! `verify`: shows the code of a contact, compares it, says or takes back that it was compared.

use data_encoding::BASE64;
use undertone_engine::{Command, ContactId};

use super::{done, wait_for};
use crate::arguments::{QrArguments, VerifyArguments};
use crate::client::view::{Event, Verification};
use crate::client::{Client, understood};
use crate::control::Request;
use crate::failure::Failure;
use crate::{output, show};

/// Seconds that a short code may take: three messages over a link that is there.
const SHORT_CODE: u32 = 60;

pub(super) async fn verify(
    client: &mut Client,
    contact: ContactId,
    how: VerifyArguments,
    qr: QrArguments,
    json: bool,
) -> Result<(), Failure> {
    let VerifyArguments {
        compare,
        scanned,
        confirm,
        undo,
        emoji,
    } = how;
    if emoji {
        return short_code(client, contact, json).await;
    }
    if confirm || undo {
        return done(
            client,
            Command::SetVerified {
                contact,
                verified: confirm,
            },
        )
        .await;
    }
    if scanned {
        let scanned = output::read_input()?.trim().to_owned();
        done(client, Command::VerifyScanned { contact, scanned }).await?;
        output::remark("The codes are equal: the contact is verified.");
        return Ok(());
    }
    let answer = client
        .ask(&Request::Engine(Command::Verification { contact }))
        .await?;
    let code: Verification = understood(answer.clone())?;
    if compare {
        if !same_digits(&code.digits, &output::read_input()?) {
            return Err(Failure::CodesDiffer);
        }
        done(
            client,
            Command::SetVerified {
                contact,
                verified: true,
            },
        )
        .await?;
        output::remark("The digits are equal: the contact is verified.");
        return Ok(());
    }
    let draw = qr.draw(output::is_terminal() && !json);
    if json {
        output::json(answer)?;
    } else {
        output::line(show::digits(&code.digits))?;
    }
    let bytes = BASE64.decode(code.qr.as_bytes()).ok();
    let drawn = bytes.and_then(|bytes| show::qr::draw(&bytes, output::is_terminal()));
    if let Some(drawn) = drawn.filter(|_| draw) {
        output::line(drawn)?;
    }
    if !json {
        output::remark(
            "Compare these digits with the contact's, over a way on which you know each other: \
             face to face, or by voice. Then: verify CONTACT --confirm",
        );
    }
    Ok(())
}

/// Shows a short code on both sides and says what to do with it.
async fn short_code(client: &mut Client, contact: ContactId, json: bool) -> Result<(), Failure> {
    client.ask(&Request::Events).await?;
    done(client, Command::CompareShortCode { contact }).await?;
    let event = wait_for(
        client,
        SHORT_CODE,
        |event| matches!(event, Event::ShortCode { contact: with, .. } if *with == contact),
    )
    .await?;
    if json {
        return output::json(event);
    }
    let Event::ShortCode {
        emoji: Some(emoji), ..
    } = understood(event)?
    else {
        return Err(Failure::NoShortCode);
    };
    output::line(show::short_code(&emoji))?;
    output::remark(
        "Ask the contact, by voice or face to face, which seven it sees. If they are the same: \
         verify CONTACT --confirm",
    );
    Ok(())
}

/// Compares codes as people type them: any grouping. Both must be whole.
fn same_digits(ours: &str, theirs: &str) -> bool {
    let digits = |text: &str| -> Option<Vec<char>> {
        let mut digits = Vec::new();
        for character in text.chars() {
            match character {
                '0'..='9' => digits.push(character),
                ' ' | '\t' | '\r' | '\n' | '-' | '.' => {}
                _ => return None,
            }
        }
        (digits.len() == 60).then_some(digits)
    };
    match (digits(ours), digits(theirs)) {
        (Some(ours), Some(theirs)) => ours == theirs,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_compared_whole_and_in_any_grouping() {
        let ours = "01234 56789 ".repeat(6);
        assert!(same_digits(&ours, &ours.replace(' ', "")));
        assert!(same_digits(&ours, &ours.replace(' ', "\n- ")));
        assert!(!same_digits(&ours, &ours.replacen('0', "1", 1)));
        assert!(!same_digits(&ours, &ours[1..]));
        assert!(!same_digits(&ours, &format!("{ours}0")));
        assert!(!same_digits(&ours, &format!("{ours}x")));
        assert!(!same_digits("", ""));
    }
}
