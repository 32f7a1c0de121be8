//! What fuzzing found worth keeping, said by a server.

use std::{fs, path::Path};

use wx_client::Api;

use crate::{
    ask::ask,
    secrecy::print,
    stub::{SECRETS, Stub},
};

/// As in `fuzz/fuzz_targets/answers.rs`: the first byte chooses the call, the others are the body.
#[tokio::test]
async fn no_answer_of_the_corpus_breaks_or_tells() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/answers");
    let wechat = Stub::saying("").await;
    let client = wechat.client();
    let mut read = 0;
    for file in fs::read_dir(folder).unwrap() {
        let data = fs::read(file.unwrap().path()).unwrap();
        let Some((&call, body)) = data.split_first() else {
            continue;
        };
        wechat.say(200, body.to_vec());
        let api = Api::ALL[usize::from(call) % Api::ALL.len()];
        if let Err(error) = ask(&client, api).await {
            let text = print(&error);
            assert!(SECRETS.iter().all(|told| !text.contains(told)), "{text}");
        }
        read += 1;
    }
    assert!(read >= Api::ALL.len(), "{read} files");
}
