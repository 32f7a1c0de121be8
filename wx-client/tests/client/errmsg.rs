//! What becomes of WeChat's words.

use wx_client::Refusal;

use crate::stub::{Stub, error_of};

/// The refusal made of an errmsg, given as the inside of a JSON string.
async fn refusal(errmsg: &str) -> Refusal {
    let body = format!(r#"{{"errcode":40029,"errmsg":"{errmsg}"}}"#);
    let error = error_of(Stub::saying(body).await.exchange().await);
    error.refusal().unwrap().clone()
}

#[tokio::test]
async fn the_rid_is_split_off_every_known_shape() {
    let shapes = [
        (
            "invalid code, rid: 66c69111-4157f271-729ca238",
            "invalid code",
            Some("66c69111-4157f271-729ca238"),
        ),
        (
            "reach max api daily quota limit rid: 617682e0-09059ac5-34a8e2ea",
            "reach max api daily quota limit",
            Some("617682e0-09059ac5-34a8e2ea"),
        ),
        (
            "invalid code hint: [ohAeTVNre-9] rid: 6311b0eb-344dd3ee-28b67950",
            "invalid code hint: [ohAeTVNre-9]",
            Some("6311b0eb-344dd3ee-28b67950"),
        ),
        (
            " rid: 63e60657-344dd3ee-28b67950",
            "",
            Some("63e60657-344dd3ee-28b67950"),
        ),
        (
            "code been used, hints: [ req_id: MdoBRh4FE-_iqKea ]",
            "code been used, hints: [ req_id: MdoBRh4FE-_iqKea ]",
            None,
        ),
        ("", "", None),
    ];
    for (errmsg, text, rid) in shapes {
        let refusal = refusal(errmsg).await;
        assert_eq!(
            (refusal.errmsg.as_str(), refusal.rid.as_deref()),
            (text, rid)
        );
    }
}

#[tokio::test]
async fn only_three_groups_of_eight_hex_make_a_rid() {
    let others = [
        "63e60657-344dd3ee",
        "63e60657-344dd3ee-28b67950-63e60657",
        "63E60657-344dd3ee-28b67950",
        "63e6065-344dd3ee-28b679500",
        "63e60657-344dd3ee-28b6795\u{ff10}",
        "63e60657-344dd3ee-28b67950 and more",
    ];
    for other in others {
        assert_eq!(
            refusal(&format!("text, rid: {other}")).await.rid,
            None,
            "{other}"
        );
    }
}

#[tokio::test]
async fn an_errmsg_stays_one_plain_line() {
    let refusal = refusal(r"a\nb\u001b[31m\u202e\u200b\u2028中文 ok\u0000").await;
    assert_eq!(refusal.errmsg, "a?b?[31m???中文 ok?");
}

#[tokio::test]
async fn an_endless_errmsg_is_cut() {
    assert_eq!(refusal(&"长".repeat(9_000)).await.errmsg, "长".repeat(200));
}

#[tokio::test]
async fn a_refusal_prints_what_an_operator_needs() {
    let refusal = refusal("invalid code, rid: 66c69111-4157f271-729ca238").await;
    let line = "errcode 40029: invalid code (rid 66c69111-4157f271-729ca238)";
    assert_eq!(refusal.to_string(), line);
}

#[tokio::test]
async fn a_word_as_long_as_an_id_is_hidden() {
    let of_24 = format!(
        "of user {}, session_key {}",
        "o".repeat(24),
        "x".repeat(22) + "=="
    );
    let hidden = format!("of user {0}, session_key {0}", "*".repeat(24));
    let of_23 = format!("of user {}", "o".repeat(23));
    for (errmsg, expected) in [(&of_24, &hidden), (&of_23, &of_23)] {
        assert_eq!(&refusal(errmsg).await.errmsg, expected);
    }
}

#[tokio::test]
async fn the_longest_text_of_wechat_is_not_hidden() {
    let text = "invalid credential, access_token is invalid or not latest, could get access_token \
                by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r";
    assert_eq!(refusal(text).await.errmsg, text);
}
