//! The playground's side of the server.
use serde_json::{Value, json};
use testkit::{Ports, story};

use crate::laptop::{Laptop, end};

const PAUSE: std::time::Duration = std::time::Duration::from_millis(50);

/// The spans that end, as the page hears of them.
struct Spans {
    response: reqwest::Response,
    heard: String,
}

impl Spans {
    async fn watch(laptop: &Laptop) -> Self {
        Self::asked_from("same-origin", laptop).await
    }

    /// As a browser asks for a page that has this `Sec-Fetch-Site`.
    async fn asked_from(site: &str, laptop: &Laptop) -> Self {
        let url = format!("http://{}/playground/trace", laptop.ports.public);
        let http = reqwest::Client::builder().no_proxy().build();
        let asked = http.expect("a client").get(url);
        let asked = asked.header("sec-fetch-site", site).send().await;
        Self {
            response: asked.expect("a stream"),
            heard: String::new(),
        }
    }

    /// The spans of one trace, until there is one of each name, the first being the root. What a driver does on a
    /// thread of its own may end after its caller.
    async fn until(&mut self, names: &[&str]) -> Vec<Value> {
        loop {
            let spans = self.spans();
            let root = spans.iter().find(|span| span["name"] == names[0]);
            if let Some(trace) = root.map(|root| root["trace"].clone()) {
                let of_trace: Vec<_> = spans
                    .into_iter()
                    .filter(|span| span["trace"] == trace)
                    .collect();
                let is_heard = |name: &str| of_trace.iter().any(|span| span["name"] == name);
                if names.iter().copied().all(is_heard) {
                    return of_trace;
                }
            }
            let chunk = self.response.chunk().await.expect("it goes on");
            let chunk = chunk.expect("it has not ended");
            self.heard
                .push_str(std::str::from_utf8(&chunk).expect("text"));
        }
    }

    fn spans(&self) -> Vec<Value> {
        let events = self.heard.split("\n\n");
        let data = events.filter_map(|event| event.strip_prefix("data: "));
        data.filter_map(|data| serde_json::from_str(data).ok())
            .collect()
    }
}

#[tokio::test]
async fn the_page_hears_whom_a_login_asked() {
    story(async {
        let laptop = Laptop::new(Ports::settings);
        let program = laptop.run().await;
        let mut spans = Spans::watch(&laptop).await;
        let code = laptop.wechat.login_code("oMei").await;
        let token = laptop.phone.login(&code).await.expect(200).token();
        let asked = [
            "POST /v1/login",
            "wx.session.v1.SessionService/Login",
            "wx.crypto.v1.CryptoService/SealSessionKey",
            "GET /sns/jscode2session",
            "store.swap",
            "sql accounts.try_to_write",
            "sql accounts.sign_in",
        ];
        let spans = spans.until(&asked).await;
        let root = spans.iter().find(|span| span["name"] == asked[0]);
        let root = root.expect("the login");
        assert_eq!(
            (&root["parent"], &root["kind"]),
            (&Value::Null, &json!("server"))
        );
        let told = format!("{spans:?}");
        assert!(!told.contains(&token) && !told.contains(&code) && !told.contains("oMei"));
        end(program).await;
    })
    .await;
}

#[tokio::test]
async fn a_store_that_the_page_switches_off_loses_nothing() {
    story(async {
        let laptop = Laptop::new(Ports::settings);
        let program = laptop.run().await;
        let code = laptop.wechat.login_code("oMei").await;
        let token = laptop.phone.login(&code).await.expect(200).token();
        let switch = async |down: bool| {
            let body = Some(json!({ "down": down }));
            let switched = laptop.phone.call("PUT", "/playground/store", None, body);
            switched.await.expect(204);
        };
        switch(true).await;
        let refused = laptop.phone.session(&token).await;
        assert_eq!(refused.problem(), (503, "store_unavailable"));
        switch(false).await;
        laptop.phone.session(&token).await.expect(200);

        // A page that is closed leaves no outage behind.
        let page = Spans::watch(&laptop).await;
        switch(true).await;
        drop(page);
        while laptop.phone.session(&token).await.status != 200 {
            tokio::time::sleep(PAUSE).await;
        }
        end(program).await;
    })
    .await;
}

