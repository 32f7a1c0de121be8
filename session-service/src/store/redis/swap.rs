//! A swap as one script: it compares, then writes, and knows no rule.
use deadpool_redis::redis::{self, Cmd};

use crate::store::{Expect, Swap, Write};

/// Four arguments a key: what kind of expectation, the bytes expected, the life in milliseconds (0:
/// delete), the bytes to put. Sent as `EVAL`, so that no script cache can be missing it after a
/// failover; deletions pass even when Redis is full, because the script has no shebang.
const SCRIPT: &str = r"
for i, key in ipairs(KEYS) do
  local kind, want = ARGV[4*i-3], ARGV[4*i-2]
  if kind ~= 'any' then
    local found = redis.call('GET', key)
    if kind == 'none' and found then return 0 end
    if kind == 'same' and found ~= want then return 0 end
  end
end
for i, key in ipairs(KEYS) do
  local life = ARGV[4*i-1]
  if life == '0' then redis.call('DEL', key)
  else redis.call('SET', key, ARGV[4*i], 'PX', life) end
end
return 1";

pub(super) fn command(swaps: &[Swap]) -> Cmd {
    let mut command = redis::cmd("EVAL");
    command.arg(SCRIPT).arg(swaps.len());
    for swap in swaps {
        command.arg(swap.key.as_str());
    }
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
