//! The 64 emoji of short codes, in the order of the Matrix specification ("SAS method: emoji"), which
//! chose them to be told apart at a glance, on every system and when read aloud.

/// One emoji of a short code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Emoji {
    /// The character.
    pub symbol: &'static str,
    /// Its English name, for reading aloud.
    pub name: &'static str,
}

const fn emoji(symbol: &'static str, name: &'static str) -> Emoji {
    Emoji { symbol, name }
}

pub(crate) const EMOJI: [Emoji; 64] = [
    emoji("🐶", "dog"),
    emoji("🐱", "cat"),
    emoji("🦁", "lion"),
    emoji("🐎", "horse"),
    emoji("🦄", "unicorn"),
    emoji("🐷", "pig"),
    emoji("🐘", "elephant"),
    emoji("🐰", "rabbit"),
    emoji("🐼", "panda"),
    emoji("🐓", "rooster"),
    emoji("🐧", "penguin"),
    emoji("🐢", "turtle"),
    emoji("🐟", "fish"),
    emoji("🐙", "octopus"),
    emoji("🦋", "butterfly"),
    emoji("🌷", "flower"),
    emoji("🌳", "tree"),
    emoji("🌵", "cactus"),
    emoji("🍄", "mushroom"),
    emoji("🌏", "globe"),
    emoji("🌙", "moon"),
    emoji("☁️", "cloud"),
    emoji("🔥", "fire"),
    emoji("🍌", "banana"),
    emoji("🍎", "apple"),
    emoji("🍓", "strawberry"),
    emoji("🌽", "corn"),
    emoji("🍕", "pizza"),
    emoji("🎂", "cake"),
    emoji("❤️", "heart"),
    emoji("😀", "smiley"),
    emoji("🤖", "robot"),
    emoji("🎩", "hat"),
    emoji("👓", "glasses"),
    emoji("🔧", "spanner"),
    emoji("🎅", "santa"),
    emoji("👍", "thumbs up"),
    emoji("☂️", "umbrella"),
    emoji("⌛", "hourglass"),
    emoji("⏰", "clock"),
    emoji("🎁", "gift"),
    emoji("💡", "light bulb"),
    emoji("📕", "book"),
    emoji("✏️", "pencil"),
    emoji("📎", "paperclip"),
    emoji("✂️", "scissors"),
    emoji("🔒", "lock"),
    emoji("🔑", "key"),
    emoji("🔨", "hammer"),
    emoji("☎️", "telephone"),
    emoji("🏁", "flag"),
    emoji("🚂", "train"),
    emoji("🚲", "bicycle"),
    emoji("✈️", "aeroplane"),
    emoji("🚀", "rocket"),
    emoji("🏆", "trophy"),
    emoji("⚽", "ball"),
    emoji("🎸", "guitar"),
    emoji("🎺", "trumpet"),
    emoji("🔔", "bell"),
    emoji("⚓", "anchor"),
    emoji("🎧", "headphones"),
    emoji("📁", "folder"),
    emoji("📌", "pin"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_look_or_sound_alike() {
        let symbols: BTreeSet<_> = EMOJI.iter().map(|emoji| emoji.symbol).collect();
        let names: BTreeSet<_> = EMOJI.iter().map(|emoji| emoji.name).collect();
        assert_eq!((symbols.len(), names.len()), (64, 64));
    }
}
