//! The paths that WeChat has.

pub(crate) mod answer;
mod jscode2session;
mod query;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderName, Uri},
    middleware::{self, Next},
    response::Response,
    routing::any,
};

use crate::{
    api::query::Query,
    errcode::Errcode,
    faults::{self, Fault},
    state::{FakeWechat, calls::Call},
};

/// Longer values are kept cut to this many characters.
const MOST_KEPT: usize = 256;
/// Of more names than this the rest is left out.
const MOST_NAMES: usize = 32;

/// Every verb comes through: WeChat judges by the query, and so do the handlers.
pub(crate) fn router(fake: &FakeWechat) -> Router {
    Router::new()
        .route("/sns/jscode2session", any(jscode2session::answer))
        .fallback(unknown_path)
        .layer(middleware::from_fn_with_state(fake.clone(), observe))
        .with_state(fake.clone())
}

/// Notes the call, then lets it through or plays the fault that was planned for it.
async fn observe(State(fake): State<FakeWechat>, request: Request, next: Next) -> Response {
    match note(&fake, &request) {
        None => next.run(request).await,
        Some(fault) => faults::play(fault, &fake, request, next).await,
    }
}

fn note(fake: &FakeWechat, request: &Request) -> Option<Fault> {
    let call = call_of(request, fake.now().unix_millis());
    let mut world = fake.world();
    world.calls.record(call);
    world.faults.take(request.uri().path())
}

fn call_of(request: &Request, at: u64) -> Call {
    let query = Query::of(request.uri());
    let headers = request.headers().keys().map(HeaderName::as_str);
    Call {
        method: request.method().to_string(),
        path: shortened(request.uri().path()),
        appid: query.get("appid").map(shortened),
        js_code: query.get("js_code").map(shortened),
        parameters: query.names().take(MOST_NAMES).map(shortened).collect(),
        headers: headers.take(MOST_NAMES).map(shortened).collect(),
        at,
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(MOST_KEPT).collect()
}

async fn unknown_path(State(fake): State<FakeWechat>, uri: Uri) -> Response {
    refuse(&fake, &uri, Errcode::INVALID_URL)
}

fn refuse(fake: &FakeWechat, uri: &Uri, errcode: Errcode) -> Response {
    answer::plain(errcode.body(uri.path(), fake.now()))
}
