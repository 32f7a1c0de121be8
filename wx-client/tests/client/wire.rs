//! How each call is asked.

use wx_client::{Api, Payment, Renewal};

use crate::{
    ask::ask,
    stub::{
        APPID, CODE, MCH_ID, OPENID, PLATFORM, RID, SECRET, SIGNATURE, SUCCESS, Seen, Stub, TOKEN,
        app, token,
    },
};

/// What a call has in its query, and what in its JSON body.
pub(crate) struct Wire {
    pub(crate) line: &'static str,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) body: Vec<(&'static str, String)>,
}

/// How WeChat wants to be asked for this code and user.
pub(crate) fn wire(api: Api, code: &str, openid: &str) -> Wire {
    let app = [("appid", APPID), ("secret", SECRET)];
    let token = [("access_token", TOKEN)];
    let signed = [
        ("access_token", TOKEN),
        ("openid", openid),
        ("signature", SIGNATURE),
        ("sig_method", "hmac_sha256"),
    ];
    match api {
        Api::CodeToSession => get(
            "GET /sns/jscode2session",
            &[
                &app[..],
                &[("js_code", code), ("grant_type", "authorization_code")],
            ]
            .concat(),
        ),
        Api::StableToken => post(
            "POST /cgi-bin/stable_token",
            &[],
            &[&app[..], &[("grant_type", "client_credential")]].concat(),
        ),
        Api::PhoneNumber => post(
            "POST /wxa/business/getuserphonenumber",
            &token,
            &[("code", code), ("openid", openid)],
        ),
        Api::CheckSessionKey => get("GET /wxa/checksession", &signed),
        Api::ResetSessionKey => get("GET /wxa/resetusersessionkey", &signed),
        Api::CheckEncryptedMsg => post(
            "POST /wxa/business/checkencryptedmsg",
            &token,
            &[("encrypted_msg_hash", HASH)],
        ),
        Api::ComponentCodeToSession => by_platform(code),
        Api::Token => get(
            "GET /cgi-bin/token",
            &[&app[..], &[("grant_type", "client_credential")]].concat(),
        ),
        Api::UserEncryptKeys => get("GET /wxa/business/getuserencryptkey", &signed),
        Api::PaidUnionid => paid(openid, &[("mch_id", MCH_ID), ("out_trade_no", code)]),
        Api::ClearQuota => post(
            "POST /cgi-bin/clear_quota/v2",
            &[],
            &[("appid", APPID), ("appsecret", SECRET)],
        ),
        Api::LookUp => post("POST /cgi-bin/openapi/rid/get", &token, &[("rid", RID)]),
    }
}

/// A platform asks for an app that authorised it.
fn by_platform(code: &str) -> Wire {
    get(
        "GET /sns/component/jscode2session",
        &[
            ("appid", APPID),
            ("component_appid", PLATFORM),
            ("component_access_token", TOKEN),
            ("js_code", code),
            ("grant_type", "authorization_code"),
        ],
    )
}

/// The unionid of whoever made this payment.
fn paid(openid: &str, payment: &[(&'static str, &str)]) -> Wire {
    let asked = [("access_token", TOKEN), ("openid", openid)];
    get("GET /wxa/getpaidunionid", &[&asked[..], payment].concat())
}

/// SHA-256 of `AA==`.
const HASH: &str = "5ae215233ffde97b377345174ea52b64f6c4130369b714fc44aea521c84347a3";

fn get(line: &'static str, query: &[(&'static str, &str)]) -> Wire {
    post(line, query, &[])
}

fn post(line: &'static str, query: &[(&'static str, &str)], body: &[(&'static str, &str)]) -> Wire {
    let own = |pairs: &[(&'static str, &str)]| {
        let own = pairs.iter().map(|&(name, value)| (name, value.to_owned()));
        own.collect()
    };
    Wire {
        line,
        query: own(query),
        body: own(body),
    }
}

/// That the request is this one, and nothing more.
pub(crate) fn is_asked(seen: &Seen, wire: &Wire) -> Result<(), String> {
    let query: Vec<_> = wire
        .query
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    let body = wire
        .body
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone().into()))
        .collect();
    let body = if wire.body.is_empty() {
        None
    } else {
        Some(serde_json::Value::Object(body))
    };
    let headers: &[&str] = if body.is_some() {
        &["content-type", "accept", "host", "content-length"]
    } else {
        &["accept", "host"]
    };
    let found = (seen.line.as_str(), &seen.query, &seen.headers, seen.json());
    let expected = (
        wire.line,
        &query,
        &headers.iter().map(|&name| name.to_owned()).collect(),
        body,
    );
    if found == expected {
        Ok(())
    } else {
        Err(format!("{found:?} instead of {expected:?}"))
    }
}

#[tokio::test]
async fn every_call_is_asked_as_wechat_wants_it() {
    let wechat = Stub::saying(SUCCESS).await;
    for api in Api::ALL {
        ask(&wechat.client(), api).await.unwrap();
        let seen = wechat.seen();
        assert_eq!(seen.len(), 1);
        is_asked(&seen[0], &wire(api, CODE, OPENID)).unwrap();
        assert_eq!(seen[0].line.split_once(' ').unwrap().1, api.path());
    }
}

#[tokio::test]
async fn only_a_forced_token_says_so_and_by_a_real_boolean() {
    let wechat = Stub::saying(SUCCESS).await;
    for (renewal, expected) in [(Renewal::WhenDue, None), (Renewal::Forced, Some(true))] {
        wechat.client().stable_token(&app(), renewal).await.unwrap();
        let body = wechat.seen()[0].json().unwrap();
        let forced = body
            .get("force_refresh")
            .map(|flag| flag.as_bool().unwrap());
        assert_eq!(forced, expected);
    }
}

#[tokio::test]
async fn a_transaction_is_named_alone() {
    let wechat = Stub::saying(SUCCESS).await;
    let payment = Payment::Transaction("4200001234".to_owned());
    let client = wechat.client();
    client
        .paid_unionid(&token(), OPENID, &payment)
        .await
        .unwrap();
    let expected = paid(OPENID, &[("transaction_id", "4200001234")]);
    is_asked(&wechat.seen()[0], &expected).unwrap();
}
