//! Disks that are full, read-only or slow, and programs that crash at a commit: before it, or
//! between it and what it lets leave. Also the mutant: a commit that is left out and called done.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use undertone_engine::DiskFaults;
use undertone_protocol::Changes;
use undertone_storage::{ChangeSet, CommitError, FreeSpace, Store};
use undertone_transport::memory::{MemoryNetwork, NodeId};

use super::keys::{Holds, Keys};

/// Of so many renewals of keys one is done where they are seldom.
const SELDOM: u64 = 4;

/// Where a program dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Death {
    /// Nothing is stored, nothing leaves.
    BeforeCommit,
    /// All is stored, nothing leaves.
    BeforeTransmit,
}

/// A disk that does not take anything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refusal {
    pub(crate) kind: io::ErrorKind,
    /// The first commit that is refused was stored all the same: only its end was not reported.
    pub(crate) stored: bool,
    pub(crate) until: Instant,
}

/// Which commit a mutant leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// One with a message that came.
    Incoming,
    /// One with a message of its own.
    Own,
    /// One with a change of a message.
    Change,
    /// One with none of these: the next one says all of it again, so nobody can see that it is missing.
    Other,
}

/// A program that leaves one commit out and calls it done: the first of its kind after so many, whosever it is.
pub(crate) struct Mutant {
    pub(crate) kind: Kind,
    left: Mutex<u64>,
    /// What the commit held that was left out.
    pub(crate) held: Mutex<Option<Holds>>,
}

impl Mutant {
    pub(crate) fn new(kind: Kind, after: u64) -> Arc<Self> {
        Arc::new(Self {
            kind,
            left: Mutex::new(after),
            held: Mutex::default(),
        })
    }

    /// Whether a commit that holds this is left out.
    fn takes(&self, holds: &Holds) -> bool {
        let fits = match self.kind {
            Kind::Incoming => holds.incoming,
            Kind::Own => holds.own,
            Kind::Change => holds.change && !holds.own && !holds.incoming,
            Kind::Other => {
                !(holds.own || holds.incoming || holds.change || holds.records.is_empty())
            }
        };
        let mut held = self.held.lock().unwrap();
        if !fits || held.is_some() {
            return false;
        }
        let mut left = self.left.lock().unwrap();
        if *left > 0 {
            *left -= 1;
            return false;
        }
        *held = Some(holds.clone());
        true
    }
}

#[derive(Default)]
struct Plan {
    /// After so many more commits.
    death: Option<(u64, Death)>,
    refusal: Option<Refusal>,
    /// One commit takes so long.
    slow: Duration,
    /// A bug that the invariants must catch.
    mutant: Option<Arc<Mutant>>,
    /// A commit failed: the store takes no more before it is opened again.
    closed: bool,
    /// Keys are renewed each time, or one time of many.
    renews_seldom: bool,
    renewals: u64,
    /// Something was refused in this life, so that the program may end by itself.
    failed: bool,
    counts: Counts,
}

/// What happened at all commits of a person.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) commits: u64,
    pub(crate) died_before_commit: u64,
    pub(crate) died_before_transmit: u64,
    pub(crate) full: u64,
    pub(crate) read_only: u64,
    /// Of the refused ones, those that were stored all the same.
    pub(crate) refused_but_stored: u64,
    pub(crate) slow: u64,
    pub(crate) left_out: u64,
}

enum Verdict {
    Store,
    LeaveOut,
    Die(Death),
    Refuse(Refusal),
    Closed,
}

/// One person's disk; it outlives the programs.
pub(crate) struct TestDisk {
    network: MemoryNetwork,
    node: NodeId,
    pub(crate) keys: Keys,
    plan: Mutex<Plan>,
    dead: watch::Sender<bool>,
}

impl TestDisk {
    pub(crate) fn new(network: MemoryNetwork, node: NodeId) -> Arc<Self> {
        Arc::new(Self {
            network,
            node,
            keys: Keys::default(),
            plan: Mutex::default(),
            dead: watch::Sender::new(false),
        })
    }

    /// A program starts.
    pub(crate) fn begin(&self) {
        self.keys.lost();
        let mut plan = self.plan.lock().unwrap();
        plan.closed = false;
        plan.failed = false;
        plan.death = None;
        self.dead.send_replace(false);
    }

    pub(crate) fn die_after(&self, commits: u64, death: Death) {
        self.plan.lock().unwrap().death = Some((commits, death));
    }

    pub(crate) fn refuse(&self, refusal: Refusal) {
        self.plan.lock().unwrap().refusal = Some(refusal);
    }

    pub(crate) fn slow_down(&self, to: Duration) {
        self.plan.lock().unwrap().slow = to;
    }

    pub(crate) fn mutate(&self, mutant: Arc<Mutant>) {
        self.plan.lock().unwrap().mutant = Some(mutant);
    }

