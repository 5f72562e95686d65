//! Runs the real program: what it says, its exit codes, its socket. Tor runs in it with a private
//! network of which no relay exists, so nothing is reached; talking to somebody is tested by the
//! demonstration, over real relays.

#[cfg(test)]
mod program {
    mod arguments;
    mod bench;
    mod control;
    mod conversing;
    mod passphrase;
    mod people;
    mod profiles;
    mod running;
    mod several;
}
