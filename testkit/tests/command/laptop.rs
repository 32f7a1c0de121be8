//! `wxgate`, as it runs on a laptop.
use std::{fs, path::PathBuf, process::ExitStatus};

use tempfile::TempDir;
use testkit::{Phone, Ports, Program, Wechat};

/// The settings and data of one laptop, and who speaks to what runs there.
pub(crate) struct Laptop {
    pub(crate) phone: Phone,
    pub(crate) wechat: Wechat,
    pub(crate) ports: Ports,
    dir: TempDir,
}

impl Laptop {
    /// Free ports; `settings` may name the port for mini-programs.
    pub(crate) fn new(settings: impl FnOnce(&Ports) -> String) -> Self {
        let (dir, ports) = (tempfile::tempdir().expect("a folder"), Ports::free());
        let fake = format!("[fake_wechat]\nlisten = '{}'\n", ports.fake);
        let file = dir.path().join("wxgate.toml");
        fs::write(file, settings(&ports) + &fake).expect("writable");
        Self {
            phone: Phone::new(ports.public, ports.internal),
            wechat: Wechat::new(ports.fake),
            ports,
            dir,
        }
    }

    /// Adds to the settings.
    pub(crate) fn add(&self, settings: &str) {
        let file = self.path("wxgate.toml");
        let before = fs::read_to_string(&file).expect("readable");
        fs::write(file, before + settings).expect("writable");
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs `wxgate`, and waits until everything in it is ready.
    pub(crate) async fn run(&self) -> Program {
        let [config, data] =
            ["wxgate.toml", "data"].map(|name| self.path(name).display().to_string());
        let arguments = ["--config", config.as_str(), "--data-dir", data.as_str()];
        let mut program = Program::start("wxgate", &arguments, &self.path("log"));
        for url in self.ports.readiness() {
            program.until_ready(&url).await;
        }
        program
    }
}

/// Ends it as Ctrl-C does.
pub(crate) async fn end(mut program: Program) {
    let ended: ExitStatus = program.terminate().await;
    assert!(ended.success(), "{ended}: {}", program.log());
}
