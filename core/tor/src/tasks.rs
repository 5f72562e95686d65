//! The runtime that Arti runs on: tokio, plus the power to end everything that one owner started.
//!
//! Arti spawns tasks and threads and keeps no handle of them. Some never end by themselves: with
//! proof of work compiled in, each onion service starts a thread that sleeps in a loop for ever
//! (tor-hsservice 0.47, `pow/v1.rs`, `expire_old_requests_loop`), so every door ever opened would
//! cost a thread of tokio's blocking pool, and the pool is bounded. A [`Scope`] counts what was
//! spawned through it and ends it on demand.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::channel::oneshot;
use futures::future::{AbortHandle, Abortable, FutureObj};
use futures::task::{Spawn, SpawnError};
use tokio::sync::watch;
use tor_rtcompat::{Blocking, CompoundRuntime, PreferredRuntime};

/// What the Arti client and its onion services are generic over.
pub(crate) type ArtiRuntime = CompoundRuntime<
    ScopedTasks,
    PreferredRuntime,
    PreferredRuntime,
    PreferredRuntime,
    PreferredRuntime,
    PreferredRuntime,
    PreferredRuntime,
>;

/// Builds a runtime whose tasks and threads belong to `scope`.
pub(crate) fn scoped_runtime(runtime: &PreferredRuntime, scope: &Scope) -> ArtiRuntime {
    let tasks = ScopedTasks {
        runtime: runtime.clone(),
        scope: scope.clone(),
    };
    let same = || runtime.clone();
    CompoundRuntime::new(tasks, same(), same(), same(), same(), same(), same())
}

/// The owner of a set of tasks and threads. Clones are the same scope.
#[derive(Clone)]
pub(crate) struct Scope(Arc<ScopeInner>);

struct ScopeInner {
    running: Mutex<Running>,
    count: watch::Sender<usize>,
}

#[derive(Default)]
struct Running {
    ended: bool,
    next_id: u64,
    handles: HashMap<u64, AbortHandle>,
}

impl Scope {
    pub(crate) fn new() -> Self {
        Self(Arc::new(ScopeInner {
            running: Mutex::default(),
            count: watch::Sender::new(0),
        }))
    }

    /// Ends every task and every waiting thread of this scope; nothing new can start in it.
    pub(crate) fn end(&self) {
        let handles: Vec<AbortHandle> = {
            let mut running = self.lock();
            running.ended = true;
            running.handles.values().cloned().collect()
        };
        for handle in handles {
            handle.abort();
        }
    }

    /// Waits until nothing of this scope runs, at most `limit`. True if that was reached.
    pub(crate) async fn wait_idle(&self, limit: Duration) -> bool {
        let mut count = self.0.count.subscribe();
        let idle = count.wait_for(|running| *running == 0);
        tokio::time::timeout(limit, idle).await.is_ok()
    }

    /// True if nothing of this scope runs.
    pub(crate) fn is_idle(&self) -> bool {
        *self.0.count.borrow() == 0
    }

    /// Registers one piece of work. `None` when the scope has ended.
    fn enter(&self) -> Option<(Entered, futures::future::AbortRegistration)> {
        let (handle, registration) = AbortHandle::new_pair();
        let id = {
            let mut running = self.lock();
            if running.ended {
                return None;
            }
            let id = running.next_id;
            running.next_id += 1;
            running.handles.insert(id, handle);
            id
        };
        self.0.count.send_modify(|count| *count += 1);
        let entered = Entered {
            scope: self.clone(),
            id,
        };
        Some((entered, registration))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Running> {
        self.0
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scope({} running)", *self.0.count.borrow())
    }
}

/// One registered piece of work; leaves the scope when dropped.
struct Entered {
    scope: Scope,
    id: u64,
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.scope.lock().handles.remove(&self.id);
        self.scope.0.count.send_modify(|count| *count -= 1);
    }
}

/// The task half of the runtime.
#[derive(Clone, Debug)]
pub(crate) struct ScopedTasks {
    runtime: PreferredRuntime,
    scope: Scope,
}

impl Spawn for ScopedTasks {
    fn spawn_obj(&self, future: FutureObj<'static, ()>) -> Result<(), SpawnError> {
        let (entered, registration) = self.scope.enter().ok_or_else(SpawnError::shutdown)?;
        let task = async move {
            // The order matters: the future must be gone before the scope counts it as gone.
            let _entered = entered;
            let _aborted = Abortable::new(future, registration).await;
        };
        self.runtime.spawn_obj(FutureObj::new(Box::new(task)))
    }
}

