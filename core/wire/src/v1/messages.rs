//! The messages of the protocol itself: request, acceptance, and what travels inside Olm.
//!
//! Each has a typed form, which is checked, and a protocol-buffer form, which is private to this
//! file. Bytes that other derivations hash (request, acceptance) are kept as they travelled and
//! never encoded a second time.

mod inside;

use std::mem::take;

use prost::Message as _;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{
    IdentifierError, KeyError, MessageId, OnionKey, RequestId, X25519Public, X25519Secret,
};

pub use self::inside::{
    Confirm, Inside, InsideKind, MAX_SPARES, RekeyAnswer, RekeyOffer, SpareKeys,
};
use super::flight::{KEM_CIPHERTEXT, KEM_KEY};

/// The longest greeting, in bytes of UTF-8 (D4.1).
pub const MAX_GREETING: usize = 500;
/// The longest nickname, in bytes of UTF-8.
pub const MAX_NICKNAME: usize = 128;
/// The longest request or acceptance, in bytes, fields of later versions included. Both are hashed
/// behind a length of 16 bits, and a stranger's request is stored.
pub(crate) const MAX_HASHED: usize = 4_096;

/// Why received bytes are no message of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// Not the encoding.
    #[error("the message is malformed")]
    Malformed,
    /// A request or acceptance of more than 4,096 bytes.
    #[error("the message is too long")]
    TooLong,
    /// A field of the wrong length.
    #[error("a field of the message has the wrong length")]
    Length,
    /// A key nobody may use.
    #[error("the message holds an unusable key: {0}")]
    Key(#[from] KeyError),
    /// An identifier of the wrong length.
    #[error(transparent)]
    Identifier(#[from] IdentifierError),
    /// Over [`MAX_GREETING`].
    #[error("a greeting can have {MAX_GREETING} bytes")]
    Greeting,
    /// A generation that cannot be.
    #[error("the generation is out of range")]
    Generation,
    /// Empty, over [`MAX_NICKNAME`], or with control characters.
    #[error("a name must have 1 to {MAX_NICKNAME} bytes and no control characters")]
    Nickname,
}

pub(crate) fn bytes_of(id: &MessageId) -> Vec<u8> {
    id.as_bytes().to_vec()
}

pub(crate) fn id_of(bytes: &[u8]) -> Result<MessageId, MessageError> {
    Ok(MessageId::try_from(bytes)?)
}

pub(crate) fn check_nickname(name: &str) -> Result<(), MessageError> {
    let fits = !name.is_empty() && name.len() <= MAX_NICKNAME;
    if fits && !name.chars().any(char::is_control) {
        Ok(())
    } else {
        Err(MessageError::Nickname)
    }
}

pub(crate) fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N], MessageError> {
    bytes.try_into().map_err(|_| MessageError::Length)
}

pub(crate) fn boxed<const N: usize>(bytes: &[u8]) -> Result<Box<[u8; N]>, MessageError> {
    Ok(Box::new(array(bytes)?))
}

/// A contact request (D4.1).
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The same in every repeat.
    pub id: RequestId,
    /// What the requester calls itself.
    pub nickname: String,
    /// What the requester says, at most [`MAX_GREETING`] bytes.
    pub greeting: String,
    /// The requester's Noise static key for this relationship.
    pub noise: X25519Public,
    /// The requester's Olm identity key for this relationship.
    pub olm: X25519Public,
    /// One Olm one-time key.
    pub one_time_key: X25519Public,
    /// An ML-KEM-768 encapsulation key.
    pub kem: Box<[u8; KEM_KEY]>,
    /// The reply door.
    pub reply_door: OnionKey,
    /// The private key that opens the reply door's descriptor.
    pub reply_descriptor: X25519Secret,
    /// `r_A`.
    pub random: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Request({})", self.id)
    }
}

