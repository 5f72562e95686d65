//! Everything that needs a private Tor network of real `tor` processes on loopback: the network
//! itself, the transport over it, and scenarios of whole profiles. Skipped with a printed reason
//! where `tor` is missing, except in CI. The README of this crate says how to run one of them.

#[cfg(test)]
mod tornet {
    mod network;
    mod transport;

    // What the scenarios are made of.
    mod bot;
    mod canaries;
    mod guest;
    mod lab;
    mod machines;
    mod party;
    mod samples;
    mod traced;

    // The scenarios.
    mod block;
    mod circles;
    mod conversation;
    mod kill;
    mod outage;
    mod recovery;
    mod replaced;
    mod several;
    mod sockets;
    mod stopping;
    mod stranger;
}