    /// A good disk again.
    pub(crate) fn repair(&self) {
        let mut plan = self.plan.lock().unwrap();
        plan.refusal = None;
        plan.death = None;
        plan.slow = Duration::ZERO;
    }

    /// From now on time passes and little else. A renewal writes megabytes, and in a storm each is done, so of those that only
    /// time brings most are spared.
    pub(crate) fn renew_seldom(&self) {
        self.plan.lock().unwrap().renews_seldom = true;
    }

    pub(crate) fn counts(&self) -> Counts {
        self.plan.lock().unwrap().counts
    }

    /// Returns when the program died at a commit.
    pub(crate) async fn died(&self) {
        let mut dead = self.dead.subscribe();
        // The sender lives as long as `self`.
        let _ = dead.wait_for(|dead| *dead).await;
    }

    /// Whether the program has a reason to end by itself.
    pub(crate) fn failed(&self) -> bool {
        self.plan.lock().unwrap().failed
    }

    pub(crate) fn is_dead(&self) -> bool {
        *self.dead.borrow()
    }

    fn judge(&self) -> (Verdict, Duration) {
        let mut guard = self.plan.lock().unwrap();
        let plan = &mut *guard;
        let slow = plan.slow;
        if plan.closed {
            return (Verdict::Closed, Duration::ZERO);
        }
        plan.counts.commits += 1;
        plan.counts.slow += u64::from(!slow.is_zero());
        if let Some(refusal) = plan
            .refusal
            .filter(|refusal| Instant::now() < refusal.until)
        {
            plan.closed = true;
            plan.failed = true;
            match refusal.kind {
                io::ErrorKind::StorageFull => plan.counts.full += 1,
                _ => plan.counts.read_only += 1,
            }
            plan.counts.refused_but_stored += u64::from(refusal.stored);
            return (Verdict::Refuse(refusal), slow);
        }
        let holds = self.keys.holds();
        if plan
            .mutant
            .as_ref()
            .is_some_and(|mutant| mutant.takes(&holds))
        {
            // It lives on and says so: that is what is wrong.
            plan.death = None;
            plan.counts.left_out += 1;
            return (Verdict::LeaveOut, slow);
        }
        if let Some((left, death)) = &mut plan.death {
            if *left == 0 {
                let death = *death;
                match death {
                    Death::BeforeCommit => plan.counts.died_before_commit += 1,
                    Death::BeforeTransmit => plan.counts.died_before_transmit += 1,
                }
                plan.death = None;
                return (Verdict::Die(death), slow);
            }
            *left -= 1;
        }
        (Verdict::Store, slow)
    }

    /// The program ends here, as `kill -9` ends one; what it was about to do never happens.
    async fn die(&self) -> Result<(), CommitError> {
        self.network.crash(self.node);
        self.dead.send_replace(true);
        std::future::pending().await
    }
}

impl DiskFaults for TestDisk {
    fn step(&self, changes: &Changes) {
        self.keys.step(changes);
    }

    fn free_space(&self) -> Option<FreeSpace> {
        Some(FreeSpace {
            available: 1 << 40,
            total: 1 << 40,
        })
    }

    fn commit<'a>(
        &'a self,
        store: &'a Store,
        set: ChangeSet,
    ) -> BoxFuture<'a, Result<(), CommitError>> {
        Box::pin(async move {
            let (verdict, slow) = self.judge();
            if !slow.is_zero() {
                sleep(slow).await;
            }
            match verdict {
                Verdict::Store => {
                    store.commit(set)?;
                    self.keys.left();
                    Ok(())
                }
                Verdict::LeaveOut => {
                    self.keys.left();
                    Ok(())
                }
                Verdict::Die(Death::BeforeCommit) => {
                    self.keys.lost();
                    self.die().await
                }
                Verdict::Die(Death::BeforeTransmit) => {
                    store.commit(set)?;
                    self.keys.left();
                    self.die().await
                }
                Verdict::Refuse(refusal) => {
                    if refusal.stored {
                        store.commit(set)?;
                        self.keys.left();
                    }
                    self.keys.lost();
                    Err(io::Error::from(refusal.kind).into())
                }
                Verdict::Closed => {
                    self.keys.lost();
                    Err(CommitError::Closed)
                }
            }
        })
    }

    fn renews(&self) -> bool {
        let mut plan = self.plan.lock().unwrap();
        plan.renewals += 1;
        !plan.renews_seldom || plan.renewals.is_multiple_of(SELDOM)
    }

    fn renew(&self) -> BoxFuture<'_, Result<(), CommitError>> {
        let mut plan = self.plan.lock().unwrap();
        let refusal = plan
            .refusal
            .filter(|refusal| Instant::now() < refusal.until);
        plan.failed |= refusal.is_some();
        let closed = plan.closed;
        Box::pin(async move {
            match refusal {
                Some(refusal) => Err(io::Error::from(refusal.kind).into()),
                None if closed => Err(CommitError::Closed),
                None => Ok(()),
            }
        })
    }
}