#[derive(Clone, PartialEq, prost::Message, Zeroize, ZeroizeOnDrop)]
struct RawRequest {
    #[prost(bytes = "vec", tag = "1")]
    id: Vec<u8>,
    #[prost(string, tag = "2")]
    nickname: String,
    #[prost(string, tag = "3")]
    greeting: String,
    #[prost(bytes = "vec", tag = "4")]
    noise: Vec<u8>,
    #[prost(bytes = "vec", tag = "5")]
    olm: Vec<u8>,
    #[prost(bytes = "vec", tag = "6")]
    one_time_key: Vec<u8>,
    #[prost(bytes = "vec", tag = "7")]
    kem: Vec<u8>,
    #[prost(bytes = "vec", tag = "8")]
    reply_door: Vec<u8>,
    #[prost(bytes = "vec", tag = "9")]
    reply_descriptor: Vec<u8>,
    #[prost(bytes = "vec", tag = "10")]
    random: Vec<u8>,
}

impl Request {
    /// The bytes to send and to hash.
    ///
    /// # Errors
    /// A nickname or greeting over its limit.
    pub fn encode(&self) -> Result<Zeroizing<Vec<u8>>, MessageError> {
        self.check()?;
        let raw = RawRequest {
            id: self.id.as_bytes().to_vec(),
            nickname: self.nickname.clone(),
            greeting: self.greeting.clone(),
            noise: self.noise.as_bytes().to_vec(),
            olm: self.olm.as_bytes().to_vec(),
            one_time_key: self.one_time_key.as_bytes().to_vec(),
            kem: self.kem.to_vec(),
            reply_door: self.reply_door.as_bytes().to_vec(),
            reply_descriptor: self.reply_descriptor.as_bytes().to_vec(),
            random: self.random.to_vec(),
        };
        Ok(Zeroizing::new(raw.encode_to_vec()))
    }

    /// Reads and checks received bytes.
    ///
    /// # Errors
    /// See [`MessageError`]; low-order keys and more than 4,096 bytes are refused here.
    pub fn decode(bytes: &[u8]) -> Result<Self, MessageError> {
        if bytes.len() > MAX_HASHED {
            return Err(MessageError::TooLong);
        }
        let mut raw = RawRequest::decode(bytes).map_err(|_| MessageError::Malformed)?;
        let request = Self {
            id: RequestId::try_from(raw.id.as_slice())?,
            nickname: take(&mut raw.nickname),
            greeting: take(&mut raw.greeting),
            noise: X25519Public::try_from(raw.noise.as_slice())?,
            olm: X25519Public::try_from(raw.olm.as_slice())?,
            one_time_key: X25519Public::try_from(raw.one_time_key.as_slice())?,
            kem: boxed(&raw.kem)?,
            reply_door: OnionKey::try_from(raw.reply_door.as_slice())?,
            reply_descriptor: X25519Secret::try_from(raw.reply_descriptor.as_slice())?,
            random: Zeroizing::new(array(&raw.random)?),
        };
        request.check()?;
        Ok(request)
    }

    fn check(&self) -> Result<(), MessageError> {
        check_nickname(&self.nickname)?;
        if self.greeting.len() > MAX_GREETING {
            return Err(MessageError::Greeting);
        }
        Ok(())
    }
}

/// A door and the private key that opens its descriptor, made for one contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoorNotice {
    /// The door.
    pub door: OnionKey,
    /// The private descriptor key of this one contact.
    pub descriptor: X25519Secret,
}

#[derive(Clone, PartialEq, prost::Message, Zeroize, ZeroizeOnDrop)]
struct RawDoor {
    #[prost(bytes = "vec", tag = "1")]
    door: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    descriptor: Vec<u8>,
}

impl DoorNotice {
    fn raw(&self) -> RawDoor {
        RawDoor {
            door: self.door.as_bytes().to_vec(),
            descriptor: self.descriptor.as_bytes().to_vec(),
        }
    }

    fn read(raw: &RawDoor) -> Result<Self, MessageError> {
        Ok(Self {
            door: OnionKey::try_from(raw.door.as_slice())?,
            descriptor: X25519Secret::try_from(raw.descriptor.as_slice())?,
        })
    }
}

