//! A session's life, held against the rules: random steps, on the real service.
mod installation;
mod life;
mod look;
mod reference;
mod step;
mod stored;
mod subject;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use proptest::test_runner::{Config, TestRunner};
use proptest_state_machine::ReferenceStateMachine;
use testkit::Stage;
use tokio::runtime::Handle;

pub(crate) use self::installation::settings;
use self::{
    installation::Installation, life::Life, reference::Reference, step::Step, subject::Subject,
};

/// How many things happen in a life at most.
const STEPS: usize = 50;

/// Lives `schedules` random lives in memory; answers how many steps they had.
pub(crate) async fn live_in_memory(schedules: u32) -> usize {
    live::<1>(Stage::with(settings).await, schedules).await
}

/// The same in Redis. Its time goes on while the test's stands still, so that what is written just before
/// its end would be gone at once: ten seconds are left, time enough to take the end away.
pub(crate) async fn live_in_redis(schedules: u32) -> usize {
    live::<10_000>(Stage::on_redis_with(settings).await, schedules).await
}

async fn live<const NEAREST: u64>(stage: Stage, schedules: u32) -> usize {
    let installation = Arc::new(Installation::new(stage).await);
    let (here, run_time) = (installation.clone(), Handle::current());
    // proptest knows no async: it has a thread of its own, which waits for the run time.
    let lived = tokio::task::spawn_blocking(move || {
        let steps = AtomicUsize::default();
        let random = Reference::<NEAREST>::sequential_strategy(1..STEPS);
        let lived = runner(schedules).run(&random, |(life, schedule, seen)| {
            steps.fetch_add(schedule.len(), Ordering::Relaxed);
            run_time.block_on(one(&here, life, schedule, seen));
            Ok(())
        });
        lived
            .map(|()| steps.into_inner())
            .map_err(|error| error.to_string())
    });
    let lived = lived.await.expect("the runner itself does not panic");
    let steps = lived.unwrap_or_else(|error| panic!("{error}"));
    let installation = Arc::into_inner(installation).expect("all lives are over");
    installation.stage.end().await;
    steps
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    })
}

/// One life. `seen` tells proptest how far it came at first, should it fail.
async fn one(
    at: &Arc<Installation>,
    mut rules: Life,
    schedule: Vec<Step>,
    seen: Option<Arc<AtomicUsize>>,
) {
    let mut subject = Subject::new(at.clone());
    for step in schedule {
        if let Some(seen) = &seen {
            seen.fetch_add(1, Ordering::SeqCst);
        }
        rules = rules.after(&step);
        subject.take(&step, &rules).await;
    }
}
