//! The client goes where it was told to and nowhere else.

use wx_client::{Garbage, WxError};

use crate::{
    raw::raw_saying,
    stub::{CODE, Canary, failure_at},
};

#[tokio::test]
async fn a_redirect_is_garbage_and_never_followed() {
    let canary = Canary::new();
    for status in [301, 302, 303, 307, 308] {
        let head = format!(
            "HTTP/1.1 {status} Moved\r\nlocation: {}?code={CODE}\r\ncontent-length: 0\r\n\r\n",
            canary.url()
        );
        let error = failure_at(raw_saying(head).await).await;
        let expected = Garbage::Redirect(status);
        assert!(
            matches!(error, WxError::Garbage(found) if found == expected),
            "{error:?}"
        );
    }
    assert!(canary.is_untouched());
}