/// The acceptance of a request (D4.4).
#[derive(Clone, PartialEq, Eq)]
pub struct Accept {
    /// The acceptor's Noise static key for this relationship.
    pub noise: X25519Public,
    /// The acceptor's Olm identity key for this relationship.
    pub olm: X25519Public,
    /// ML-KEM-768 ciphertext to the request's key.
    pub ciphertext: Box<[u8; KEM_CIPHERTEXT]>,
    /// The acceptor's contact door.
    pub door: DoorNotice,
    /// What the acceptor calls itself.
    pub nickname: String,
    /// `r_B`.
    pub random: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for Accept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Accept(..)")
    }
}

#[derive(Clone, PartialEq, prost::Message, Zeroize, ZeroizeOnDrop)]
struct RawAccept {
    #[prost(bytes = "vec", tag = "1")]
    noise: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    olm: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    ciphertext: Vec<u8>,
    #[prost(message, optional, tag = "4")]
    door: Option<RawDoor>,
    #[prost(string, tag = "5")]
    nickname: String,
    #[prost(bytes = "vec", tag = "6")]
    random: Vec<u8>,
}

impl Accept {
    /// The bytes to send and to hash.
    ///
    /// # Errors
    /// A nickname over its limit.
    pub fn encode(&self) -> Result<Zeroizing<Vec<u8>>, MessageError> {
        check_nickname(&self.nickname)?;
        let raw = RawAccept {
            noise: self.noise.as_bytes().to_vec(),
            olm: self.olm.as_bytes().to_vec(),
            ciphertext: self.ciphertext.to_vec(),
            door: Some(self.door.raw()),
            nickname: self.nickname.clone(),
            random: self.random.to_vec(),
        };
        Ok(Zeroizing::new(raw.encode_to_vec()))
    }

    /// Reads and checks received bytes.
    ///
    /// # Errors
    /// See [`MessageError`]; low-order keys and more than 4,096 bytes are refused here.
    pub fn decode(bytes: &[u8]) -> Result<Self, MessageError> {
        if bytes.len() > MAX_HASHED {
            return Err(MessageError::TooLong);
        }
        let mut raw = RawAccept::decode(bytes).map_err(|_| MessageError::Malformed)?;
        check_nickname(&raw.nickname)?;
        Ok(Self {
            noise: X25519Public::try_from(raw.noise.as_slice())?,
            olm: X25519Public::try_from(raw.olm.as_slice())?,
            ciphertext: boxed(&raw.ciphertext)?,
            door: DoorNotice::read(raw.door.as_ref().ok_or(MessageError::Malformed)?)?,
            nickname: take(&mut raw.nickname),
            random: Zeroizing::new(array(&raw.random)?),
        })
    }
}

/// Asks for a new Olm session inside a chat link (D6.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionReset {
    /// A fresh one-time key of the asker.
    pub one_time_key: X25519Public,
}

