//! Whose call it is: for the record, before anything is judged.

use super::request::ApiRequest;
use crate::state::World;

/// The appid that the query or the body names, or that the `access_token` belongs to.
pub(super) fn appid<'a>(world: &'a World, request: &'a ApiRequest) -> Option<&'a str> {
    let named = request
        .query
        .get("appid")
        .or_else(|| request.member("appid"));
    let by_token = || {
        let token = request.query.get("access_token")?;
        world.tokens.owner(token)
    };
    named.or_else(by_token)
}