#[tokio::test]
async fn a_page_that_comes_later_learns_how_the_switches_stand() {
    story(async {
        let laptop = Laptop::new(Ports::settings);
        let program = laptop.run().await;
        let told = async |path: &str| {
            let told = laptop.phone.call("GET", path, None, None).await;
            told.expect(200).body
        };
        let put = async |path: &str, body: Value| {
            let put = laptop.phone.call("PUT", path, None, Some(body)).await;
            put.expect(204);
        };
        let (store, faults) = ("/playground/store", "/playground/fake/faults");
        assert_eq!(told(store).await, json!({ "down": false }));
        assert_eq!(told(faults).await, json!([]));

        let page = Spans::watch(&laptop).await;
        let busy = json!([{ "path": "/sns/jscode2session", "errcode": -1 }]);
        put(store, json!({ "down": true })).await;
        put(faults, busy.clone()).await;
        assert_eq!(told(store).await, json!({ "down": true }));
        assert_eq!(told(faults).await, busy);

        let later = Spans::watch(&laptop).await;
        drop(page);
        assert_eq!(told(store).await, json!({ "down": true }));
        drop(later);
        while told(store).await != json!({ "down": false }) {
            tokio::time::sleep(PAUSE).await;
        }
        end(program).await;
    })
    .await;
}

/// Each stream costs every request its part, whether it is read or not.
#[tokio::test]
async fn pages_that_look_on_are_bounded_and_a_closed_one_makes_room() {
    story(async {
        let laptop = Laptop::new(Ports::settings);
        let program = laptop.run().await;
        let mut pages = Vec::new();
        let full = loop {
            let page = Spans::watch(&laptop).await;
            if page.response.status() != 200 {
                break page;
            }
            pages.push(page);
            assert!(pages.len() < 300, "a crowd looks on");
        };
        assert_eq!(full.response.status(), 503);
        assert!(pages.len() >= 8, "a few pages are nothing unusual");
        let code = laptop.wechat.login_code("oMei").await;
        laptop.phone.login(&code).await.expect(200);
        pages.pop();
        while Spans::watch(&laptop).await.response.status() != 200 {
            tokio::time::sleep(PAUSE).await;
        }
        end(program).await;
    })
    .await;
}

/// A picture of another page is asked for without `Origin`.
#[tokio::test]
async fn a_page_from_elsewhere_takes_no_seat() {
    story(async {
        let laptop = Laptop::new(Ports::settings);
        let program = laptop.run().await;
        for (site, status) in [
            ("cross-site", 403),
            ("same-site", 403),
            ("same-origin", 200),
            ("none", 200),
        ] {
            let page = Spans::asked_from(site, &laptop).await;
            assert_eq!(page.response.status(), status, "{site}");
        }
        end(program).await;
    })
    .await;
}

#[tokio::test]
async fn the_pages_control_calls_reach_the_fake_wechat_and_nothing_else() {
    story(async {
        let laptop = Laptop::new(Ports::settings);
        let program = laptop.run().await;
        let call = |path: &'static str| laptop.phone.call("POST", path, None, Some(json!({})));
        let code = call("/playground/fake/login-code").await.expect(200);
        assert!(code.body["code"].is_string());
        for outside in [
            "/playground/fake/..%2Fsns%2Fjscode2session",
            "/playground/fake/.%09.%2fsns%2fjscode2session",
            "/playground/fake/%2e%2e%2Fsns",
        ] {
            assert_eq!(call(outside).await.status, 400, "{outside}");
        }
        // What is neither the page's nor a mini-program's is refused as everywhere.
        assert_eq!(call("/nowhere").await.problem(), (404, "not_found"));
        end(program).await;
    })
    .await;
}

#[tokio::test]
async fn the_playground_is_for_this_machine_alone() {
    story(async {
        let laptop = Laptop::new(|ports| {
            let open = format!(
                "public = {{ listen = \"0.0.0.0:{}\", insecure_plaintext = true }}",
                ports.public.port()
            );
            let line = format!("public = {{ listen = \"{}\" }}", ports.public);
            ports.settings().replace(&line, &open)
        });
        let program = laptop.run().await;
        for path in ["/playground", "/playground/config", "/playground/trace"] {
            let answer = laptop.phone.call("GET", path, None, None).await;
            assert_eq!(answer.status, 404, "{path}");
        }
        end(program).await;
    })
    .await;
}