impl SessionReset {
    /// The 32 bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.one_time_key.as_bytes().to_vec()
    }

    /// Reads 32 bytes.
    ///
    /// # Errors
    /// A wrong length or a low-order key.
    pub fn decode(bytes: &[u8]) -> Result<Self, MessageError> {
        Ok(Self {
            one_time_key: X25519Public::try_from(bytes)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> X25519Public {
        X25519Public::from_bytes([byte; 32]).expect("ordinary key")
    }

    fn door() -> DoorNotice {
        DoorNotice {
            door: OnionKey::from_bytes([3; 32]),
            descriptor: X25519Secret::from_bytes([4; 32]),
        }
    }

    fn request() -> Request {
        Request {
            id: RequestId::from_bytes([1; 16]),
            nickname: "Noor".into(),
            greeting: "we met at the library".into(),
            noise: key(9),
            olm: key(10),
            one_time_key: key(11),
            kem: Box::new([12; KEM_KEY]),
            reply_door: OnionKey::from_bytes([13; 32]),
            reply_descriptor: X25519Secret::from_bytes([14; 32]),
            random: Zeroizing::new([15; 32]),
        }
    }

    fn accept() -> Accept {
        Accept {
            noise: key(9),
            olm: key(10),
            ciphertext: Box::new([12; KEM_CIPHERTEXT]),
            door: door(),
            nickname: "Amal".into(),
            random: Zeroizing::new([15; 32]),
        }
    }

    #[test]
    fn request_and_accept_round_trip() {
        let bytes = request().encode().expect("within limits");
        assert!(bytes.len() < 4096);
        assert_eq!(Request::decode(&bytes), Ok(request()));
        let bytes = accept().encode().expect("within limits");
        assert_eq!(Accept::decode(&bytes), Ok(accept()));
    }

    #[test]
    fn bad_fields_are_refused() {
        let mut long = request();
        long.greeting = "x".repeat(MAX_GREETING + 1);
        assert_eq!(long.encode(), Err(MessageError::Greeting));
        let mut bell = request();
        bell.nickname = "a\u{7}b".into();
        assert_eq!(bell.encode(), Err(MessageError::Nickname));
        let good = request().encode().expect("within limits");
        let mut raw = RawRequest::decode(good.as_slice()).expect("own bytes");
        raw.olm = vec![0; 32];
        assert_eq!(
            Request::decode(&raw.encode_to_vec()),
            Err(MessageError::Key(KeyError::LowOrder))
        );
        raw.olm = vec![9; 32];
        raw.kem.pop();
        assert_eq!(
            Request::decode(&raw.encode_to_vec()),
            Err(MessageError::Length)
        );
        assert_eq!(Request::decode(&[0xff; 40]), Err(MessageError::Malformed));
    }

    #[test]
    fn every_inside_round_trips() {
        for kind in [
            InsideKind::Content(Zeroizing::new(vec![1, 2])),
            InsideKind::Confirm(Confirm {
                mac: [5; 32],
                door: Some(door()),
            }),
            InsideKind::Confirm(Confirm {
                mac: [5; 32],
                door: None,
            }),
            InsideKind::Door(door()),
            InsideKind::RekeyOffer(RekeyOffer {
                epoch: 2,
                key: Box::new([6; KEM_KEY]),
            }),
            InsideKind::RekeyAnswer(RekeyAnswer {
                epoch: 2,
                ciphertext: Box::new([6; KEM_CIPHERTEXT]),
            }),
            InsideKind::Spares(SpareKeys {
                keys: vec![key(9), key(10)],
            }),
            InsideKind::Unknown,
        ] {
            let inside = Inside { kind };
            assert_eq!(Inside::decode(&inside.encode()), Ok(inside));
        }
    }

    #[test]
    fn a_reset_holds_one_usable_key() {
        let reset = SessionReset {
            one_time_key: key(9),
        };
        assert_eq!(SessionReset::decode(&reset.encode()), Ok(reset));
        assert!(SessionReset::decode(&[0; 32]).is_err());
        assert!(SessionReset::decode(&[9; 31]).is_err());
    }

    #[test]
    fn what_is_hashed_behind_a_16_bit_length_cannot_outgrow_it() {
        // A field that nobody knows is skipped, but it is part of the bytes that are hashed.
        let padded = |mut bytes: Vec<u8>, length: usize| {
            let spare = length - bytes.len() - 3;
            prost::encoding::bytes::encode(15, &vec![0u8; spare], &mut bytes);
            bytes
        };
        let bytes = request().encode().expect("within limits").to_vec();
        let longest = padded(bytes.clone(), MAX_HASHED);
        assert_eq!(longest.len(), MAX_HASHED);
        assert_eq!(Request::decode(&longest), Ok(request()));
        let longer = padded(bytes, MAX_HASHED + 1);
        assert_eq!(Request::decode(&longer), Err(MessageError::TooLong));
        let bytes = accept().encode().expect("within limits").to_vec();
        let longest = padded(bytes.clone(), MAX_HASHED);
        assert_eq!(Accept::decode(&longest), Ok(accept()));
        let longer = padded(bytes, MAX_HASHED + 1);
        assert_eq!(Accept::decode(&longer), Err(MessageError::TooLong));
    }

    #[test]
    fn what_is_said_does_not_print() {
        let kind = InsideKind::Content(Zeroizing::new(b"secret".to_vec()));
        let text = format!("{:?}", Inside { kind });
        assert_eq!(text, "Inside { kind: Content(..) }");
    }
}
