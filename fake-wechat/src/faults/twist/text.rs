//! The text of an answer, changed.

use crate::random;

/// `{"errcode":40029,` becomes `{"errcode":"40029",`; where there is none it stays as it is.
pub(super) fn quote_errcode(text: &str) -> String {
    let parts = text
        .strip_prefix(r#"{"errcode":"#)
        .and_then(|rest| rest.split_once(','));
    parts.map_or_else(
        || text.to_owned(),
        |(code, rest)| format!(r#"{{"errcode":"{code}",{rest}"#),
    )
}

/// A success says that it is one.
pub(super) fn add_errcode(text: &str) -> String {
    if text.contains(r#""errcode":"#) {
        text.to_owned()
    } else {
        add(text, r#""errcode":0,"errmsg":"ok""#)
    }
}

/// Members that nobody knows, among them one of old times.
pub(super) fn add_unknown(text: &str) -> String {
    let text = add(text, r#""novel":{"of":[1]}"#);
    if text.contains(r#""expires_in":"#) {
        text
    } else {
        add(&text, r#""expires_in":7200"#)
    }
}

/// `code been used, hints: [ req_id: MdoBRh4FE-_iqKea ]`, and elsewhere ` hint: [MdoBRh4FE-_iqKea]`.
pub(super) fn hint_for_rid(text: &str) -> String {
    let hint = random::hex(&random::bytes::<8>());
    let Some((before, _)) = text.split_once(" rid: ") else {
        return text.to_owned();
    };
    match before.strip_suffix(',') {
        Some(before) => format!(r#"{before}, hints: [ req_id: {hint} ]"}}"#),
        None => format!(r#"{before} hint: [{hint}]"}}"#),
    }
}

/// `invalid code hint: [MdoBRh4FE-_iqKea] rid: 6311b0eb-...`.
pub(super) fn hint_before_rid(text: &str) -> String {
    let hint = random::hex(&random::bytes::<8>());
    let tail = |(before, rid): (&str, &str)| {
        let before = before.trim_end_matches(',');
        format!("{before} hint: [{hint}] rid: {rid}")
    };
    text.split_once(" rid: ")
        .map_or_else(|| text.to_owned(), tail)
}

fn add(object: &str, members: &str) -> String {
    let open = object.strip_suffix('}').unwrap_or(object);
    format!("{open},{members}}}")
}
