//! The JSON inside: members in WeChat's order, the watermark last.

use std::borrow::Cow;

use serde::Serialize;

use crate::{
    random,
    state::users::{User, UserId},
};

/// What WeChat has shown in place of a nickname since 2021: "WeChat user".
const ANONYMOUS: &str = "微信用户";
const ANONYMOUS_AVATAR: &str = "https://thirdwx.qlogo.cn/mmopen/vi_32/POgEwh4mIHO4nibH0KlMECNjjGxQUq24ZEaGT4poC6icRiccVGKSyXwibcPq4BWmiaIGuG1icwxaQX6grC9VemZoJ8rg/132";
const AVATAR: &str = "https://thirdwx.qlogo.cn/mmopen/vi_32/fakeFakeFakeFakeFakeFakeFake/132";

/// Days that `wx.getWeRunData` covers, today included.
const DAYS: u64 = 31;
const DAY: u64 = 86_400;
/// China's midnight is eight hours before that of UTC.
const EIGHT_HOURS: u64 = 8 * 3_600;

/// Who the data was made for, and when, in Unix seconds.
#[derive(Serialize)]
pub(super) struct Watermark<'a> {
    pub(super) timestamp: u64,
    pub(super) appid: &'a str,
}

#[derive(Serialize)]
struct Stamped<'a, T> {
    #[serde(flatten)]
    payload: T,
    watermark: Watermark<'a>,
}

/// A user's profile as rawData shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Profile<'a> {
    nick_name: &'a str,
    gender: u8,
    language: &'a str,
    city: &'a str,
    province: &'a str,
    country: &'a str,
    avatar_url: &'a str,
}

impl<'a> Profile<'a> {
    /// The named profile of old clients, or the placeholder that new ones get.
    pub(super) fn of(user: &'a User) -> Self {
        let Some(nick_name) = user.nickname.as_deref() else {
            return Self::anonymous();
        };
        Self {
            nick_name,
            gender: 1,
            language: "zh_CN",
            city: "Guangzhou",
            province: "Guangdong",
            country: "CN",
            avatar_url: AVATAR,
        }
    }

    /// What WeChat shows of everybody since 2021.
    fn anonymous() -> Self {
        Self {
            nick_name: ANONYMOUS,
            gender: 0,
            language: "",
            city: "",
            province: "",
            country: "",
            avatar_url: ANONYMOUS_AVATAR,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserInfo<'a> {
    open_id: &'a str,
    #[serde(flatten)]
    profile: Profile<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    union_id: Option<&'a str>,
}

/// A number, and for which app WeChat vouches for it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PhoneInfo<'a> {
    /// With the country's prefix, unless it is China's.
    phone_number: Cow<'a, str>,
    pure_phone_number: &'a str,
    country_code: &'a str,
    watermark: Watermark<'a>,
}

impl<'a> PhoneInfo<'a> {
    /// The number of `user`, stamped with the second in which they pressed the button.
    pub(crate) fn of(id: &'a UserId, user: &'a User, seconds: u64) -> Self {
        Self {
            phone_number: user.phone_number(),
            pure_phone_number: &user.phone,
            country_code: &user.country_code,
            watermark: Watermark {
                timestamp: seconds,
                appid: &id.appid,
            },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WeRun {
    step_info_list: Vec<Steps>,
}

#[derive(Serialize)]
struct Steps {
    timestamp: u64,
    step: u64,
}

#[derive(Serialize)]
struct ShareInfo {
    #[serde(rename = "openGId")]
    open_gid: String,
}

#[derive(Serialize)]
struct EnterInfo {
    opengid: String,
    open_single_roomid: String,
    group_openid: String,
    chat_type: u8,
}

pub(super) fn user_info(id: &UserId, user: &User, watermark: Watermark<'_>) -> String {
    let payload = UserInfo {
        open_id: &id.openid,
        profile: Profile::of(user),
        union_id: user.unionid.as_deref(),
    };
    json(&Stamped { payload, watermark })
}

pub(super) fn user_profile(user: &User, watermark: Watermark<'_>) -> String {
    let payload = Profile::of(user);
    json(&Stamped { payload, watermark })
}

pub(super) fn we_run(watermark: Watermark<'_>) -> String {
    let payload = WeRun {
        step_info_list: month_until(watermark.timestamp),
    };
    json(&Stamped { payload, watermark })
}

pub(super) fn share(watermark: Watermark<'_>) -> String {
    json(&Stamped {
        payload: ShareInfo {
            open_gid: random::group_id(),
        },
        watermark,
    })
}

/// From a chat of several.
pub(super) fn group(watermark: Watermark<'_>) -> String {
    enter(random::group_id(), String::new(), 3, watermark)
}

pub(super) fn single_chat(watermark: Watermark<'_>) -> String {
    enter(String::new(), random::group_id(), 1, watermark)
}

/// The member that is not meant is an empty text, as in WeChat's sample.
fn enter(
    opengid: String,
    open_single_roomid: String,
    chat_type: u8,
    watermark: Watermark<'_>,
) -> String {
    let payload = EnterInfo {
        opengid,
        open_single_roomid,
        group_openid: random::openid(),
        chat_type,
    };
    json(&Stamped { payload, watermark })
}

pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts and numbers are JSON")
}

/// One entry for each day, at China's midnight, oldest first; the steps are made of the day's number.
fn month_until(second: u64) -> Vec<Steps> {
    let today = second.saturating_add(EIGHT_HOURS) / DAY;
    let first = today.saturating_sub(DAYS - 1);
    let steps = |day: u64| Steps {
        timestamp: (day * DAY).saturating_sub(EIGHT_HOURS),
        step: 2_000 + day * 977 % 9_000,
    };
    (first..=today).map(steps).collect()
}
