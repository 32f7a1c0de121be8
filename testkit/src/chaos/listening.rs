//! Connections come in, unless they are refused.
use std::{net::SocketAddr, sync::Arc};

use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use super::{Shared, connection, faults::Current};

/// Accepts connections for ever; they end when this is dropped.
pub(super) async fn serve(at: SocketAddr, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    let mut faults = shared.faults.subscribe();
    loop {
        until(&mut faults, false).await;
        let listener = TcpListener::bind(at).await.unwrap();
        shared.refuses.send_replace(false);
        tokio::select! {
            () = until(&mut faults, true) => {}
            () = accept(&listener, &shared, &mut connections) => {}
        }
        // Nobody listens: the operating system refuses, as it does for a server that is gone.
        drop(listener);
        shared.refuses.send_replace(true);
    }
}

async fn until(faults: &mut watch::Receiver<Current>, refuse: bool) {
    let set = faults.wait_for(|current| current.faults.refuse == refuse);
    set.await
        .expect("this holds what the proxy's connections share");
}

async fn accept(listener: &TcpListener, shared: &Arc<Shared>, connections: &mut JoinSet<()>) {
    loop {
        if let Ok((client, _)) = listener.accept().await {
            connections.spawn(connection::serve(client, shared.clone()));
        }
        while connections.try_join_next().is_some() {}
    }
}
