//! What passes, and what does not.
use super::*;

const APPID: &str = "wx4f4bc4dec97d474b";
const OPENID: &str = "oGZUI0egBJY1zhBYw2KhdUfwVJJE";
const MADE: u64 = 1_477_314_187;
const MAX_AGE: Duration = Duration::from_mins(5);

fn at(now: Timestamp, json: &str) -> Result<String, Rejected> {
    let owner = Owner::parse(APPID.to_owned(), OPENID.to_owned()).unwrap();
    let rules = Rules {
        owner: &owner,
        now,
        max_age: MAX_AGE,
    };
    rules.accept(OpenData::read(json.as_bytes().to_vec())?)
}

fn judged(json: &str) -> Result<String, Rejected> {
    at(Timestamp::from_unix_seconds(MADE), json)
}

fn stamped(timestamp: &str) -> String {
    format!(r#"{{"watermark":{{"timestamp":{timestamp},"appid":"{APPID}"}}}}"#)
}

fn named(open_id: &str) -> String {
    format!(r#"{{"openId":{open_id},"watermark":{{"timestamp":{MADE},"appid":"{APPID}"}}}}"#)
}

#[test]
fn accepted_text_is_unchanged() {
    let json = format!("  {} \n", stamped(&MADE.to_string()));
    assert_eq!(judged(&json).unwrap(), json);
}

#[test]
fn the_watermark_window_ends_to_the_millisecond() {
    let json = stamped(&MADE.to_string());
    let (made, tick) = (MADE * 1000, 1);
    let edges = [
        (made - 60_000 - tick, Some(Rejected::WatermarkStale)),
        (made - 60_000, None),
        (made + 300_000, None),
        (made + 300_000 + tick, Some(Rejected::WatermarkStale)),
    ];
    for (now, refused) in edges {
        let judged = at(Timestamp::from_unix_millis(now), &json);
        assert_eq!(judged.err(), refused, "{now}");
    }
}

#[test]
fn a_time_must_be_a_whole_number_of_seconds() {
    let times = [
        "null",
        "\"1477314187\"",
        "1477314187.0",
        "1477314187.5",
        "1.477314187e9",
        "-1477314187",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "true",
        "[1477314187]",
    ];
    for time in times {
        assert_eq!(
            judged(&stamped(time)),
            Err(Rejected::WatermarkStale),
            "{time}"
        );
    }
    let timeless = format!(r#"{{"watermark":{{"appid":"{APPID}"}}}}"#);
    assert_eq!(judged(&timeless), Err(Rejected::WatermarkStale));
}

#[test]
fn the_watermark_names_exactly_our_app() {
    let appids = [
        "\"wx4f4bc4dec97d474c\"",
        "\"wx4f4bc4dec97d474\"",
        "\"wx4f4bc4dec97d474b \"",
        "\"WX4F4BC4DEC97D474B\"",
        "\"\"",
        "null",
        "7",
    ];
    for appid in appids {
        let json = format!(r#"{{"watermark":{{"timestamp":{MADE},"appid":{appid}}}}}"#);
        assert_eq!(judged(&json), Err(Rejected::WatermarkMismatch), "{appid}");
    }
    for json in ["{}", r#"{"watermark":null}"#, r#"{"watermark":{}}"#] {
        assert_eq!(judged(json), Err(Rejected::WatermarkMismatch), "{json}");
    }
}

#[test]
fn only_one_json_object_is_read() {
    let object = stamped(&MADE.to_string());
    let array_of_members = format!(r#"[{{"timestamp":{MADE},"appid":"{APPID}"}},"{OPENID}"]"#);
    let array_watermark = format!(r#"{{"watermark":["{APPID}",{MADE}]}}"#);
    let text_watermark = r#"{"watermark":"wx"}"#.to_owned();
    let others = ["", "null", "7", "\"{}\"", "{", "{}}", "{\"a\":}", "{'a':1}"];
    let others = others.into_iter().map(str::to_owned);
    let twice = format!("{object}{object}");
    let all = others.chain([twice, array_of_members, array_watermark, text_watermark]);
    for json in all {
        assert_eq!(judged(&json), Err(Rejected::BadJson), "{json}");
    }
}

#[test]
fn a_repeated_member_that_counts_is_refused() {
    let mark = format!(r#"{{"timestamp":{MADE},"appid":"{APPID}"}}"#);
    let repeated = [
        format!(r#"{{"watermark":{mark},"watermark":{mark}}}"#),
        format!(r#"{{"watermark":{mark},"watermark":null}}"#),
        format!(r#"{{"openId":"x","openId":"{OPENID}","watermark":{mark}}}"#),
        format!(r#"{{"openId":"{OPENID}","open\u0049d":"x","watermark":{mark}}}"#),
        format!(r#"{{"watermark":{{"appid":"x","appid":"{APPID}","timestamp":{MADE}}}}}"#),
        format!(r#"{{"watermark":{{"appid":"{APPID}","timestamp":1,"timestamp":{MADE}}}}}"#),
    ];
    for json in repeated {
        assert_eq!(judged(&json), Err(Rejected::BadJson), "{json}");
    }
}

#[test]
fn data_about_another_user_is_refused() {
    assert!(judged(&named(&format!("\"{OPENID}\""))).is_ok());
    let others = [
        "\"XGZUI0egBJY1zhBYw2KhdUfwVJJE\"",
        "\"\"",
        "null",
        "7",
        "{}",
    ];
    for open_id in others {
        let judged = judged(&named(open_id));
        assert_eq!(judged, Err(Rejected::OpenidMismatch), "{open_id}");
    }
}

#[test]
fn text_beyond_utf8_is_refused() {
    let read = OpenData::read(vec![b'{', 0xff, b'}']);
    assert_eq!(read.err(), Some(Rejected::BadUtf8));
}

#[test]
fn a_displaced_key_is_useful_until_its_data_is_stale() {
    assert_eq!(useful_when_displaced(MAX_AGE), Duration::from_mins(6));
}
