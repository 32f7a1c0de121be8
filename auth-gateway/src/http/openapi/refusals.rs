//! Which refusals each operation may answer with.
use std::collections::BTreeMap;

use service_kit::{code_of, http_status};
use utoipa::openapi::{
    OpenApi, Ref, Response,
    content::ContentBuilder,
    example::ExampleBuilder,
    path::{Operation, PathItem},
    response::ResponseBuilder,
};
use wx_proto::common::v1::ErrorReason as Reason;

use crate::http::problem::{PROBLEM_JSON, Problem};

/// Any operation, on a bad day.
const ALWAYS: [Reason; 4] = [
    Reason::StoreUnavailable,
    Reason::Overloaded,
    Reason::DeadlineExceeded,
    Reason::Internal,
];

/// An operation that takes a body.
const WITH_BODY: [Reason; 3] = [
    Reason::InvalidRequest,
    Reason::PayloadTooLarge,
    Reason::UnsupportedMediaType,
];

/// An operation that takes a token.
const WITH_TOKEN: [Reason; 3] = [
    Reason::SessionInvalid,
    Reason::SessionExpired,
    Reason::SessionRevoked,
];

const LOGIN: [Reason; 2] = [Reason::LoginCodeRejected, Reason::UserBlocked];

/// An operation that asks WeChat.
const WECHAT: [Reason; 4] = [
    Reason::RateLimited,
    Reason::WechatBadAnswer,
    Reason::WechatUnavailable,
    Reason::WechatMisconfigured,
];

const DECRYPT: [Reason; 2] = [Reason::DecryptFailed, Reason::DecryptBudgetExhausted];

/// Adds to every operation what it may refuse with.
pub(super) fn add_to(api: &mut OpenApi) {
    for operation in api.paths.paths.values_mut().flat_map(operations) {
        let mut by_status: BTreeMap<u16, Vec<Reason>> = BTreeMap::new();
        for reason in reasons(operation) {
            let status = http_status(reason).as_u16();
            by_status.entry(status).or_default().push(reason);
        }
        for (status, reasons) in by_status {
            let response = response(&reasons).into();
            operation
                .responses
                .responses
                .insert(status.to_string(), response);
        }
    }
}

fn operations(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut path.get,
        &mut path.put,
        &mut path.post,
        &mut path.delete,
    ]
    .into_iter()
    .flatten()
}

fn reasons(operation: &Operation) -> Vec<Reason> {
    let mut reasons = ALWAYS.to_vec();
    if operation.request_body.is_some() {
        reasons.extend(WITH_BODY);
    }
    if operation.security.is_some() {
        reasons.extend(WITH_TOKEN);
    }
    match operation.operation_id.as_deref() {
        Some("login") => reasons.extend(LOGIN.iter().chain(&WECHAT)),
        Some("decryptOpenData") => reasons.extend(DECRYPT),
        Some("phoneNumber") => {
            reasons.push(Reason::PhoneCodeRejected);
            reasons.extend(DECRYPT.iter().chain(&WECHAT));
        }
        _ => {}
    }
    reasons
}

fn response(reasons: &[Reason]) -> Response {
    let codes: Vec<String> = reasons.iter().copied().map(code_of).collect();
    let examples = reasons.iter().map(|&reason| {
        let problem = serde_json::to_value(example(reason)).ok();
        (
            code_of(reason),
            ExampleBuilder::new().value(problem).build(),
        )
    });
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .examples_from_iter(examples)
        .build();
    ResponseBuilder::new()
        .description(codes.join(", "))
        .content(PROBLEM_JSON, content)
        .build()
}

fn example(reason: Reason) -> Problem {
    let status = http_status(reason);
    let detail = status.canonical_reason().unwrap_or("refused");
    Problem::new(reason, detail.to_lowercase())
}
