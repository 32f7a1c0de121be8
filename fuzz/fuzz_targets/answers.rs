//! Whatever WeChat answers: nothing panics, and no error tells what was sent.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use wx_client::{Api, fuzzing};

// The first byte chooses the call, the others are the answer's body.
fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((&call, body)) = data.split_first() else {
        return Corpus::Reject;
    };
    let api = Api::ALL[usize::from(call) % Api::ALL.len()];
    if let Err(error) = fuzzing::read(api, body) {
        let text = format!("{error} {error:?} {:?}", error.refusal());
        for told in fuzzing::SENT {
            assert!(!text.contains(told), "{told} in {text}");
        }
    }
    Corpus::Keep
});
