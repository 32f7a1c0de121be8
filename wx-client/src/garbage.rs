//! What can be wrong with an answer.

/// What is wrong with an answer. It holds nothing of what was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Garbage {
    /// Not HTTP at all.
    #[error("not HTTP")]
    NotHttp,
    /// A redirect, which is never followed; its status.
    #[error("a redirect, status {0}")]
    Redirect(u16),
    /// A status other than 200, which WeChat uses even for refusals.
    #[error("status {0}")]
    Status(u16),
    /// A body of more than 64 KiB.
    #[error("body too large")]
    TooLarge,
    /// The body is not one JSON object.
    #[error("not a JSON object")]
    NotJson,
    /// `errcode` is neither a whole number nor a string of one.
    #[error("errcode not a number")]
    BadErrcode,
    /// Success without this field.
    #[error("{0} missing")]
    Missing(&'static str),
    /// This field holds what WeChat is not known to send: an id that is not 1 to 128 of
    /// `A-Z a-z 0-9 _ -`, a `session_key` that is not base64 of 16 bytes, and the like.
    #[error("{0} malformed")]
    Malformed(&'static str),
    /// This field speaks of another user or app than the one asked about.
    #[error("{0} of somebody else")]
    Foreign(&'static str),
}
