//! What was acknowledged must hold, whatever happened since: the journal remembers it.
use std::collections::HashMap;

use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinHandle,
};

use crate::{Phone, Wechat};

/// Nobody uses the service for longer without that something breaks it.
const ENOUGH: usize = 2000;

/// Acknowledged logins and logouts.
#[derive(Debug, Default)]
pub struct Journal {
    /// Users' ids, by openid.
    users: HashMap<String, String>,
    /// Tokens of sessions that were ended.
    ended: Vec<String>,
}

impl Journal {
    /// How many acknowledgements there were.
    #[must_use]
    pub fn len(&self) -> usize {
        self.users.len() + self.ended.len()
    }

    /// Whether there were none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes over what another one remembers.
    pub fn extend(&mut self, other: Self) {
        self.users.extend(other.users);
        self.ended.extend(other.ended);
    }

    /// Asserts that every user is known under the same id, and that every logout stands.
    pub async fn holds(&self, phone: &Phone, wechat: &Wechat) {
        for token in &self.ended {
            let refused = phone.session(token).await;
            // Expired would mean that the row is gone, and only the record is missed.
            assert_eq!(refused.problem(), (401, "session_revoked"));
        }
        for (openid, id) in &self.users {
            let login = phone.login(&wechat.login_code(openid).await).await;
            let user = &login.expect(200).body["user"];
            assert_eq!(
                (&user["id"], &user["is_new"]),
                (&id.as_str().into(), &false.into())
            );
        }
    }

    /// Logs new users in, and every other one out again, until something fails.
    async fn written(
        (phone, wechat): (Phone, Wechat),
        name: String,
        told: UnboundedSender<()>,
    ) -> Self {
        let mut journal = Self::default();
        for number in 0..ENOUGH {
            let openid = format!("o{name}x{number:04}");
            let login = phone.login(&wechat.login_code(&openid).await).await;
            if login.status != 200 {
                return journal;
            }
            let id = login.body["user"]["id"].as_str().unwrap().to_owned();
            journal.users.insert(openid, id);
            // The test stops listening once something is broken.
            let _ = told.send(());
            if number % 2 == 0 {
                let token = login.token();
                if phone.logout(&token).await.status != 204 {
                    return journal;
                }
                journal.ended.push(token);
                let _ = told.send(());
            }
        }
        panic!("nothing ever failed");
    }
}

/// People who log in and out, all at once.
pub struct Load {
    people: Vec<JoinHandle<Journal>>,
    acknowledgements: UnboundedReceiver<()>,
}

impl Load {
    /// Starts `people`, whose openids begin with `name`.
    #[must_use]
    pub fn start(phone: &Phone, wechat: &Wechat, name: &str, people: usize) -> Self {
        let (told, acknowledgements) = unbounded_channel();
        let person = |number| {
            let (sides, name) = ((phone.clone(), wechat.clone()), format!("{name}p{number}"));
            tokio::spawn(Journal::written(sides, name, told.clone()))
        };
        Self {
            people: (0..people).map(person).collect(),
            acknowledgements,
        }
    }

    /// Waits until so many more calls were acknowledged.
    pub async fn acknowledged(&mut self, count: usize) {
        for _ in 0..count {
            self.acknowledgements
                .recv()
                .await
                .expect("somebody is left");
        }
    }

    /// Waits until everybody has met a failure; answers what was acknowledged before.
    pub async fn until_it_fails(self) -> Journal {
        let mut journal = Journal::default();
        for person in self.people {
            journal.extend(person.await.unwrap());
        }
        journal
    }
}
