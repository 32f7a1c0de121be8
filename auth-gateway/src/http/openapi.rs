//! The description of the public surface: from the handlers, completed here.
mod refusals;

use utoipa::{
    Modify, OpenApi,
    openapi::{
        Components,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;

use super::{Gateway, problem::Problem};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "wxgate",
        description = "Login and sessions for WeChat mini-programs.\n\n\
            The token travels as `Authorization: Bearer <session_rd>`. Every refusal is a problem \
            document (RFC 9457); act upon its `code`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(Problem)),
    tags(
        (name = "session", description = "Log in, be recognised, stay, leave"),
        (name = "open data", description = "What WeChat hands out encrypted"),
        (name = "user", description = "What users say of themselves"),
    ),
    modifiers(&BearerToken),
)]
struct Api;

struct BearerToken;

impl Modify for BearerToken {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let mut scheme = Http::new(HttpAuthScheme::Bearer);
        scheme.description = Some("A session_rd, from login or refresh".to_owned());
        let components = api.components.get_or_insert_with(Components::new);
        components.add_security_scheme("session_rd", SecurityScheme::Http(scheme));
    }
}

/// A router that describes itself; routes are still to come.
pub(super) fn described() -> OpenApiRouter<Gateway> {
    OpenApiRouter::with_openapi(Api::openapi())
}

/// The description, once every route is in it.
pub(super) fn finished(mut api: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    refusals::add_to(&mut api);
    api
}
