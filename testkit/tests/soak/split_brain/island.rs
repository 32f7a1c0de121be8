//! A master here; its replica and all sentinels in a network namespace, at the end of a cable that can
//! be cut. Needs root.
use std::{
    net::TcpListener,
    process::{Child, Command, Stdio, id},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// What has not come about after this long will not.
const PATIENCE: Duration = Duration::from_secs(40);
const HERE: &str = "10.77.31.1";
const THERE: &str = "10.77.31.2";

/// The servers and the cable; gone when dropped.
pub(super) struct Island {
    name: String,
    master: u16,
    replica: u16,
    sentinels: [u16; 3],
    processes: Vec<Child>,
    dir: TempDir,
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

fn run(words: &str) {
    let mut parts = words.split(' ');
    let mut command = Command::new(parts.next().expect("a word"));
    let output = command.args(parts).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}: {said} (root, iproute2?)");
}

fn redis(words: &[&str], args: &[String]) -> Child {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).args(args);
    let command = command.stdin(Stdio::null()).stdout(Stdio::null());
    command.spawn().expect("redis-server is installed")
}

/// What a server at this address answers, in one line after another; nothing when it is silent.
fn ask(host: &str, port: u16, words: &[&str]) -> String {
    let port = port.to_string();
    let mut command = Command::new("timeout");
    command.args(["1", "redis-cli", "-h", host, "-p", &port]);
    let output = command
        .args(words)
        .output()
        .expect("redis-cli is installed");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(
            began.elapsed() < PATIENCE,
            "not within {PATIENCE:?}: {what}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

impl Island {
    pub(super) const MASTER_NAME: &str = "wxgate-sessions";

    /// Starts it all; `options` are the master's and the replica's.
    pub(super) async fn start(options: &[&str]) -> Self {
        let name = format!("wxg{}", id());
        let [near, far] = [format!("{name}a"), format!("{name}b")];
        run(&format!("ip netns add {name}"));
        run(&format!(
            "ip link add {near} type veth peer name {far} netns {name}"
        ));
        run(&format!("ip addr add {HERE}/30 dev {near}"));
        run(&format!("ip link set {near} up"));
        let inside = format!("ip -n {name}");
        run(&format!("{inside} addr add {THERE}/30 dev {far}"));
        run(&format!("{inside} link set {far} up"));
        run(&format!("{inside} link set lo up"));
        let mut island = Self {
            name,
            master: free_port(),
            replica: free_port(),
            sentinels: [free_port(), free_port(), free_port()],
            processes: Vec::new(),
            dir: tempfile::tempdir().expect("a folder"),
        };
        island.launch(options);
        island.until_whole().await;
        island
    }

    fn launch(&mut self, options: &[&str]) {
        let dir = self.dir.path().display().to_string();
        let data = |port: u16| {
            let words = format!(
                "--port {port} --bind 0.0.0.0 --protected-mode no --save  --appendonly no --repl-diskless-sync-delay 0 --dir {dir} --dbfilename {port}.rdb"
            );
            let words = words.split(' ').map(str::to_owned);
            words
                .chain(options.iter().map(|word| (*word).to_owned()))
                .collect::<Vec<_>>()
        };
        let there = ["ip", "netns", "exec", &self.name.clone(), "redis-server"].map(str::to_owned);
        let there: Vec<_> = there.iter().map(String::as_str).collect();
        self.processes
            .push(redis(&["redis-server"], &data(self.master)));
        let mut replica = data(self.replica);
        replica.extend([
            "--replicaof".to_owned(),
            HERE.to_owned(),
            self.master.to_string(),
        ]);
        self.processes.push(redis(&there, &replica));
        for port in self.sentinels {
            let file = self.dir.path().join(format!("{port}.conf"));
            let name = Self::MASTER_NAME;
            let lines = format!(
                "port {port}\nbind 0.0.0.0\nprotected-mode no\nsentinel monitor {name} {HERE} {} 2\n\
                 sentinel down-after-milliseconds {name} 1000\nsentinel failover-timeout {name} 3000\n",
                self.master
            );
            std::fs::write(&file, lines).expect("written");
            let args = [file.display().to_string(), "--sentinel".to_owned()];
            self.processes.push(redis(&there, &args));
        }
    }

    /// Where the sentinels are.
    pub(super) fn sentinels(&self) -> String {
        let hosts = self.sentinels.map(|port| format!("{THERE}:{port}"));
        format!("redis://{}/", hosts.join(","))
    }

    async fn until_whole(&self) {
        until("everyone knows everyone", || {
            self.sentinels.iter().all(|port| {
                let told = ask(THERE, *port, &["SENTINEL", "MASTER", Self::MASTER_NAME]);
                told.contains("num-slaves\n1") && told.contains("num-other-sentinels\n2")
            })
        })
        .await;
    }

    /// Waits until the replica has all that the master has.
    pub(super) async fn until_copied(&self) {
        until("the replica keeps up", || {
            let kept = [(HERE, self.master), (THERE, self.replica)]
                .map(|(host, port)| ask(host, port, &["DBSIZE"]));
            kept[0] == kept[1] && !kept[0].is_empty()
        })
        .await;
    }

    pub(super) fn cut(&self) {
        run(&format!("ip link set {}a down", self.name));
    }

    /// Joins the two sides again, and waits until there is one master: the one over there.
    pub(super) async fn heal(&self) {
        run(&format!("ip link set {}a up", self.name));
        until("the old master follows the new one", || {
            ask(HERE, self.master, &["ROLE"]).starts_with("slave")
                && ask(THERE, self.replica, &["ROLE"]).starts_with("master")
        })
        .await;
    }
}

impl Drop for Island {
    fn drop(&mut self) {
        for process in &mut self.processes {
            let _ = process.kill();
            let _ = process.wait();
        }
        let near = format!("{}a", self.name);
        let _ = Command::new("ip").args(["link", "del", &near]).status();
        let _ = Command::new("ip")
            .args(["netns", "del", &self.name])
            .status();
    }
}
