//! Where Redis' messages end (RESP 2 and 3).

/// How many of the bytes are the first message; nothing until it is whole.
pub(super) fn length(bytes: &[u8]) -> Option<usize> {
    let (mut at, mut expected) = (0, 1);
    while expected > 0 {
        let (kind, number, end) = line(bytes, at)?;
        at = end;
        expected -= 1;
        match kind {
            b'$' | b'=' | b'!' => at += number.map_or(0, |length| length + 2),
            b'*' | b'~' | b'>' => expected += number.unwrap_or(0),
            b'%' => expected += 2 * number.unwrap_or(0),
            _ => {}
        }
    }
    (at <= bytes.len()).then_some(at)
}

/// What a request asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// The command's name, in capitals.
    pub(super) command: String,
    /// The command's first word besides: a key, of those that have one.
    pub(super) key: Vec<u8>,
}

/// Reads the beginning of a request.
pub(super) fn asked(request: &[u8]) -> Asked {
    // `*2`, `$3`, `GET`, `$5`, `wxg:a`: every other line is a word.
    let lines = request.split(|byte| *byte == b'\n');
    let mut words = lines.skip(2).step_by(2).map(<[u8]>::trim_ascii_end);
    let command = String::from_utf8_lossy(words.next().unwrap_or_default()).to_ascii_uppercase();
    let key = words.next().unwrap_or_default().to_vec();
    Asked { command, key }
}

/// The line at `at`: its kind, its number unless there is none or it says that there is nothing, its end.
fn line(bytes: &[u8], at: usize) -> Option<(u8, Option<usize>, usize)> {
    let rest = bytes.get(at..)?;
    let length = rest.windows(2).position(|two| two == b"\r\n")?;
    let (kind, number) = rest[..length].split_first()?;
    let number = str::from_utf8(number).ok().and_then(|n| n.parse().ok());
    Some((*kind, number, at + length + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGES: [&[u8]; 11] = [
        b"+OK\r\n",
        b"-ERR no\r\n",
        b":-7\r\n",
        b"$-1\r\n",
        b"$0\r\n\r\n",
        b"$4\r\na\r\nb\r\n",
        b"*0\r\n",
        b"*-1\r\n",
        b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n",
        b"*2\r\n*1\r\n:1\r\n$-1\r\n",
        b"%1\r\n+role\r\n*2\r\n:1\r\n_\r\n",
    ];

    #[test]
    fn a_message_ends_where_it_ends() {
        for message in MESSAGES {
            let more = [message, b"+OK\r\n"].concat();
            assert_eq!(length(&more), Some(message.len()), "{message:?}");
        }
    }

    #[test]
    fn a_message_that_is_not_whole_has_no_length() {
        for message in MESSAGES {
            for some in 0..message.len() {
                assert_eq!(length(&message[..some]), None, "{some} of {message:?}");
            }
        }
    }

    #[test]
    fn a_request_says_what_it_asks() {
        let get = asked(b"*2\r\n$3\r\nget\r\n$1\r\na\r\n");
        assert_eq!((&*get.command, &*get.key), ("GET", &b"a"[..]));
        let ping = asked(b"*1\r\n$4\r\nPING\r\n");
        assert_eq!((&*ping.command, &*ping.key), ("PING", &b""[..]));
        assert_eq!(asked(b"+OK\r\n"), Asked::default());
    }
}
