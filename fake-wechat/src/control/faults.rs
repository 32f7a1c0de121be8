//! `GET`, `PUT` and `DELETE /_fake/faults`.

use axum::{Json, extract::State, http::StatusCode};

use super::{Refusal, asked::Asked};
use crate::{
    faults::{Fault, FaultSpec},
    state::FakeWechat,
};

/// Replaces the whole plan. A list with a mistake in it changes nothing.
pub(super) async fn plan(
    State(fake): State<FakeWechat>,
    Asked(specs): Asked<Vec<FaultSpec>>,
) -> Result<StatusCode, Refusal> {
    let parse = |(position, spec)| {
        Fault::try_from(spec).map_err(|source| Refusal::Fault { position, source })
    };
    let faults = specs
        .into_iter()
        .enumerate()
        .map(parse)
        .collect::<Result<Vec<_>, _>>()?;
    fake.world().faults.plan(faults);
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn list(State(fake): State<FakeWechat>) -> Json<Vec<FaultSpec>> {
    Json(fake.world().faults.list())
}

pub(super) async fn clear(State(fake): State<FakeWechat>) -> StatusCode {
    fake.world().faults.clear();
    StatusCode::NO_CONTENT
}
