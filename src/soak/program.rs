//! The program under test: this very binary, as a process of its own.

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::config::environment::VARIABLES;

/// How long it may take to end when asked to: ten seconds, and some for a busy machine.
const END_PATIENCE: Duration = Duration::from_secs(20);

/// A running supervisor.
#[derive(Debug)]
pub(super) struct Program(Child);

impl Program {
    /// Starts it in `folder`; what it says goes to its log files there.
    pub(super) fn start(folder: &Path) -> anyhow::Result<Program> {
        let program = std::env::current_exe().context("failed to find this program's own file")?;
        let mut command = Command::new(program);
        command.current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
        for name in VARIABLES {
            command.env_remove(name);
        }
        Ok(Program(command.spawn().context("failed to start the supervisor")?))
    }

    /// Its end, if it has come.
    pub(super) fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        self.0.try_wait().context("failed to look after the supervisor")
    }

    /// Kills it, as a power cut would.
    pub(super) fn kill(mut self) -> anyhow::Result<()> {
        self.0.kill().context("failed to kill the supervisor")?;
        self.0.wait().context("failed to wait for the supervisor")?;
        Ok(())
    }

    /// Asks it to end and waits; an error if it does not, or not cleanly.
    pub(super) fn terminate(mut self) -> anyhow::Result<()> {
        let pid = self.0.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().context("failed to run kill")?;
        anyhow::ensure!(sent.success(), "failed to send SIGTERM");
        let began = Instant::now();
        while began.elapsed() < END_PATIENCE {
            if let Some(status) = self.ended()? {
                anyhow::ensure!(status.success(), "it ended with {status} after SIGTERM");
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        anyhow::bail!("it did not end within {END_PATIENCE:?} of SIGTERM")
    }

    /// Its memory in KiB, where the system tells.
    pub(super) fn memory_kib(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already where the soak went well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
