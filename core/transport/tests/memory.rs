//! The in-memory network, as an engine's test meets it: only through its public interface, in
//! virtual time.

#[cfg(test)]
mod memory {
    mod chance;
    mod dialling;
    mod faults;
    mod fixture;
    mod streams;
}
