//! Many users at once, each of whom is to be told of nobody else.
use futures::{StreamExt, stream};

use crate::{Answer, Phone, Stage};

/// Logins at the same time.
const AT_ONCE: usize = 8;

/// Users who are logged in. Cheap to clone.
#[derive(Clone)]
pub struct Crowd {
    phone: Phone,
    members: std::sync::Arc<[Member]>,
}

/// One user, and what only they are told.
#[derive(Clone, Debug)]
struct Member {
    token: String,
    openid: String,
    user: String,
    session: String,
}

impl Crowd {
    /// Logs so many users in, and asks once about each: first uses are noted by now.
    pub async fn gather(stage: &Stage, size: usize) -> Self {
        let members = stream::iter(0..size).map(|n| Member::log_in(stage, format!("oCrowd{n}")));
        let members: Vec<_> = members.buffered(AT_ONCE).collect().await;
        Self {
            phone: stage.phone.clone(),
            members: members.into(),
        }
    }

    /// How many they are.
    #[must_use]
    pub fn size(&self) -> usize {
        self.members.len()
    }

    /// The token of the `n`th of them, counted around.
    #[must_use]
    pub fn token(&self, n: usize) -> &str {
        &self.member(n).token
    }

    /// Asks about the session of the `n`th of them, counted around, by one call or another. False when
    /// we could not tell: 503. Any other answer, and any about somebody else, is a failure.
    pub async fn ask(&self, n: usize) -> bool {
        let member = self.member(n);
        if (n / self.size()).is_multiple_of(2) {
            member.is_told(&self.phone.session(&member.token).await)
        } else {
            member.is_vouched_for(&self.phone.verify(&member.token).await)
        }
    }

    fn member(&self, n: usize) -> &Member {
        &self.members[n % self.members.len()]
    }
}

impl Member {
    async fn log_in(stage: &Stage, openid: String) -> Self {
        let token = stage.log_in(&openid).await;
        let told = stage.phone.session(&token).await.expect(200).body;
        let text = |what: &str| told[what]["id"].as_str().unwrap().to_owned();
        Self {
            user: text("user"),
            session: text("session"),
            token,
            openid,
        }
    }

    /// The answer to the mini-program.
    fn is_told(&self, answer: &Answer) -> bool {
        told(answer) && {
            let told = [&answer.body["user"]["id"], &answer.body["session"]["id"]];
            assert_eq!(told, [&*self.user, &*self.session], "told of another");
            true
        }
    }

    /// The answer to a proxy.
    fn is_vouched_for(&self, answer: &Answer) -> bool {
        told(answer) && {
            let told = ["x-wx-user-id", "x-wx-openid"].map(|name| answer.header(name));
            assert_eq!(told, [&*self.user, &*self.openid], "told of another");
            true
        }
    }
}

/// False for a 503. Never a 401: that would log everybody out.
fn told(answer: &Answer) -> bool {
    assert!([200, 503].contains(&answer.status), "{answer:?}");
    answer.status == 200
}
