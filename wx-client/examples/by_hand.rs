//! Calls WeChat by hand: does an app's secret work, is this machine's address listed, what comes
//! back for a code?
//!
//! ```sh
//! export WX_APPID=wx0123456789abcdef WX_SECRET_FILE=appsecret
//! cargo run -p wx-client --example by_hand -- token
//! cargo run -p wx-client --example by_hand -- login < code
//! cargo run -p wx-client --example by_hand -- phone oGZUI0egBJY1zhBYw2KhdUfwVJJE < code
//! cargo run -p wx-client --example by_hand -- look-up 617682e0-09059ac5-34a8e2ea
//! cargo run -p wx-client --example by_hand -- clear-quota
//! ```
//!
//! The secret is in the file `WX_SECRET_FILE`, or in `WX_SECRET`; codes come by standard input.
//! Nothing secret is an argument, which other users of the machine could read, and nothing secret
//! is printed. `WX_BASE_URL` and `WX_PROXY` name another WeChat and a proxy.

use std::{env, error::Error, fs, io};

use wx_client::{AccessToken, App, PhoneNumber, Refusal, Renewal, Settings, WxClient, WxError};

type Outcome<T> = Result<T, Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (wechat, app) = (wechat()?, app()?);
    let done = match arguments[..] {
        ["token"] => token(&wechat, &app).await,
        ["login"] => login(&wechat, &app, &line()?).await,
        ["phone", openid] => phone(&wechat, &app, openid, &line()?).await,
        ["look-up", rid] => look_up(&wechat, &app, rid).await,
        ["clear-quota"] => wechat.clear_quota(&app).await,
        _ => return Err("token | login | phone OPENID | look-up RID | clear-quota".into()),
    };
    done.map_err(|error| explained(&error))
}

/// What WeChat said, and what can be done.
fn explained(error: &WxError) -> Box<dyn Error> {
    let said = error.refusal().map(Refusal::to_string);
    format!("{error}: {said:?}; {:?}", error.remedy()).into()
}

async fn token(wechat: &WxClient, app: &App) -> Result<(), WxError> {
    let granted = wechat.stable_token(app, Renewal::WhenDue).await?;
    println!(
        "an access_token, good for {} s",
        granted.expires_in.as_secs()
    );
    Ok(())
}

async fn login(wechat: &WxClient, app: &App, code: &str) -> Result<(), WxError> {
    let login = wechat.code_to_session(app, code).await?;
    let unionid = login.unionid.map_or("no unionid", |_| "a unionid");
    println!("{} with a session_key and {unionid}", login.openid);
    Ok(())
}

async fn phone(wechat: &WxClient, app: &App, openid: &str, code: &str) -> Result<(), WxError> {
    let token = access_token(wechat, app).await?;
    let PhoneNumber {
        pure_phone_number,
        country_code,
        ..
    } = wechat.phone_number(&token, code, openid).await?;
    let digits = pure_phone_number.len();
    println!("a number of {digits} digits in country {country_code}");
    Ok(())
}

async fn look_up(wechat: &WxClient, app: &App, rid: &str) -> Result<(), WxError> {
    let token = access_token(wechat, app).await?;
    println!("{:?}", wechat.look_up(&token, rid).await?);
    Ok(())
}

async fn access_token(wechat: &WxClient, app: &App) -> Result<AccessToken, WxError> {
    let granted = wechat.stable_token(app, Renewal::WhenDue).await?;
    Ok(granted.access_token)
}

fn wechat() -> Outcome<WxClient> {
    let mut settings = Settings::default();
    if let Some(base_url) = variable("WX_BASE_URL") {
        settings.base_url = base_url.parse()?;
    }
    settings.proxy = variable("WX_PROXY")
        .map(|proxy| proxy.parse())
        .transpose()?;
    Ok(WxClient::new(settings)?)
}

fn app() -> Outcome<App> {
    let secret = match variable("WX_SECRET_FILE") {
        Some(file) => fs::read_to_string(file)?,
        None => variable("WX_SECRET").ok_or("WX_SECRET_FILE or WX_SECRET is not set")?,
    };
    Ok(App {
        appid: variable("WX_APPID").ok_or("WX_APPID is not set")?,
        secret: secret.trim().into(),
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "an example has no configuration but its environment"
)]
fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}

/// A line of standard input.
fn line() -> io::Result<String> {
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}
