//! What a thief finds in Redis: on its disk, and in what is said to it.
use std::collections::HashSet;

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use futures::future::join_all;
use testkit::{RedisServer, Stage};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A token's bytes, before they are spelled.
const TOKEN: usize = 45;
/// A string shorter or longer than this is no credential of anybody's.
const CREDENTIAL: std::ops::RangeInclusive<usize> = 16..=64;
/// How many are tried at once.
const AT_ONCE: usize = 64;

/// Everything that Redis is told from now on, until it is asked for.
pub(crate) struct Eavesdropper(TcpStream);

impl Eavesdropper {
    pub(crate) async fn at(redis: &RedisServer) -> Self {
        let mut wire = TcpStream::connect(redis.address()).await.expect("it runs");
        wire.write_all(b"MONITOR\r\n").await.expect("it runs");
        let mut greeting = [0; 5];
        wire.read_exact(&mut greeting).await.expect("it answers");
        assert_eq!(&greeting, b"+OK\r\n");
        Self(wire)
    }

    /// The words of all commands, as they were sent.
    pub(crate) async fn heard(mut self, redis: &RedisServer) -> Vec<Vec<u8>> {
        let end = b"\"the end\"\r\n";
        let mut other = TcpStream::connect(redis.address()).await.expect("it runs");
        let said = other.write_all(b"ECHO \"the end\"\r\n").await;
        said.expect("it runs");
        let mut text = Vec::new();
        while !text.ends_with(end) {
            let read = self.0.read_buf(&mut text).await.expect("it runs");
            assert!(read > 0, "the server goes on");
        }
        text.split(|byte| *byte == b'\n').flat_map(words).collect()
    }
}

/// The quoted words of one line of `MONITOR`.
fn words(line: &[u8]) -> Vec<Vec<u8>> {
    let (mut words, mut word) = (Vec::new(), None::<Vec<u8>>);
    let mut bytes = line.iter().copied();
    while let Some(byte) = bytes.next() {
        match (&mut word, byte) {
            (None, b'"') => word = Some(Vec::new()),
            (Some(_), b'"') => words.extend(word.take()),
            (Some(word), b'\\') => word.push(escaped(&mut bytes)),
            (Some(word), byte) => word.push(byte),
            (None, _) => {}
        }
    }
    words
}

fn escaped(bytes: &mut impl Iterator<Item = u8>) -> u8 {
    match bytes.next().expect("an escape has two characters") {
        b'x' => {
            let digits = [bytes.next(), bytes.next()].map(|digit| digit.expect("two digits"));
            hex::decode(digits).expect("hexadecimal")[0]
        }
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'a' => 7,
        b'b' => 8,
        itself => itself,
    }
}

/// All that might be presented as a token, made of `found`: each string of a credential's length, and,
/// at each `step`th place, whatever has a token's length.
pub(crate) fn candidates(found: &[Vec<u8>], step: usize) -> HashSet<String> {
    let mut candidates = HashSet::new();
    for bytes in found {
        let parts = bytes.split(|byte| b":{}\"".contains(byte));
        let strings = parts.chain([&bytes[..]]);
        for string in strings.filter(|string| CREDENTIAL.contains(&string.len())) {
            candidates.extend(spelled(string));
        }
        let places = bytes.windows(TOKEN).step_by(step);
        candidates
            .extend(places.map(|place| format!("wxs_{}", BASE64_URL_SAFE_NO_PAD.encode(place))));
    }
    candidates
}

/// Tokens that a thief can put together of the names of stored sessions: all of it but the signature.
pub(crate) fn put_together(found: &[Vec<u8>]) -> HashSet<String> {
    let names = found.iter().filter_map(|name| {
        let name = std::str::from_utf8(name).ok()?.strip_prefix("wxg:{")?;
        let (tag, id) = name.split_once("}:s:")?;
        let part = |text| BASE64_URL_SAFE_NO_PAD.decode(text).ok();
        Some([part(tag)?, part(id)?].concat())
    });
    let mut tokens = HashSet::new();
    for name in names {
        for (generation, signature) in (0..4).flat_map(|g| [(g, [0; 16]), (g, [0xff; 16])]) {
            let whole = [&[0x11][..], &name, &[0, 0, 0, generation], &signature].concat();
            tokens.insert(format!("wxs_{}", BASE64_URL_SAFE_NO_PAD.encode(whole)));
        }
    }
    tokens
}

fn spelled(string: &[u8]) -> Vec<String> {
    let url_safe = BASE64_URL_SAFE_NO_PAD.encode(string);
    let mut spelled = vec![
        hex::encode(string),
        BASE64_STANDARD.encode(string),
        format!("wxs_{}", hex::encode(string)),
        format!("wxs_{url_safe}"),
        url_safe,
    ];
    // What no header can carry cannot be presented.
    let raw = String::from_utf8(string.to_vec()).ok();
    let raw = raw.filter(|raw| raw.bytes().all(|byte| byte.is_ascii_graphic()));
    spelled.extend(raw.iter().map(|raw| format!("wxs_{raw}")));
    spelled.extend(raw);
    spelled
}

/// Presents each of them; none lets in.
pub(crate) async fn all_refused(stage: &Stage, candidates: HashSet<String>) {
    let candidates: Vec<_> = candidates.into_iter().collect();
    for some in candidates.chunks(AT_ONCE) {
        let answers = join_all(some.iter().map(|token| stage.phone.session(token))).await;
        for answer in answers {
            assert_eq!(answer.problem(), (401, "session_invalid"));
        }
    }
}
