//! Servers below HTTP, for what a well-behaved one would not say.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// A server that reads one request and then does as the script says; gives its port.
pub(crate) async fn raw<F>(script: impl FnOnce(TcpStream) -> F + Send + 'static) -> u16
where
    F: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut stream = listener.accept().await.unwrap().0;
        read_request(&mut stream).await;
        script(stream).await;
    });
    port
}

/// Reads one request with its body; gives its head.
pub(crate) async fn read_request(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).await.unwrap();
    head
}

/// A server that answers any request with these bytes and hangs up.
pub(crate) async fn raw_saying(bytes: impl Into<Vec<u8>>) -> u16 {
    let bytes = bytes.into();
    raw(async move |mut stream: TcpStream| stream.write_all(&bytes).await.unwrap()).await
}

/// A server that treats each connection alike: reads a request, then does as the script says.
pub(crate) struct Raw {
    pub(crate) port: u16,
    heads: Arc<Mutex<Vec<String>>>,
    server: JoinHandle<()>,
}

impl Raw {
    /// Answers with these bytes and hangs up.
    pub(crate) async fn saying(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::doing(move |mut stream| {
            let bytes = bytes.clone();
            async move { stream.write_all(&bytes).await.unwrap() }
        })
        .await
    }

    pub(crate) async fn doing<F>(script: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let notes = Arc::clone(&heads);
        let server = tokio::spawn(async move {
            loop {
                let mut stream = listener.accept().await.unwrap().0;
                let head = read_request(&mut stream).await;
                notes.lock().unwrap().push(head);
                script(stream).await;
            }
        });
        Self {
            port,
            heads,
            server,
        }
    }

    /// The heads of the requests since the last time.
    pub(crate) fn heads(&self) -> Vec<String> {
        std::mem::take(&mut self.heads.lock().unwrap())
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        self.server.abort();
    }
}
