//! Words that must not be printed by accident: passphrases and invitations on their way from a field
//! to where they are used. Overwritten when dropped. Copies that a field makes while it is typed into
//! are iced's and are not overwritten.

use std::fmt;
use std::ops::Deref;

use zeroize::Zeroizing;

/// Secret words.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Deref for Secret {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(words: String) -> Self {
        Self(Zeroizing::new(words))
    }
}

impl From<&str> for Secret {
    fn from(words: &str) -> Self {
        words.to_owned().into()
    }
}

impl Secret {
    /// Cuts it to so many bytes.
    pub fn truncate(&mut self, bytes: usize) {
        let end = self.0.floor_char_boundary(bytes);
        self.0.truncate(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_not_printed() {
        let secret = Secret::from("velvet");
        assert_eq!(format!("{secret:?}"), "Secret(..)");
        assert_eq!(&*secret, "velvet");
    }
}
