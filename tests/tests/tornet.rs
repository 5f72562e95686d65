//! The private Tor network itself: real `tor` processes on loopback. What Undertone does over it
//! is tested elsewhere.

#[cfg(test)]
mod tornet {
    mod network;
    mod transport;
}
