//! What replicas share.
use std::sync::Arc;

use session_service::config::DatabaseSettings;
use testkit::{PostgresServer, Stage};

/// A stage on Redis and PostgreSQL.
pub(crate) async fn on_redis_and_postgres() -> (Arc<PostgresServer>, Stage) {
    let server = PostgresServer::shared().await;
    let database = DatabaseSettings::at(&server.database().await);
    let stage = Stage::on_redis_with(|plan| plan.session.database = database).await;
    (server, stage)
}