/// The payload with which a thread of an ended scope unwinds. `resume_unwind` calls no panic
/// hook, so nothing is printed, and the thread's own `catch_unwind` ends it.
struct ScopeEnded;

impl Blocking for ScopedTasks {
    type ThreadHandle<T: Send + 'static> = ThreadHandle<T>;

    /// A thread of its own instead of one of tokio's pool: Arti uses this for threads that live as
    /// long as their onion service, two a service, and would exhaust the pool.
    fn spawn_blocking<F, T>(&self, f: F) -> ThreadHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let Some((entered, registration)) = self.scope.enter() else {
            return ThreadHandle(receiver);
        };
        // A thread is ended where it waits, in `reenter_block_on`, not by this registration.
        drop(registration);
        let tokio = tokio::runtime::Handle::current();
        let body = move || {
            let _entered = entered;
            // Arti makes timers on this thread.
            let _in_tokio = tokio.enter();
            let result = catch_unwind(AssertUnwindSafe(f));
            let _nobody_waits = sender.send(result);
        };
        let spawned = std::thread::Builder::new()
            .name("onion-service".to_owned())
            .stack_size(1 << 20)
            .spawn(body);
        if let Err(error) = spawned {
            tracing::error!(kind = ?error.kind(), "no thread for an onion service");
        }
        ThreadHandle(receiver)
    }

    fn reenter_block_on<F>(&self, future: F) -> F::Output
    where
        F: Future,
        F::Output: Send + 'static,
    {
        let Some((_entered, registration)) = self.scope.enter() else {
            end_this_thread()
        };
        match self
            .runtime
            .reenter_block_on(Abortable::new(future, registration))
        {
            Ok(output) => output,
            Err(_aborted) => end_this_thread(),
        }
    }

    fn blocking_io<F, T>(&self, f: F) -> impl Future<Output = T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.runtime.blocking_io(f)
    }
}

/// Leaves a thread whose scope has ended. The caller is Arti's code in a loop without an exit.
fn end_this_thread() -> ! {
    // A program built with `panic = "abort"` cannot unwind: there the thread stays, parked.
    #[cfg(panic = "abort")]
    loop {
        std::thread::park();
    }
    #[cfg(not(panic = "abort"))]
    resume_unwind(Box::new(ScopeEnded))
}

/// Resolves to what the thread returned; unwinds if the thread did or never started.
pub(crate) struct ThreadHandle<T>(oneshot::Receiver<Result<T, Box<dyn Any + Send>>>);

impl<T> Future for ThreadHandle<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        match Pin::new(&mut self.0).poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(Ok(output))) => Poll::Ready(output),
            Poll::Ready(Ok(Err(payload))) => resume_unwind(payload),
            Poll::Ready(Err(_canceled)) => resume_unwind(Box::new(ScopeEnded)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::task::SpawnExt as _;
    use tor_rtcompat::SleepProvider as _;

    const LIMIT: Duration = Duration::from_secs(10);

    fn runtime(scope: &Scope) -> ArtiRuntime {
        crate::client::install_crypto_provider();
        scoped_runtime(&PreferredRuntime::current().expect("tokio runs"), scope)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn ending_a_scope_ends_its_tasks_and_its_sleeping_threads() {
        let scope = Scope::new();
        let other = Scope::new();
        let runtime_of_scope = runtime(&scope);
        let runtime_of_other = runtime(&other);
        for runtime in [&runtime_of_scope, &runtime_of_other] {
            runtime
                .spawn(futures::future::pending::<()>())
                .expect("spawned");
            let inner = runtime.clone();
            // The shape of Arti's loop: it has no exit.
            let _detached = runtime.spawn_blocking(move || {
                loop {
                    inner.reenter_block_on(inner.sleep(Duration::from_secs(3600)));
                }
            });
        }
        scope.end();
        assert!(scope.wait_idle(LIMIT).await);
        assert!(runtime_of_scope.spawn(async {}).is_err());
        assert!(*other.0.count.borrow() >= 2, "the other scope goes on");
        other.end();
        assert!(other.wait_idle(LIMIT).await);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn work_that_ends_by_itself_leaves_the_scope() {
        let scope = Scope::new();
        let runtime = runtime(&scope);
        runtime.spawn(async {}).expect("spawned");
        assert_eq!(runtime.spawn_blocking(|| 7).await, 7);
        assert!(scope.wait_idle(LIMIT).await);
        assert!(scope.lock().handles.is_empty());
    }
}
