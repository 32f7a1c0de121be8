//! A swap as one script: it compares, then writes, and knows no rule.
use deadpool_redis::redis::{self, Cmd};

use super::manager::fresh_word;
use crate::store::{Expect, Swap, Write};

/// First argument: what the answer begins with, so that it is known as this question's. Then four
/// arguments a key: what kind of expectation, the bytes expected, the life in milliseconds (0: delete),
/// the bytes to put. Sent as `EVAL`, so that no script cache can be missing it after a failover;
/// deletions pass even when Redis is full, because the script has no shebang.
const SCRIPT: &str = r"
for i, key in ipairs(KEYS) do
  local kind, want = ARGV[4*i-2], ARGV[4*i-1]
  if kind ~= 'any' then
    local found = redis.call('GET', key)
    if kind == 'none' and found then return ARGV[1] .. '0' end
    if kind == 'same' and found ~= want then return ARGV[1] .. '0' end
  end
end
for i, key in ipairs(KEYS) do
  local life = ARGV[4*i]
  if life == '0' then redis.call('DEL', key)
  else redis.call('SET', key, ARGV[4*i+1], 'PX', life) end
end
return ARGV[1] .. '1'";

/// What this question's answer begins with, and no other's of this process.
pub(super) struct Echo(String);

impl Echo {
    pub(super) fn fresh() -> Self {
        Self(fresh_word())
    }

    /// Whether the swap happened; none when the answer is another question's.
    pub(super) fn read(&self, answer: &str) -> Option<bool> {
        match answer.strip_prefix(&self.0)? {
            "1" => Some(true),
            "0" => Some(false),
            _ => None,
        }
    }
}

pub(super) fn command(swaps: &[Swap], echo: &Echo) -> Cmd {
    let mut command = redis::cmd("EVAL");
    command.arg(SCRIPT).arg(swaps.len());
    for swap in swaps {
        command.arg(swap.key.as_str());
    }
    command.arg(&echo.0);
    for swap in swaps {
        match &swap.expect {
            Expect::Anything => command.arg("any").arg(""),
            Expect::Absent => command.arg("none").arg(""),
            Expect::Bytes(bytes) => command.arg("same").arg(bytes.as_slice()),
        };
        match &swap.write {
            Write::Delete => command.arg(0).arg(""),
            Write::Put(bytes, life) => command.arg(millis(*life)).arg(bytes.as_slice()),
        };
    }
    command
}

fn millis(life: std::time::Duration) -> u64 {
    u64::try_from(life.as_millis())
        .unwrap_or(u64::MAX / 2)
        .max(1)
}
